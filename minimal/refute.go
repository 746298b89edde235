// SPDX-License-Identifier: MIT OR Apache-2.0

package minimal

import (
	"context"
	"fmt"

	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/prove/sat"
)

// refute returns a state in which the answer is wrong, or nil if there is none: then the
// solver has a proof, which its checker accepted.
func (a *answer) refute(ctx context.Context) ([]uint32, error) {
	q := a.question
	l := logic{bv.NewBuilder()}
	var vars []*bv.Term
	for _, name := range q.vars {
		vars = append(vars, l.Var(name, 32))
	}
	outs := a.terms(l, q.terms(l, vars))
	wrong := l.All(q.valid(l, vars), q.wrong(l, vars, outs, a))
	blaster := bv.NewBlaster()
	blaster.Assert(wrong)
	formula := blaster.Formula()
	result, err := sat.Solve(ctx, formula)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", q.Name, err)
	}
	if result.Status == sat.Unsat {
		return nil, sat.Check(formula, result.Proof)
	}
	values := blaster.Assignment(result.Model)
	state := make([]uint32, len(vars))
	for i, v := range vars {
		state[i] = uint32(values[v.Name].Lo)
	}
	return state, nil
}
