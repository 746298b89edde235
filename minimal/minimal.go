// SPDX-License-Identifier: MIT OR Apache-2.0

package minimal

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/emitter"
)

// Questions returns all that there are, of the same module one after the other.
func Questions() []*Question {
	var all []*Question
	for _, fixed := range []uint32{0, 8} {
		for _, e := range encodings {
			all = append(all, bump(e, fixed))
		}
	}
	return append(all, lists(8))
}

// A Result is what a search found out. Prices are in the meter's unit.
type Result struct {
	Question   string `json:"question"`
	Module     string `json:"module"`           // the command that makes the module whose code it is
	Price      int    `json:"price"`            // of its code
	Operations int    `json:"operations"`       // up to how many were tried
	Found      int    `json:"found"`            // the price of the cheapest answer that costs no more; 0 if there is none
	Answer     string `json:"answer,omitempty"` // proved to be right in every state
	Visited    int64  `json:"visited"`          // expressions
	Refuted    int    `json:"refuted"`          // answers that were right in the states before
}

// Search finds the cheapest answer of up to so many operations that costs no more than
// the code of the module that q is about.
func Search(ctx context.Context, q *Question, m Meter, operations int) (Result, error) {
	r := Result{Question: q.Name, Operations: operations}
	var err error
	if r.Module, r.Price, err = q.ours(m); err != nil {
		return r, err
	}
	states, limit := slices.Clone(q.begin), r.Price+1
	for {
		s := q.search(ctx, states, newPrices(m), operations)
		s.limit = limit - q.cost(m)
		answer := s.run()
		r.Visited += s.visited
		if err := ctx.Err(); err != nil {
			return r, err
		}
		if answer == nil {
			return r, nil
		}
		counterexample, err := answer.refute(ctx)
		switch {
		case err != nil:
			return r, err
		case counterexample != nil:
			r.Refuted++
			if states = append(states, counterexample); len(states) > maxLanes {
				return r, fmt.Errorf("%s: %d states do not tell the answers apart", q.Name, maxLanes)
			}
		default:
			r.Found, r.Answer = answer.price+q.cost(m), answer.String()
			limit = r.Found
		}
	}
}

// ours returns the command that makes the module that q is about, and what its path costs.
func (q *Question) ours(m Meter) (command string, price int, err error) {
	c, err := q.order.Settle()
	if err != nil {
		return "", 0, err
	}
	module, err := emitter.Emit(c)
	if err != nil {
		return "", 0, err
	}
	profile, err := cost.Measure(module, c)
	if err != nil {
		return "", 0, err
	}
	allocates, _ := c.Function(contract.Allocates)
	for _, p := range profile.Paths {
		if p.Function == allocates.Name && p.Path == q.path && p.Figures != nil {
			return strings.TrimSpace("genalloc " + c.String()), m.read(*p.Figures), nil
		}
	}
	return "", 0, fmt.Errorf("%s has no path %q", c.String(), q.path)
}

// cost returns the price of the frame.
func (q *Question) cost(m Meter) int {
	price := m.start + q.parts*m.block
	for _, op := range q.frame {
		price += m.of(op)
	}
	return price
}
