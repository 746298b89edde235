// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

import (
	"errors"
	"fmt"
	"slices"
)

// Elaborate turns a proof into chains, which are checked without any search. What
// a chain derives may be shorter than the step that it is made from, and steps
// that nothing rests on are left out. Nothing rests on it being right: see
// CheckChains.
func Elaborate(f *Formula, proof Proof) ([]Chain, error) {
	e := newElaborator(f.NumVars)
	for _, c := range f.Clauses {
		e.inputs++
		e.add(c)
	}
	for i := 0; i < len(proof) && !e.done; i++ {
		derived, chain, ok := e.follow(proof[i].Clause)
		if !ok {
			return nil, fmt.Errorf("step %d: clause does not follow by unit propagation", i)
		}
		added := e.derive(derived, chain)
		for _, j := range proof[i].Drop {
			if c := e.steps[j]; c != nil {
				c.dropped = true
			}
		}
		e.steps = append(e.steps, added)
	}
	if !e.done {
		return nil, errors.New("proof ends without the empty clause")
	}
	return trimChains(e.chains, e.inputs), nil
}

// known is a clause with its number.
type known struct {
	lits    []Lit // the watched ones in front
	id      int32
	dropped bool
}

// eye is an entry of a watch list: where the blocker is true, the clause is.
type eye struct {
	c       *known
	blocker Lit
}

type elaborator struct {
	value  []int8   // by index(literal)
	reason []*known // by variable: what made it true; nil for what is assumed
	place  []int32  // by variable: place on the trail
	unit   []*known // by variable: the unit clause that says its value for good
	watch  [][]eye  // by index(literal): clauses that watch it
	trail  []Lit
	head   int

	inputs int // clauses of the formula
	chains []Chain
	steps  []*known // what became of each step of the proof
	mark   []bool   // by variable, scratch of explain
	done   bool     // the empty clause was derived
}

func newElaborator(n int) *elaborator {
	return &elaborator{
		value: make([]int8, 2*n+2), reason: make([]*known, n+1), place: make([]int32, n+1),
		unit: make([]*known, n+1), watch: make([][]eye, 2*n+2), mark: make([]bool, n+1),
	}
}

func variable(l Lit) int { return int(max(l, -l)) }

func (e *elaborator) set(l Lit, why *known) {
	e.value[index(l)], e.value[index(-l)] = 1, -1
	e.reason[variable(l)], e.place[variable(l)] = why, int32(len(e.trail))
	e.trail = append(e.trail, l)
}

// derive takes in a clause with its chain.
func (e *elaborator) derive(lits []Lit, c Chain) *known {
	e.chains = append(e.chains, c)
	if len(lits) == 0 {
		e.done = true
		return nil
	}
	return e.addAs(lits, int32(e.inputs+len(e.chains)-1))
}

// add takes in a clause of the formula.
func (e *elaborator) add(c []Lit) {
	if !e.done {
		e.addAs(distinct(slices.Clone(c)), int32(e.inputs-1))
	}
}

// addAs watches two literals that are not false, if there are.
func (e *elaborator) addAs(lits []Lit, id int32) *known {
	k := &known{lits: lits, id: id}
	open := 0
	for i, l := range lits {
		if e.value[index(l)] != -1 && open < 2 {
			lits[open], lits[i] = l, lits[open]
			open++
		}
	}
	var bad *known
	switch {
	case open == 0:
		bad = k
	case open == 1 && e.value[index(lits[0])] == 0:
		e.set(lits[0], k)
		bad = e.conflict()
	case open == 2:
		e.watch[index(lits[0])] = append(e.watch[index(lits[0])], eye{k, lits[1]})
		e.watch[index(lits[1])] = append(e.watch[index(lits[1])], eye{k, lits[0]})
	}
	if bad != nil {
		lits, chain := e.explain(bad, 0)
		e.derive(lits, chain)
	}
	return k
}

// follow assumes the negation of c, propagates, and returns what part of c the
// conflict shows and how.
func (e *elaborator) follow(c []Lit) (lits []Lit, chain Chain, ok bool) {
	mark := len(e.trail)
	var bad *known
	for _, l := range c {
		switch e.value[index(l)] {
		case 1: // for good, or else c holds l and its negation
			bad = e.settled(l)
		case 0:
			e.set(-l, nil)
		}
		if bad != nil {
			lits, chain = []Lit{l}, Chain{bad.id}
			break
		}
	}
	if bad == nil {
		if bad = e.conflict(); bad != nil {
			lits, chain = e.explain(bad, mark)
		}
	}
	for _, l := range e.trail[mark:] {
		e.value[index(l)], e.value[index(-l)] = 0, 0
	}
	e.trail, e.head = e.trail[:mark], mark
	return lits, chain, bad != nil
}

// explain resolves the false clause bad with the reasons of its literals, the last
// on the trail first, until only assumptions are left. Literals before place from
// on the trail are false for good, by unit clauses.
func (e *elaborator) explain(bad *known, from int) (lits []Lit, chain Chain) {
	chain = Chain{bad.id}
	open := 0
	meet := func(c *known) {
		for _, l := range c.lits {
			if v := variable(l); !e.mark[v] && e.value[index(l)] == -1 {
				e.mark[v] = true
				open++
			}
		}
	}
	meet(bad)
	for i := len(e.trail) - 1; open > 0; i-- {
		l := e.trail[i]
		v := variable(l)
		if !e.mark[v] {
			continue
		}
		e.mark[v] = false
		open--
		switch {
		case i < from:
			chain = append(chain, e.settled(l).id)
		case e.reason[v] == nil:
			lits = append(lits, -l)
		default:
			chain = append(chain, e.reason[v].id)
			meet(e.reason[v])
		}
	}
	return lits, chain
}

// settled returns a unit clause that says l, and derives it where there is none;
// nil where l is merely assumed.
func (e *elaborator) settled(l Lit) *known {
	v := variable(l)
	why := e.reason[v]
	switch {
	case e.unit[v] != nil || why == nil:
		return e.unit[v]
	case len(why.lits) == 1:
		e.unit[v] = why
		return why
	}
	chain := Chain{why.id}
	for _, other := range why.lits {
		if other != l {
			chain = append(chain, e.settled(-other).id)
		}
	}
	e.chains = append(e.chains, chain)
	e.unit[v] = &known{lits: []Lit{l}, id: int32(e.inputs + len(e.chains) - 1)}
	return e.unit[v]
}
