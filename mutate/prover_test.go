// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"slices"
	"testing"
	"time"
)

// TestProver proves a few mutants of two configurations. "make prove-mutants"
// proves them all.
func TestProver(t *testing.T) {
	if testing.Short() {
		t.Skip("proves some modules")
	}
	o := Options{Examiner: Prover(time.Minute), Table: equivalents(t), Every: 401}
	for i, name := range []string{"default", "never"} {
		o.From = 53 + 100*i
		results, err := Run(t.Context(), configuration(t, name), o)
		if err != nil {
			t.Fatal(err)
		}
		killed := 0
		for _, r := range results {
			switch r.Fate {
			case Survived:
				t.Errorf("%s: proved, and not in equivalent.txt: %s", name, r.Key)
			case Killed:
				killed++
			}
		}
		if killed == 0 {
			t.Errorf("%s: no mutant is refuted", name)
		}
	}
}

// TestProverSurvivor takes a table that lists nothing, so that an equivalent
// mutant survives.
func TestProverSurvivor(t *testing.T) {
	if testing.Short() {
		t.Skip("proves a module")
	}
	c := configuration(t, "never") // the fastest to prove
	o, err := c.emit()
	if err != nil {
		t.Fatal(err)
	}
	first := slices.IndexFunc(o.keys, func(key string) bool { return equivalents(t)[c.Name][key] != "" })
	if first < 0 {
		t.Fatal("no mutant of the module is in the table")
	}
	results, err := Run(t.Context(), c, Options{Examiner: Prover(time.Minute), From: first, Every: len(o.keys)})
	if err != nil || len(results) != 1 || results[0].Fate != Survived {
		t.Errorf("%+v, %v: want one survivor", results, err)
	}
}

func configuration(t *testing.T, name string) Configuration {
	t.Helper()
	for _, c := range Configurations() {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no configuration %s", name)
	return Configuration{}
}
