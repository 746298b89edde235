// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/wasm"
)

//go:embed testdata/equivalent.txt
var equivalentText string

// Equivalents returns the committed table.
func Equivalents() (Table, error) { return ParseTable(strings.NewReader(equivalentText)) }

// A Table holds the mutants that no caller can tell from the original, with the
// reason: configuration, then key, then reason.
type Table map[string]map[string]string

// ParseTable reads a table: a line that starts with # gives the reason for the
// lines below it, up to the next such line. They name the configurations,
// separated by commas, and behind a space the mutant's key. Errors name the line.
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

// A Pair is a line of the table for one configuration: two modules that are
// claimed to be the same to every caller, for somebody who can prove it.
type Pair struct {
	Configuration    Configuration
	Key, Reason      string
	Mutant           Mutant
	Original, Module *wasm.Module // Module is the mutant
}

// Pairs returns what the table claims, in the order of the configurations and of
// the code, and the lines that are no mutant's.
func (t Table) Pairs() (pairs []Pair, unknown []string, err error) {
	left := map[string]bool{}
	for name, keys := range t {
		for key := range keys {
			left[name+" "+key] = true
		}
	}
	for _, c := range Configurations() {
		o, err := c.emit()
		if err != nil {
			return nil, nil, err
		}
		for i, mu := range o.mutants {
			reason, ok := t[c.Name][o.keys[i]]
			if !ok {
				continue
			}
			delete(left, c.Name+" "+o.keys[i])
			pairs = append(pairs, Pair{c, o.keys[i], reason, mu, o.module, mu.Apply(o.module)})
		}
	}
	return pairs, slices.Sorted(maps.Keys(left)), nil
}

// around is how many instructions a key has before and after the one that was
// changed. They keep it valid when code elsewhere in the function changes.
const around = 3

// Keys returns a text for each mutant of a module that tells it from the others:
// the function, the instructions around, and in braces what was changed.
//
//	alloc: i32.and; local.get 0; {i32.gt_u -> i32.ge_u}; br_if 0; global.get 0
//
// Where that is not enough, because the same instructions stand in several
// places, a number follows: which of them it is.
func Keys(m *wasm.Module, mutants []Mutant) []string {
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
	for i := max(0, mu.Instr-around); i < mu.Instr; i++ {
		words = append(words, code[i].String())
	}
	words = append(words, fmt.Sprintf("{%s -> %s}", mu.Before, Text(mu.After)))
	for i := mu.Instr + 1; i <= mu.Instr+around && i < len(code); i++ {
		words = append(words, code[i].String())
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
