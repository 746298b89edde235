// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// chained returns a formula without a model, of at most 9 variables, with chains
// that show it.
func chained(t *testing.T, rng *rand.Rand) (*Formula, []Chain) {
	t.Helper()
	for {
		n := 3 + rng.IntN(7)
		f := random(rng, n, n*4+rng.IntN(n*3))
		r, err := Solve(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		if r.Status != Unsat {
			continue
		}
		chains, err := Elaborate(f, r.Proof)
		if err != nil {
			t.Fatalf("%v: %v", f.Clauses, err)
		}
		return f, chains
	}
}

func TestElaborate(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for range 3000 {
		f, chains := chained(t, rng)
		if err := CheckChains(f, chains); err != nil {
			t.Fatalf("%v: %v: %v", f.Clauses, chains, err)
		}
	}
	f := pigeons(8)
	r, err := Solve(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	chains, err := Elaborate(f, r.Proof)
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckChains(f, chains); err != nil {
		t.Error(err)
	}
	if len(chains) > 2*len(r.Proof) {
		t.Errorf("%d chains of a proof of %d steps", len(chains), len(r.Proof))
	}
}

// TestChainsAreSound changes a formula so that it has a model, or the chains, and
// expects no formula with a model to be refuted.
func TestChainsAreSound(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	sat := 0
	for range 10000 {
		f, chains := chained(t, rng)
		for range 1 + rng.IntN(3) {
			i := rng.IntN(len(f.Clauses))
			c := slices.Clone(f.Clauses[i])
			switch rng.IntN(3) {
			case 0:
				c = append(c, randomLit(rng, f.NumVars))
			case 1:
				c[rng.IntN(len(c))] = randomLit(rng, f.NumVars)
			default:
				c[rng.IntN(len(c))] *= -1
			}
			f.Clauses[i] = c
		}
		if rng.IntN(2) == 0 {
			c := chains[rng.IntN(len(chains))]
			c[rng.IntN(len(c))] = int32(rng.IntN(len(f.Clauses) + len(chains)))
		}
		if !brute(f) {
			continue
		}
		sat++
		if CheckChains(f, chains) == nil {
			t.Fatalf("refuted, and has a model: %v by %v", f.Clauses, chains)
		}
	}
	if sat < 300 {
		t.Errorf("only %d formulas with a model", sat)
	}
}

// TestDerive resolves random clauses, tautologies and repetitions among them, and
// expects what is derived to hold wherever they do.
func TestDerive(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	derived := 0
	for range 30000 {
		n := 2 + rng.IntN(4)
		f := random(rng, n, 4)
		k := resolver{clauses: f.Clauses, mark: make([]bool, 2*n+2)}
		chain := make(Chain, 1+rng.IntN(4))
		for i := range chain {
			chain[i] = int32(rng.IntN(len(f.Clauses)))
		}
		c, err := k.derive(chain)
		if err != nil {
			continue
		}
		derived++
		if slices.Contains(k.mark, true) {
			t.Fatalf("%v by %v leaves marks", f.Clauses, chain)
		}
		for _, l := range c { // a model of all the clauses in which c is false
			f.Add(-l)
		}
		if brute(f) {
			t.Fatalf("%v by %v gives %v", f.Clauses, chain, c)
		}
	}
	if derived < 3000 {
		t.Errorf("only %d derivations", derived)
	}
}

func TestCheckChainsRefuses(t *testing.T) {
	f := &Formula{NumVars: 2, Clauses: [][]Lit{{1, 2}, {1, -2}, {-1}}}
	for _, tt := range []struct {
		f      *Formula
		chains []Chain
		want   string // nothing where it is a derivation
	}{
		{f, []Chain{{0, 1, 2}}, ""},
		{f, []Chain{{0, 1}, {3, 2}}, ""},
		{f, nil, "without the empty clause"},
		{f, []Chain{{0, 1}}, "without the empty clause"},
		{f, []Chain{{}}, "step 0: names no clause"},
		{f, []Chain{{0, 3}}, "step 0: names clause 3, which is not before it"},
		{f, []Chain{{-1}}, "names clause -1"},
		{f, []Chain{{0, 2, 0}}, "clause 0: it has 0 literals to resolve on"},
		{&Formula{NumVars: 1, Clauses: [][]Lit{{2}}}, nil, "literal 2 outside of 1 to 1"},
		{&Formula{NumVars: 1, Clauses: [][]Lit{{1}, {1, -1}}}, []Chain{{0, 1}}, "without the empty clause"},
		{&Formula{NumVars: 2, Clauses: [][]Lit{{1, 2}, {-1, -2}}}, []Chain{{0, 1}}, "it has 2 literals to resolve on"},
	} {
		err := CheckChains(tt.f, tt.chains)
		switch {
		case tt.want == "" && err != nil, tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%v by %v: got %v, want %q", tt.f.Clauses, tt.chains, err, tt.want)
		}
	}
}
