// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

import (
	"context"
	"math/rand/v2"
	"testing"
)

// random returns a formula of n variables and m clauses of up to 4 literals,
// repetitions and tautologies among them.
func random(rng *rand.Rand, n, m int) *Formula {
	f := &Formula{NumVars: n}
	for range m {
		c := make([]Lit, 1+rng.IntN(4))
		if rng.IntN(3) > 0 {
			c = make([]Lit, 3)
		}
		for i := range c {
			c[i] = randomLit(rng, n)
		}
		f.Add(c...)
	}
	return f
}

func randomLit(rng *rand.Rand, n int) Lit {
	l := Lit(1 + rng.IntN(n))
	if rng.IntN(2) == 0 {
		return -l
	}
	return l
}

// pigeons says that p pigeons sit in p-1 holes, one each: no model, and no short proof.
func pigeons(p int) *Formula {
	at := func(i, h int) Lit { return Lit(i*(p-1) + h + 1) }
	f := &Formula{NumVars: p * (p - 1)}
	for i := range p {
		var c []Lit
		for h := range p - 1 {
			c = append(c, at(i, h))
			for j := range i {
				f.Add(-at(i, h), -at(j, h))
			}
		}
		f.Add(c...)
	}
	return f
}

// brute decides f by trying every assignment.
func brute(f *Formula) bool {
	m := make(Model, f.NumVars+1)
	for x := range 1 << f.NumVars {
		for v := 1; v <= f.NumVars; v++ {
			m[v] = x>>(v-1)&1 == 1
		}
		if m.Satisfies(f) {
			return true
		}
	}
	return false
}

func TestSolveAgainstBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 3))
	count := map[Status]int{}
	for range 3000 {
		n := 3 + rng.IntN(9)
		f := random(rng, n, n*3+rng.IntN(n*3))
		r, err := Solve(t.Context(), f)
		if err != nil {
			t.Fatalf("%v: %v", f.Clauses, err)
		}
		if got, want := r.Status == Sat, brute(f); got != want {
			t.Fatalf("%v: %v, want satisfiable %v", f.Clauses, r.Status, want)
		}
		count[r.Status]++
	}
	if count[Sat] < 300 || count[Unsat] < 300 || count[Unknown] > 0 {
		t.Errorf("lopsided sample: %v", count)
	}
}

// TestSolveHard makes the solver restart, reduce and trim.
func TestSolveHard(t *testing.T) {
	f := pigeons(8)
	r, err := Solve(t.Context(), f)
	if err != nil || r.Status != Unsat {
		t.Fatalf("pigeons: %v, %v", r.Status, err)
	}
	rng := rand.New(rand.NewPCG(5, 5))
	for range 5 {
		f := &Formula{NumVars: 180}
		for range 180 * 43 / 10 {
			f.Add(randomLit(rng, 180), randomLit(rng, 180), randomLit(rng, 180))
		}
		if r, err := Solve(t.Context(), f); err != nil || r.Status == Unknown {
			t.Fatalf("%v, %v", r.Status, err)
		}
	}
}

func TestSolveStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r, err := Solve(ctx, pigeons(12)); err != nil || r.Status != Unknown {
		t.Errorf("got %v, %v, want unknown", r.Status, err)
	}
}
