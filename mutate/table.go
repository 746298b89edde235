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
