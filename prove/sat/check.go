// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

import (
	"errors"
	"fmt"
)

// Step adds a clause that follows from the formula and the steps before it by
// unit propagation: with the clause negated, propagation meets a conflict
// (reverse unit propagation, RUP).
type Step struct {
	Clause []Lit
	// Drop lists earlier steps, by index, whose clauses are not needed from here
	// on. It keeps the checker fast and can never make it accept more.
	Drop []int
}

// Proof shows that a formula cannot be satisfied: its steps lead to the empty clause.
type Proof []Step

// Check returns nil if proof shows that f has no model.
//
// The argument. Every clause that the checker holds is implied by f: those of f
// are, and a step is taken in only when assuming its negation and following unit
// clauses runs into a clause that is false. Values given outside of such a trial
// come from unit clauses, so they are implied as well and need never be taken
// back; a clause with such a true literal may be forgotten, and false literals
// may be left out. When a clause with no literal left is met, f implies false.
// Leaving clauses or propagations out can only make the checker refuse.
func Check(f *Formula, proof Proof) error {
	k := newChecker(f.NumVars)
	for i, c := range f.Clauses {
		if err := k.valid(c); err != nil {
			return fmt.Errorf("clause %d: %w", i, err)
		}
		k.add(c)
	}
	steps := make([]*checked, 0, len(proof))
	for i, step := range proof {
		if k.refuted {
			return nil
		}
		if err := k.valid(step.Clause); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
		if !k.follows(step.Clause) {
			return fmt.Errorf("step %d: clause does not follow by unit propagation", i)
		}
		steps = append(steps, k.add(step.Clause))
		for _, j := range step.Drop {
			if j < 0 || j >= len(steps) {
				return fmt.Errorf("step %d: drops step %d, which is not before it", i, j)
			}
			if steps[j] != nil {
				steps[j].dropped = true
			}
		}
	}
	if !k.refuted {
		return errors.New("proof ends without the empty clause")
	}
	return nil
}

// checked is a clause of two literals or more, the watched ones in front.
type checked struct {
	lits    []Lit
	dropped bool
}

type checker struct {
	numVars int
	value   []int8       // by index(literal): 1 true, -1 false, 0 open
	watch   [][]*checked // by index(literal): the clauses that watch it
	trail   []Lit        // true literals in the order they became so
	head    int          // first literal of the trail whose watches were not visited
	refuted bool
}

func newChecker(numVars int) *checker {
	n := 2*numVars + 2
	return &checker{numVars: numVars, value: make([]int8, n), watch: make([][]*checked, n)}
}

func index(l Lit) int {
	if l < 0 {
		return -2*int(l) + 1
	}
	return 2 * int(l)
}

func (k *checker) valid(c []Lit) error {
	for _, l := range c {
		if l == 0 || int(l) > k.numVars || int(l) < -k.numVars {
			return fmt.Errorf("literal %d outside of 1 to %d", l, k.numVars)
		}
	}
	return nil
}

func (k *checker) set(l Lit) {
	k.value[index(l)], k.value[index(-l)] = 1, -1
	k.trail = append(k.trail, l)
}

// add takes a clause in for good, outside of any trial, and returns what is kept of it.
func (k *checker) add(c []Lit) *checked {
	if k.refuted {
		return nil
	}
	var open []Lit
	for _, l := range c {
		switch k.value[index(l)] {
		case 1:
			return nil
		case 0:
			open = append(open, l)
		}
	}
	open = distinct(open)
	switch len(open) {
	case 0:
		k.refuted = true
	case 1:
		k.set(open[0])
		k.refuted = k.conflict()
	default:
		kept := &checked{lits: open}
		k.watch[index(open[0])] = append(k.watch[index(open[0])], kept)
		k.watch[index(open[1])] = append(k.watch[index(open[1])], kept)
		return kept
	}
	return nil
}

// distinct removes repetitions: a clause that watched the same literal twice
// would be found unit too late.
func distinct(c []Lit) []Lit {
	out := c[:0]
next:
	for _, l := range c {
		for _, m := range out {
			if l == m {
				continue next
			}
		}
		out = append(out, l)
	}
	return out
}

// follows tells whether assuming the negation of c leads to a conflict. It
// leaves the values as they were.
func (k *checker) follows(c []Lit) bool {
	mark := len(k.trail)
	found := false
	for _, l := range c {
		switch k.value[index(l)] {
		case 1: // already implied, or c holds l and its negation
			found = true
		case 0:
			k.set(-l)
		}
	}
	found = found || k.conflict()
	for _, l := range k.trail[mark:] {
		k.value[index(l)], k.value[index(-l)] = 0, 0
	}
	k.trail, k.head = k.trail[:mark], mark
	return found
}

// conflict follows unit clauses from the unvisited literals of the trail and
// tells whether some clause became false.
func (k *checker) conflict() bool {
	for ; k.head < len(k.trail); k.head++ {
		if k.visit(-k.trail[k.head]) {
			return true
		}
	}
	return false
}

// visit goes through the clauses that watch the literal l, which became false.
// A clause whose other watch is true is left alone. Otherwise it watches another
// literal that is not false; if there is none, its other watch must be true, and
// if that is false the clause is.
func (k *checker) visit(l Lit) (conflict bool) {
	list := k.watch[index(l)]
	keep := list[:0]
	for i, c := range list {
		if c.dropped {
			continue
		}
		if c.lits[0] == l {
			c.lits[0], c.lits[1] = c.lits[1], c.lits[0]
		}
		other := c.lits[0]
		if k.value[index(other)] != 1 && k.rewatch(c) {
			continue
		}
		keep = append(keep, c)
		switch k.value[index(other)] {
		case 0:
			k.set(other)
		case -1:
			k.watch[index(l)] = append(keep, list[i+1:]...)
			return true
		}
	}
	k.watch[index(l)] = keep
	return false
}

func (k *checker) rewatch(c *checked) bool {
	for j := 2; j < len(c.lits); j++ {
		if m := c.lits[j]; k.value[index(m)] != -1 {
			c.lits[1], c.lits[j] = m, c.lits[1]
			k.watch[index(m)] = append(k.watch[index(m)], c)
			return true
		}
	}
	return false
}
