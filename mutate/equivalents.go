// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"strings"

	"github.com/genalloc/genalloc/wasm"
)

//go:embed testdata/equivalent.txt
var equivalentText string

// Equivalents returns the committed table.
func Equivalents() (Table, error) { return ParseTable(strings.NewReader(equivalentText)) }

// A Table holds the mutants that no caller can tell from the original, with the
// reason: configuration, then key, then reason. In configurations and keys, * stands for
// any text without a semicolon. A line with a * says that every mutant that it fits is the
// same function, wherever it is: one that the judge kills is [Stale].
type Table map[string]map[string]string

// Reason returns the reason for a mutant, if the table has it, and whether that is by a
// line without a *.
func (t Table) Reason(configuration, key string) (reason string, exact, ok bool) {
	for names, lines := range t {
		if !fits(names, configuration) {
			continue
		}
		for pattern, why := range lines {
			if !fits(pattern, key) {
				continue
			}
			if reason, ok = why, true; !strings.Contains(names+pattern, "*") {
				return reason, true, true
			}
		}
	}
	return reason, false, ok
}

// fits reports whether a text is what a pattern says.
func fits(pattern, text string) bool {
	start, rest, star := strings.Cut(pattern, "*")
	text, ok := strings.CutPrefix(text, start)
	if !ok || !star {
		return ok && text == ""
	}
	for ; !fits(rest, text); text = text[1:] {
		if text == "" || text[0] == ';' {
			return false
		}
	}
	return true
}

// ParseTable reads a table. A line that starts with # is the reason for the lines
// below it, up to the next such line. The others have the configurations, separated
// by commas, then a space and the mutant's key. Errors name the line.
func ParseTable(r io.Reader) (Table, error) {
	table := Table{}
	scanner := bufio.NewScanner(r)
	reason, fresh := "", false
	for n := 1; scanner.Scan(); n++ {
		line := strings.TrimSpace(scanner.Text())
		switch text, isReason := strings.CutPrefix(line, "#"); {
		case line == "":
		case isReason && fresh: // a reason of several lines
			reason += " " + strings.TrimSpace(text)
		case isReason:
			reason, fresh = strings.TrimSpace(text), true
		default:
			fresh = false
			names, key, ok := strings.Cut(line, " ")
			if !ok || reason == "" {
				return nil, fmt.Errorf("line %d: configurations and a key expected, below a reason: %q", n, line)
			}
			for _, name := range strings.Split(names, ",") {
				if err := table.add(name, key, reason); err != nil {
					return nil, fmt.Errorf("line %d: %w", n, err)
				}
			}
		}
	}
	return table, scanner.Err()
}

func (t Table) add(name, key, reason string) error {
	if t[name] == nil {
		t[name] = map[string]string{}
	}
	if _, ok := t[name][key]; ok {
		return fmt.Errorf("configuration %s: %q is there twice: keep one", name, key)
	}
	t[name][key] = reason
	return nil
}

// around is how many instructions a key has before and after the changed one. A key
// so stays valid when code elsewhere in the function changes.
const around = 3

// keysOf returns a unique text for each mutant of a module: the function, the
// instructions around the changed one, and the change in braces.
//
//	alloc: i32.and; local.get 0; {i32.gt_u -> i32.ge_u}; br_if 0; global.get 0
//
// Where the same instructions stand in several places, a number follows.
func keysOf(m *wasm.Module, mutants []Mutant) []string {
	keys := make([]string, len(mutants))
	seen := map[string]int{}
	for i, mu := range mutants {
		key := mu.key(m)
		if seen[key]++; seen[key] > 1 {
			key += fmt.Sprintf(" (%d)", seen[key])
		}
		keys[i] = key
	}
	return keys
}

func (mu Mutant) key(m *wasm.Module) string {
	if mu.Func < 0 {
		return fmt.Sprintf("global[%d]: {%s -> %s}", mu.Global+m.NumImported(wasm.KindGlobal), mu.Before, Text(mu.After))
	}
	code := m.Funcs[mu.Func].Body
	var words []string
	for i := max(0, mu.Instr-around); i <= mu.Instr+around && i < len(code); i++ {
		if i == mu.Instr {
			words = append(words, fmt.Sprintf("{%s -> %s}", mu.Before, Text(mu.After)))
		} else {
			words = append(words, code[i].String())
		}
	}
	return functionName(m, mu.Func) + ": " + strings.Join(words, "; ")
}

// functionName is the first name under which the function is exported.
func functionName(m *wasm.Module, defined int) string {
	i := uint32(defined + m.NumImported(wasm.KindFunc))
	for _, x := range m.Exports {
		if x.Kind == wasm.KindFunc && x.Index == i {
			return x.Name
		}
	}
	return fmt.Sprintf("func[%d]", i)
}
