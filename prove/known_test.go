// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"testing"

	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/prove/sat"
)

// TestKnown asks for formulas twice. Only one that cannot hold is remembered, whatever its
// variables are called, and the second time it counts as the same effort.
func TestKnown(t *testing.T) {
	orders := func(x, y string) []term {
		b := bv.NewBuilder()
		return []term{b.Ult(b.Var(x, 14), b.Var(y, 14)), b.Ult(b.Var(y, 14), b.Var(x, 14))}
	}
	known := new(Known)
	ask := func(formula []term) answer {
		a, err := search(false, known)(t.Context(), Obligation{}, 0, formula, 0)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	first, again := ask(orders("x", "y")), ask(orders("size", "align"))
	if first.status != sat.Unsat || again.status != sat.Unsat || again.solution != nil {
		t.Errorf("%s, then %s with solution %v, want two that cannot hold, the second known", first.status, again.status, again.solution)
	}
	first.effort.Seconds = 0
	if again.effort != first.effort {
		t.Errorf("known, it counts as %+v, not %+v", again.effort, first.effort)
	}
	for _, formula := range [][]term{orders("x", "y")[:1], orders("y", "x")[1:]} {
		if a := ask(formula); a.status != sat.Sat || a.values == nil {
			t.Errorf("part of it has status %s with values %v, want ones that make it hold", a.status, a.values)
		}
	}
	if n := len(known.answers); n != 1 {
		t.Errorf("%d formulas are known, want 1", n)
	}
}

// TestKnownRuns proves a module twice. The second run takes what the first has found, and
// reports the same.
func TestKnownRuns(t *testing.T) {
	s := systemOf(t, "--fixed-align=8 --grow=never --functions=alloc")
	known := new(Known)
	var reports [2]*Report
	var formulas [2]int
	for i := range reports {
		var err error
		if reports[i], err = s.run(t.Context(), Options{Jobs: 2}, search(false, known)); err != nil {
			t.Fatal(err)
		}
		formulas[i] = len(known.answers)
	}
	if formulas[0] == 0 || formulas[1] != formulas[0] {
		t.Errorf("%d formulas are known after the first run and %d after the second, want the same", formulas[0], formulas[1])
	}
	if reports[1].Verdict() != Proved {
		t.Fatal(reports[1].Err())
	}
	for i, r := range reports[1].Results {
		was := reports[0].Results[i]
		was.Effort.Seconds, r.Effort.Seconds = 0, 0
		if r.Obligation.Name != was.Obligation.Name || r.Verdict != was.Verdict || r.Effort != was.Effort {
			t.Errorf("%s: %s of %+v, and alone %s of %+v", r.Obligation.Name, r.Verdict, r.Effort, was.Verdict, was.Effort)
		}
	}
}
