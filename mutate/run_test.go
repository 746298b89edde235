// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// sampleEvery is how many mutants of a configuration the test passes over. It is
// prime, so that the sample does not keep to one kind of instruction.
const sampleEvery = 41

// TestSample judges a few mutants of every configuration, other ones in each.
// "make mutants" judges them all.
func TestSample(t *testing.T) {
	if testing.Short() {
		t.Skip("judges some hundred modules")
	}
	table := equivalents(t)
	for i, c := range Configurations() {
		results, err := Run(t.Context(), c, Options{Examiner: Judge, Table: table, Every: sampleEvery, From: 3 * i % sampleEvery})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			switch r.Fate {
			case Survived:
				t.Errorf("survives: %s %s", c.Name, r.Key)
			case Stale:
				t.Errorf("in equivalent.txt, but check %s kills it: %s %s", r.Reason, c.Name, r.Key)
			}
		}
	}
}

// TestFates tells a mutant of every fate apart, with a table made for the test.
func TestFates(t *testing.T) {
	c := Configurations()[0]
	o, err := c.emit()
	if err != nil {
		t.Fatal(err)
	}
	judge, err := Judge(t.Context(), o.file, o.contract)
	if err != nil {
		t.Fatal(err)
	}
	committed := equivalents(t)[c.Name]
	find := func(what string, match func(Mutant, string) bool) (Mutant, string) {
		for i, mu := range o.mutants {
			if match(mu, o.keys[i]) {
				return mu, o.keys[i]
			}
		}
		t.Fatalf("no mutant %s", what)
		return Mutant{}, ""
	}
	equivalent, equivalentKey := find("that is equivalent", func(_ Mutant, key string) bool {
		return committed[key] != ""
	})
	killed, killedKey := find("that returns another address", func(mu Mutant, key string) bool {
		return mu.Kind == Operator && mu.Before.Op == wasm.OpI32Sub && mu.After[0].Op == wasm.OpI32Add && committed[key] == ""
	})
	invalid, invalidKey := find("that does not validate", func(mu Mutant, _ string) bool {
		// Leaving out a return with its value still on the stack.
		return mu.Before.Op == wasm.OpReturn && len(mu.After) == 0
	})
	tests := []struct {
		name  string
		mu    Mutant
		key   string
		table []string
		want  Fate
	}{
		{"killed", killed, killedKey, nil, Killed},
		{"killed though in the table", killed, killedKey, []string{killedKey}, Stale},
		{"equivalent", equivalent, equivalentKey, []string{equivalentKey}, Equivalent},
		{"not in the table", equivalent, equivalentKey, nil, Survived},
		{"invalid", invalid, invalidKey, nil, Invalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want == Survived && testing.Short() {
				t.Skip("a full judgement")
			}
			table := Table{c.Name: {}}
			for _, key := range tt.table {
				table[c.Name][key] = "because"
			}
			r := Result{Mutant: tt.mu, Key: tt.key}
			if err := o.decide(t.Context(), &r, judge, table); err != nil {
				t.Fatal(err)
			}
			if r.Fate != tt.want {
				t.Errorf("%s is %s (%s), want %s", tt.key, r.Fate, r.Reason, tt.want)
			}
			if dead := r.Fate == Killed || r.Fate == Stale; dead && r.Reason == "" {
				t.Errorf("%s without a check", r.Fate)
			}
		})
	}
}

// TestOriginal: the judge says what is wrong with the original, or that it could
// not be judged.
func TestOriginal(t *testing.T) {
	o, err := Configurations()[0].emit()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Judge(t.Context(), o.file, o.contract); err != nil {
		t.Errorf("a right module: %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Judge(cancelled, o.file, o.contract); !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "the original cannot be judged: ") {
		t.Errorf("no judgement: got %v", err)
	}
	promised, err := contract.Parse("--max-pages=9")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Judge(t.Context(), o.file, promised); err == nil || err.Error() != "the original fails check limits" {
		t.Errorf("a wrong module: got %v", err)
	}
}

// TestConfigurations asks that every function part of the emitter's code is in a
// mutated module, by the opcodes that only some parts have.
func TestConfigurations(t *testing.T) {
	var names []string
	ops := map[wasm.Opcode]bool{}
	for _, c := range Configurations() {
		o, err := c.emit()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, c.Name)
		for _, mu := range o.mutants {
			ops[mu.Before.Op] = true
		}
	}
	for _, op := range []wasm.Opcode{
		wasm.OpMemoryCopy, wasm.OpMemoryFill, wasm.OpI32Store8, wasm.OpUnreachable,
		wasm.OpLoop, wasm.OpSelect, wasm.OpI32Extend16S, wasm.OpMemoryGrow,
	} {
		if !ops[op] {
			t.Errorf("no configuration has %s", op)
		}
	}
	slices.Sort(names)
	if n := len(names); len(slices.Compact(names)) != n {
		t.Error("two configurations have one name")
	}
}
