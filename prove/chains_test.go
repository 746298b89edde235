// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/prove/sat"
)

// TestChains: a proof that was written without its order is read as one that uses the
// same clauses in each step.
func TestChains(t *testing.T) {
	steps := 0
	for n := 3; n < 7; n++ {
		f := pigeons(n)
		r, err := sat.Solve(t.Context(), f)
		if err != nil || r.Status != sat.Unsat {
			t.Fatal(r.Status, err)
		}
		read, err := unpackProof(packProof(r.Proof, len(f.Clauses)), f)
		if err != nil {
			t.Fatal(err)
		}
		if err := sat.Check(f, read); err != nil {
			t.Error(err)
		}
		for i, c := range r.Proof {
			slices.Sort(c)
			slices.Sort(read[i])
			if !slices.Equal(c, read[i]) {
				t.Errorf("%d pigeons, step %d: read %v, want %v", n, i, read[i], c)
			}
		}
		steps += len(r.Proof)
	}
	if steps < 100 {
		t.Errorf("%d steps in all: the proofs are too small to tell anything", steps)
	}
}

// pigeons says that n pigeons have a hole each, of n-1.
func pigeons(n int) *sat.Formula {
	f := &sat.Formula{NumVars: n * (n - 1)}
	at := func(pigeon, hole int) sat.Lit { return sat.Lit(pigeon*(n-1) + hole + 1) }
	for p := range n {
		var somewhere []sat.Lit
		for h := range n - 1 {
			somewhere = append(somewhere, at(p, h))
			for q := range p {
				f.Add(-at(p, h), -at(q, h))
			}
		}
		f.Add(somewhere...)
	}
	return f
}

// TestChainsDamaged: text that is no proof is refused by a reason, and not by a panic.
func TestChainsDamaged(t *testing.T) {
	f := &sat.Formula{NumVars: 2, Clauses: [][]sat.Lit{{1}, {-1, 2}, {-2}}}
	if _, err := unpackProof([]byte("0 1 1/\n"), f); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"0 1 1\n":                "damaged",
		"0 x/\n":                 "damaged",
		"0 -1/\n":                "damaged",
		"2147483647 1/\n":        "damaged",
		"0 9/\n":                 "names clause 9, which is not before it",
		"/0\n":                   "names clause 3, which is not before it",
		"/9\n":                   "names clause -6, which is not before it",
		"/\n":                    "none of them false",
		"0/\n/1\n/1 1\n/1 1 1 9": "names clause",
	} {
		proof, err := unpackProof([]byte(text), f)
		if err == nil {
			err = sat.Check(f, proof)
		}
		if err == nil || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}
