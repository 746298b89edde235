// SPDX-License-Identifier: MIT OR Apache-2.0

// Package plain escapes names from files and command lines for printing, so that they
// cannot move the cursor, change colours or start a new line. Printable characters
// stay as they are, backslashes and quotes too, so that a shell reads a quoted text
// back.
package plain

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text escapes characters that are not printable.
func Text(s string) string { return escape(s, unicode.IsPrint, strconv.QuoteRune) }

// Lines is [Text] for a whole text: the ends of lines and tabs stay.
func Lines(s string) string {
	printable := func(r rune) bool { return r == '\n' || r == '\t' || unicode.IsPrint(r) }
	return escape(s, printable, strconv.QuoteRune)
}

// ASCII escapes characters that are not printable ASCII.
func ASCII(s string) string {
	printable := func(r rune) bool { return r >= ' ' && r <= '~' }
	return escape(s, printable, strconv.QuoteRuneToASCII)
}

func escape(s string, printable func(rune) bool, quote func(rune) string) string {
	var b strings.Builder
	for i, r := range s {
		switch _, size := utf8.DecodeRuneInString(s[i:]); {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case printable(r):
			b.WriteRune(r)
		default:
			quoted := quote(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

// WAT writes a name as a string of the text format: every byte that is not plain ASCII
// is escaped, so that a name can neither end the string nor start a comment.
func WAT(name string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(name); i++ {
		if c := name[i]; c >= ' ' && c <= '~' && c != '"' && c != '\\' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "\\%02x", c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
