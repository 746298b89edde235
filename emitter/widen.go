// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import "regexp"

// Templates say addr for the type of addresses. They have three instructions that
// WebAssembly has not, since a condition is an i32 whatever the width of addresses is:
//
//	addr.flag X     the number 0 or 1 of the condition X
//	addr.given X    the condition that the number X is not 0
//	addr.granted X  the condition that X, which comes of memory.grow, is not -1
type expansion struct{ open, close string }

// In 32 bits, memory.grow returns the old size, at most 2^16, whose clz is not 0, or -1,
// whose clz is 0: that is one byte of code.
var (
	narrow = map[string]expansion{"flag": {}, "given": {}, "granted": {"(i32.clz ", ")"}}
	wide   = map[string]expansion{
		"flag": {"(i64.extend_i32_u ", ")"}, "given": {"(i32.eqz (i64.eqz ", "))"}, "granted": {"(i64.ne ", " (i64.const -1))"},
	}
)

var wideToken = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|;;.*|\((?:addr\.(flag|given|granted)\s+)?|\)|\baddr\b`)

// widen writes addr out, as i32 or i64. Strings and comments stay as they are.
func widen(text string, is64 bool) string {
	of, forms := "i32", narrow
	if is64 {
		of, forms = "i64", wide
	}
	var closing []string // for each parenthesis that is open
	return wideToken.ReplaceAllStringFunc(text, func(token string) string {
		switch instruction := wideToken.FindStringSubmatch(token)[1]; {
		case instruction != "":
			closing = append(closing, forms[instruction].close)
			return forms[instruction].open
		case token == "(":
			closing = append(closing, ")")
		case token == ")" && len(closing) > 0:
			token = closing[len(closing)-1]
			closing = closing[:len(closing)-1]
		case token == "addr":
			return of
		}
		return token
	})
}
