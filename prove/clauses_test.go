// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/prove/sat"
)

// TestClauses: a proof is found again from the clauses that it derives.
func TestClauses(t *testing.T) {
	for n := 3; n < 7; n++ {
		f := pigeons(n)
		r, err := sat.Solve(t.Context(), f)
		if err != nil || r.Status != sat.Unsat {
			t.Fatal(r.Status, err)
		}
		outline, err := sat.NewOutline(f, r.Proof)
		if n := len(outline.Clauses); err != nil || n != len(r.Proof) || len(outline.Clauses[n-1]) != 0 {
			t.Fatalf("%d clauses of %d steps, %v; want the empty one last", n, len(r.Proof), err)
		}
		text := packProof(outline)
		read, err := unpackProof(text, f)
		if err == nil {
			err = sat.Check(f, read)
		}
		if err != nil {
			t.Errorf("%d pigeons: %v", n, err)
		}
		if n < 5 {
			continue
		}
		// Most clauses are needed, since not all follow from the formula by propagation, and
		// not only by the next one.
		uses, rest, _ := strings.Cut(string(text), "\n")
		lines := strings.SplitAfter(rest, "\n")
		for name, wrong := range map[string]string{
			"without the first half": strings.Join(lines[len(lines)/2:], ""),
			"with spans of 0":        regexp.MustCompile(`\b0 [0-9]+\n`).ReplaceAllString(rest, "0 0\n"),
		} {
			if _, err := unpackProof([]byte(uses+"\n"+wrong), f); err == nil || !strings.Contains(err.Error(), "does not follow by propagation") {
				t.Errorf("%d pigeons, %s: got %v", n, name, err)
			}
		}
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

// TestClausesDamaged: text that is no proof is refused for a reason, without a panic.
func TestClausesDamaged(t *testing.T) {
	f := &sat.Formula{NumVars: 3, Clauses: [][]sat.Lit{{1, 2}, {-1, 2}, {1, -2}, {-1, -2}}}
	for uses, want := range map[string]string{
		"1 2 1\n1 0 0\n0 0\n":             "it does not follow by propagation", // the first and the last clause are left out
		"0 5\n0 0\n":                      "go beyond the formula's 4",
		"-1 5\n0 0\n":                     "go beyond the formula's 4",
		"x\n0 0\n":                        "damaged",
		"0 9999999999999999999999\n0 0\n": "damaged",
	} {
		if _, err := unpackProof([]byte(uses), f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", uses, err, want)
		}
	}
	for text, want := range map[string]string{
		"1 0 0\n0 0\n":             "",
		"1 0 0\n":                  "", // the rest follows by propagation
		"1 1 -2 0 0\n1 0 0\n0 0\n": "",
		"1 -1 0 30\n-2 0 0\n":      "",
		"1 0 31\n0 0\n":            "damaged",
		"1 0 -1\n0 0\n":            "damaged",
		"10 0\n":                   "damaged",
		"\n":                       "damaged",
		"1 x 0 0\n":                "damaged",
		"1\n":                      "damaged",
		"1 0\n":                    "damaged",
		"9999999999 0 0\n":         "damaged",
		"":                         "the empty clause is not among those derived",
		"0 0\n":                    "clause 0: it does not follow by propagation",
		"3 0 0\n":                  "clause 0: it does not follow by propagation",
		"4 0 0\n":                  "literal 4 outside of 1 to 3",
		"-2147483648 0 0\n":        "literal -2147483648 outside of 1 to 3",
		"0 1 0 0\n":                "literal 0 outside of 1 to 3",
	} {
		proof, err := unpackProof([]byte("0 4\n"+text), f)
		if err == nil {
			err = sat.Check(f, proof)
		}
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(fmt.Sprint(err), want)) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}
