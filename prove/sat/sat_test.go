// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
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

// naive is reverse unit propagation after its definition: no watches, no trail,
// nothing kept from one step to the next.
func naive(f *Formula, proof Proof) bool {
	clauses := slices.Clone(f.Clauses)
	for _, s := range proof {
		if naiveConflict(clauses, nil) {
			return true
		}
		if !naiveConflict(clauses, s.Clause) {
			return false
		}
		clauses = append(clauses, s.Clause)
	}
	return naiveConflict(clauses, nil)
}

// naiveConflict tells whether unit propagation refutes the clauses with the
// literals of negated assumed false.
func naiveConflict(clauses [][]Lit, negated []Lit) bool {
	isTrue := map[Lit]bool{}
	for _, l := range negated {
		isTrue[-l] = true
	}
	for changed := true; changed; {
		changed = false
		for l := range isTrue {
			if isTrue[-l] {
				return true
			}
		}
		for _, c := range clauses {
			var open []Lit
			sat := false
			for _, l := range c {
				sat = sat || isTrue[l]
				if !isTrue[-l] && !slices.Contains(open, l) {
					open = append(open, l)
				}
			}
			switch {
			case sat || len(open) > 1:
			case len(open) == 0:
				return true
			default:
				isTrue[open[0]], changed = true, true
			}
		}
	}
	return false
}

// TestCheckAgainstNaive feeds both checkers proofs that are half random, so that
// both verdicts are common, and compares the verdicts.
func TestCheckAgainstNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 11))
	verdicts := map[bool]int{}
	for round := range 20000 {
		n := 3 + rng.IntN(6)
		f := random(rng, n, n*2+rng.IntN(n*4))
		var proof Proof
		for range rng.IntN(8) {
			c := make([]Lit, rng.IntN(4))
			for i := range c {
				c[i] = randomLit(rng, n)
			}
			// Mostly keep steps that follow, or no proof would get far.
			if next := append(slices.Clone(proof), Step{Clause: c}); naiveSteps(f, next) || rng.IntN(20) == 0 {
				proof = next
			}
		}
		want := naive(f, proof)
		verdicts[want]++
		if err := Check(f, proof); (err == nil) != want {
			t.Fatalf("round %d: formula %v proof %v: %v, naive says %v", round, f.Clauses, proof, err, want)
		}
		if want && brute(f) {
			t.Fatalf("round %d: accepted a proof against the satisfiable %v", round, f.Clauses)
		}
	}
	if verdicts[true] < 2000 || verdicts[false] < 2000 {
		t.Errorf("lopsided sample: %v", verdicts)
	}
}

// naiveSteps tells whether the last step of proof follows.
func naiveSteps(f *Formula, proof Proof) bool {
	clauses := slices.Clone(f.Clauses)
	for _, s := range proof[:len(proof)-1] {
		clauses = append(clauses, s.Clause)
	}
	return naiveConflict(clauses, proof[len(proof)-1].Clause)
}

// TestCheckBroken damages real proofs. What is left may still be a proof; the
// naive checker knows.
func TestCheckBroken(t *testing.T) {
	f := pigeons(5)
	r, err := Solve(t.Context(), f)
	if err != nil || r.Status != Unsat || len(r.Proof) < 10 {
		t.Fatalf("%v with %d steps, %v", r.Status, len(r.Proof), err)
	}
	refused := 0
	for i := range r.Proof {
		for name, damage := range map[string]func(p Proof) Proof{
			"step left out":     func(p Proof) Proof { return slices.Delete(p, i, i+1) },
			"literal negated":   func(p Proof) Proof { return edit(p, i, func(c []Lit) []Lit { c[0] = -c[0]; return c }) },
			"literal left out":  func(p Proof) Proof { return edit(p, i, func(c []Lit) []Lit { return c[1:] }) },
			"proof cut":         func(p Proof) Proof { return p[:i] },
			"clause made empty": func(p Proof) Proof { return edit(p, i, func([]Lit) []Lit { return []Lit{} }) },
		} {
			var p Proof
			for _, s := range r.Proof { // without drops, whose indices the damage would shift
				p = append(p, Step{Clause: slices.Clone(s.Clause)})
			}
			p = damage(p)
			err := Check(f, p)
			if want := naive(f, p); (err == nil) != want {
				t.Fatalf("%s at step %d: %v, naive says %v", name, i, err, want)
			}
			if err != nil {
				refused++
			}
		}
	}
	if refused < len(r.Proof) {
		t.Errorf("only %d damaged proofs refused", refused)
	}
}

func edit(p Proof, i int, f func([]Lit) []Lit) Proof {
	if len(p[i].Clause) > 0 {
		p[i].Clause = f(p[i].Clause)
	}
	return p
}

func TestCheckErrors(t *testing.T) {
	f := &Formula{NumVars: 2, Clauses: [][]Lit{{1, 2}, {-1, 2}, {1, -2}, {-1, -2}}}
	for _, tt := range []struct {
		proof Proof
		want  string
	}{
		{nil, "proof ends without the empty clause"},
		{Proof{{Clause: []Lit{}}}, "step 0: clause does not follow by unit propagation"},
		{Proof{{Clause: []Lit{3}}}, "step 0: literal 3 outside of 1 to 2"},
		{Proof{{Clause: []Lit{0}}}, "step 0: literal 0 outside of 1 to 2"},
		{Proof{{Clause: []Lit{1, 2}, Drop: []int{1}}}, "step 0: drops step 1, which is not before it"},
		{Proof{{Clause: []Lit{2}}}, "<nil>"},
	} {
		if got := fmt.Sprint(Check(f, tt.proof)); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.proof, got, tt.want)
		}
	}
}

// FuzzCheck looks for a satisfiable formula with an accepted proof, and for a panic.
func FuzzCheck(f *testing.F) {
	f.Add([]byte{1, 2, 0, 0xff, 2, 0, 1, 0xfe, 0, 0xff, 0xfe, 0, 0, 2, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		formula, proof := decode(data)
		if err := Check(formula, proof); err == nil && brute(formula) {
			t.Errorf("accepted %v against the satisfiable %v", proof, formula.Clauses)
		}
	})
}

// decode reads clauses up to an empty one, then steps: bytes modulo 7 are literals, 0 an end.
func decode(data []byte) (*Formula, Proof) {
	f := &Formula{NumVars: 6}
	var p Proof
	var c []Lit
	inProof := false
	for _, x := range data {
		switch l := Lit(int8(x)) % 7; {
		case l != 0:
			c = append(c, l)
		case inProof:
			p = append(p, Step{Clause: c, Drop: []int{int(x) % (len(p) + 1)}})
			c = nil
		default:
			inProof = len(c) == 0
			if !inProof {
				f.Add(c...)
			}
			c = nil
		}
	}
	return f, p
}
