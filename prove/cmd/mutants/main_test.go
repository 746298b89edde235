// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"testing"
	"time"

	"github.com/genalloc/genalloc/mutate"
)

// TestSample proves a few mutants of two configurations. "make prove-mutants"
// proves them all.
func TestSample(t *testing.T) {
	if testing.Short() {
		t.Skip("proves some modules")
	}
	o := options{table: mutate.Equivalents, every: 401, timeout: time.Minute}
	for i, name := range []string{"default", "never"} {
		o.from = 53 + 100*i
		f, err := o.look(t.Context(), configuration(t, name), func(r result) {
			if r.fate == proved && !r.known {
				t.Errorf("%s: proved, and not known to be the same function: %s", name, r.key)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if f.n[refuted] == 0 {
			t.Errorf("%s: no mutant is refuted", name)
		}
	}
}

// TestHole takes a table that lists nothing: the equivalent mutant that is looked
// at has to be told.
func TestHole(t *testing.T) {
	c := configuration(t, "never") // the fastest to prove
	empty := func() (mutate.Table, error) { return mutate.Table{}, nil }
	o := options{table: empty, every: 1, from: knownMutant(t, c), timeout: time.Minute}
	o.every = 1 << 30 // that one alone
	f, err := o.look(t.Context(), c, func(r result) {
		if !r.strange() {
			t.Errorf("not told: %+v", r)
		}
	})
	if err != nil || f.holes != 1 {
		t.Errorf("%+v, %v: want one hole", f, err)
	}
}

// knownMutant is the number of a mutant that is in the table.
func knownMutant(t *testing.T, c mutate.Configuration) int {
	t.Helper()
	table, err := mutate.Equivalents()
	if err != nil {
		t.Fatal(err)
	}
	m, _, err := emit(c)
	if err != nil {
		t.Fatal(err)
	}
	for i, key := range mutate.Keys(m, mutate.Mutants(m)) {
		if _, known := table[c.Name][key]; known {
			return i
		}
	}
	t.Fatal("no mutant of the module is in the table")
	return 0
}

func configuration(t *testing.T, name string) mutate.Configuration {
	t.Helper()
	for _, c := range mutate.Configurations() {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no configuration %s", name)
	return mutate.Configuration{}
}
