// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"context"
	"io"
	"strings"

	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/prove/sat"
)

// Formula is what was asked of the solver, and what it said: statements that hold
// together exactly where a case fails, or for a case that has to be possible,
// where it happens.
type Formula struct {
	Obligation, Case string
	Status           sat.Status
	statement        string
	terms            []term
}

// Name is a name for a file, which no other formula of the module has.
func (f Formula) Name() string {
	plain := func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '_' {
			return r
		}
		return '-'
	}
	return strings.Map(plain, f.Obligation+"-"+f.Case)
}

// SMT2 writes the formula as a script for solvers, in SMT-LIB 2, with the answer
// that is expected.
func (f Formula) SMT2(w io.Writer) error {
	return bv.SMT2(w, f.terms, f.Status.String(), f.Obligation+", "+f.Case, f.statement)
}

// telling is a finder that tells what became of each formula.
func telling(find finder, tell func(Formula)) finder {
	return func(ctx context.Context, ob Obligation, i int, formula []term) (answer, error) {
		a, err := find(ctx, ob, i, formula)
		tell(Formula{ob.Name, ob.Cases[i].Name, a.status, ob.Text, formula})
		return a, err
	}
}
