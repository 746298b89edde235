// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// refuted returns a formula without a model, of at most 9 variables, with a proof.
func refuted(t *testing.T, rng *rand.Rand) (*Formula, Proof) {
	t.Helper()
	for {
		n := 3 + rng.IntN(7)
		f := random(rng, n, n*4+rng.IntN(n*3))
		r, err := Solve(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		if r.Status == Unsat {
			return f, r.Proof
		}
	}
}

// TestProofIsTrimmed leaves out one step at a time: the proof has none to spare.
func TestProofIsTrimmed(t *testing.T) {
	f := pigeons(5)
	r, err := Solve(t.Context(), f)
	if err != nil || r.Status != Unsat || r.Steps < 10 || r.Steps > len(r.Proof) {
		t.Fatalf("%v with %d of %d steps, %v", r.Status, r.Steps, len(r.Proof), err)
	}
	used := map[int32]bool{}
	for _, c := range r.Proof {
		for _, id := range c {
			used[id] = true
		}
	}
	for i := range r.Proof {
		if last := i == len(r.Proof)-1; used[int32(len(f.Clauses)+i)] == last {
			t.Errorf("step %d of %d: used %v", i, len(r.Proof), !last)
		}
		if Check(f, slices.Delete(slices.Clone(r.Proof), i, i+1)) == nil {
			t.Errorf("accepted without step %d", i)
		}
	}
}

// TestProofsAreSound changes a formula so that it has a model, or the proof, and
// expects no formula with a model to be refuted.
func TestProofsAreSound(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	sat := 0
	for range 10000 {
		f, proof := refuted(t, rng)
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
			c := proof[rng.IntN(len(proof))]
			c[rng.IntN(len(c))] = int32(rng.IntN(len(f.Clauses) + len(proof)))
		}
		if !brute(f) {
			continue
		}
		sat++
		if Check(f, proof) == nil {
			t.Fatalf("refuted, and has a model: %v by %v", f.Clauses, proof)
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

func TestCheckRefuses(t *testing.T) {
	f := &Formula{NumVars: 2, Clauses: [][]Lit{{1, 2}, {1, -2}, {-1}}}
	for _, tt := range []struct {
		f     *Formula
		proof Proof
		want  string // nothing where it is a derivation
	}{
		{f, Proof{{0, 1, 2}}, ""},
		{f, Proof{{0, 1}, {3, 2}}, ""},
		{f, nil, "without the empty clause"},
		{f, Proof{{0, 1}}, "without the empty clause"},
		{f, Proof{{}}, "step 0: names no clause"},
		{f, Proof{{0, 3}}, "step 0: names clause 3, which is not before it"},
		{f, Proof{{-1}}, "names clause -1"},
		{f, Proof{{0, 2, 0}}, "clause 0: it has 0 literals to resolve on"},
		{&Formula{NumVars: 1, Clauses: [][]Lit{{2}}}, nil, "literal 2 outside of 1 to 1"},
		{&Formula{NumVars: 1, Clauses: [][]Lit{{1}, {1, -1}}}, Proof{{0, 1}}, "without the empty clause"},
		{&Formula{NumVars: 2, Clauses: [][]Lit{{1, 2}, {-1, -2}}}, Proof{{0, 1}}, "it has 2 literals to resolve on"},
	} {
		err := Check(tt.f, tt.proof)
		switch {
		case tt.want == "" && err != nil, tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%v by %v: got %v, want %q", tt.f.Clauses, tt.proof, err, tt.want)
		}
	}
}

// FuzzCheck looks for a satisfiable formula with an accepted proof, and for a panic.
func FuzzCheck(f *testing.F) {
	f.Add([]byte{1, 2, 0, 1, 0xfe, 0, 0xff, 0, 0, 1, 2, 0, 4, 3, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		formula, proof := decode(data)
		if err := Check(formula, proof); err == nil && brute(formula) {
			t.Errorf("accepted %v against the satisfiable %v", proof, formula.Clauses)
		}
	})
}

// decode reads clauses up to an empty one, then chains. A byte 0 ends either; others
// modulo 7 are literals, and less 1 the numbers of clauses.
func decode(data []byte) (*Formula, Proof) {
	f := &Formula{NumVars: 6}
	proof := Proof{nil}
	inProof := false
	var c []Lit
	for _, x := range data {
		last := len(proof) - 1
		switch l := Lit(int8(x)) % 7; {
		case inProof && x == 0:
			proof = append(proof, nil)
		case inProof:
			proof[last] = append(proof[last], int32(x)-1)
		case l != 0:
			c = append(c, l)
		case len(c) == 0:
			inProof = true
		default:
			f.Add(c...)
			c = nil
		}
	}
	return f, proof
}
