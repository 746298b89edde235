// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/prove/sat"
)

// Formula is a question to the solver with its answer: statements that all hold
// exactly when a case fails, or for a case that has to be possible, when it happens.
type Formula struct {
	Obligation, Case string
	Statement        string
	Status           sat.Status
	terms            []term
	solution         *solution
}

// solution is what the solver did about a formula.
type solution struct {
	blaster *bv.Blaster
	proof   sat.Proof
}

// Name is a file name that is unique among the module's formulas.
func (f Formula) Name() string {
	plain := func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '_' {
			return r
		}
		return '-'
	}
	return strings.Map(plain, f.Obligation+"-"+f.Case)
}

// SMT2 writes the formula as an SMT-LIB 2 script with the expected answer.
func (f Formula) SMT2(w io.Writer) error {
	return bv.SMT2(w, f.terms, f.Status.String(), f.Obligation+", "+f.Case, f.Statement)
}

// DIMACS writes the clauses that the formula was translated to. They have a model exactly
// if the statements can all hold.
func (f Formula) DIMACS(w io.Writer) error {
	return f.solution.blaster.DIMACS(w, f.Obligation+", "+f.Case, f.Statement, f.Status.String())
}

// LRAT writes the proof that the clauses have no model. Only a formula with the status
// unsat has one.
func (f Formula) LRAT(w io.Writer) error {
	return sat.LRAT(w, f.solution.blaster.Formula(), f.solution.proof)
}

// telling is a finder that passes each formula and its answer to tell.
func telling(find finder, tell func(Formula)) finder {
	return func(ctx context.Context, ob Obligation, i int, formula []term, most int) (answer, error) {
		a, err := find(ctx, ob, i, formula, most)
		if a.solution != nil && !errors.Is(err, errGaveUp) { // it was solved
			tell(Formula{ob.Name, ob.Cases[i].Name, ob.Text, a.status, formula, a.solution})
		}
		return a, err
	}
}
