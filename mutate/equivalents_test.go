// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestParseTable(t *testing.T) {
	table, err := ParseTable(strings.NewReader(`
# Adding and joining bits
# are the same here.
a,b alloc: {i32.or -> i32.add}; end
a alloc: {i32.or -> i32.xor}; end

# Another reason.
b f: {nop -> drop}
`))
	if err != nil {
		t.Fatal(err)
	}
	const joined = "Adding and joining bits are the same here."
	want := []struct{ configuration, key, reason string }{
		{"a", "alloc: {i32.or -> i32.add}; end", joined},
		{"b", "alloc: {i32.or -> i32.add}; end", joined},
		{"a", "alloc: {i32.or -> i32.xor}; end", joined},
		{"b", "f: {nop -> drop}", "Another reason."},
	}
	for _, w := range want {
		if got := table[w.configuration][w.key]; got != w.reason {
			t.Errorf("%s %s: reason %q, want %q", w.configuration, w.key, got, w.reason)
		}
	}
	if n := len(table["a"]) + len(table["b"]); n != len(want) || len(table) != 2 {
		t.Errorf("%d lines of %d configurations, want %d of 2", n, len(table), len(want))
	}
}

func TestParseTableErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{"a f: {nop -> drop}", "line 1: configurations and a key expected, below a reason"},
		{"# Why.\na", "line 2: configurations and a key expected, below a reason"},
		{"# Why.\na f: x\n\na,b f: x", `line 4: configuration a: "f: x" is there twice`},
	}
	for _, tt := range tests {
		if _, err := ParseTable(strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: error %v, want %q", tt.text, err, tt.want)
		}
	}
}

// TestTableIsNeeded finds lines whose mutant no longer exists, because the code
// around it has changed.
func TestTableIsNeeded(t *testing.T) {
	table := equivalents(t)
	for _, c := range Configurations() {
		o, err := c.emit()
		if err != nil {
			t.Fatal(err)
		}
		for names, lines := range table {
			if fits(names, c.Name) {
				maps.DeleteFunc(lines, func(pattern, _ string) bool {
					return slices.ContainsFunc(o.keys, func(key string) bool { return fits(pattern, key) })
				})
			}
		}
	}
	for name, keys := range table {
		for key := range keys {
			t.Errorf("equivalent.txt has a line for no mutant: %s %s", name, key)
		}
	}
}

func TestFits(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"alloc: end", "alloc: end", true},
		{"alloc: end", "alloc: end; end", false},
		{"*: local.get *; end", "func[2]: local.get 12; end", true},
		{"*: local.get *; end", "func[2]: local.get 1; drop; end", false},
		{"lists-*", "lists-4-gas", true},
		{"lists-*", "stack", false},
		{"lists", "lists-4", false},
		{"a*a*", "aba", true},
	}
	for _, tt := range tests {
		if got := fits(tt.pattern, tt.text); got != tt.want {
			t.Errorf("%q, %q: %v", tt.pattern, tt.text, got)
		}
	}
}

// TestReason: a line without a * counts before one that has it.
func TestReason(t *testing.T) {
	table := Table{"a-*": {"f: end": "wide"}, "a-1": {"f: end": "narrow", "g: *": "wide"}}
	for _, tt := range []struct {
		configuration, key, reason string
		exact, ok                  bool
	}{
		{"a-1", "f: end", "narrow", true, true},
		{"a-2", "f: end", "wide", false, true},
		{"a-1", "g: end", "wide", false, true},
		{"b", "f: end", "", false, false},
	} {
		if reason, exact, ok := table.Reason(tt.configuration, tt.key); reason != tt.reason || exact != tt.exact || ok != tt.ok {
			t.Errorf("%s, %s: %q, %v, %v", tt.configuration, tt.key, reason, exact, ok)
		}
	}
}

// listed counts the mutants that the table has.
func listed(o *original, table Table) (n int) {
	for _, key := range o.keys {
		if _, _, ok := table.Reason(o.Name, key); ok {
			n++
		}
	}
	return n
}

func equivalents(t *testing.T) Table {
	t.Helper()
	table, err := Equivalents()
	if err != nil {
		t.Fatalf("equivalent.txt: %v", err)
	}
	return table
}
