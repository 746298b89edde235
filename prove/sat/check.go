// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

import (
	"errors"
	"fmt"
	"slices"
)

// Lit is a literal in the way of DIMACS: v for the variable v >= 1, -v for its
// negation.
type Lit int32

// Formula is a conjunction of clauses over the variables 1 to NumVars.
type Formula struct {
	NumVars int
	Clauses [][]Lit
}

// Add appends a clause. The slice is kept.
func (f *Formula) Add(clause ...Lit) { f.Clauses = append(f.Clauses, clause) }

// Model assigns a value to each variable; index 0 is unused.
type Model []bool

// Satisfies tells whether m makes every clause of f true.
func (m Model) Satisfies(f *Formula) bool {
	for _, c := range f.Clauses {
		if !slices.ContainsFunc(c, func(l Lit) bool { return l > 0 && m[l] || l < 0 && !m[-l] }) {
			return false
		}
	}
	return true
}

// Chain is a step of a proof: a new clause is resolved from the clauses named, the
// first with the second, the outcome with the third, and so on. The clauses of the
// formula come first, from 0 up, then those of the chains before.
type Chain []int32

// Proof shows that a formula has no model: its chains derive the empty clause.
type Proof []Chain

// Check returns nil if proof shows that f has no model.
//
// The argument. Every clause that the checker holds is implied by f: those of f
// are, and of two clauses C ∨ l and D ∨ -l the resolvent C ∨ D holds wherever both
// do. Every resolvent is computed here, so a chain can claim nothing; it can only
// name clauses that do not resolve, and is refused. The empty clause holds
// nowhere, so where it is derived f has no model.
func Check(f *Formula, proof Proof) error {
	k := resolver{mark: make([]bool, 2*f.NumVars+1)}
	for i, c := range f.Clauses {
		for _, l := range c {
			if l == 0 || int(l) > f.NumVars || int(l) < -f.NumVars {
				return fmt.Errorf("clause %d: literal %d outside of 1 to %d", i, l, f.NumVars)
			}
		}
		k.clauses = append(k.clauses, c)
	}
	for i, c := range proof {
		derived, err := k.derive(c)
		if err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
		if len(derived) == 0 {
			return nil
		}
		if k.size += len(derived); k.size > mostDerived {
			return fmt.Errorf("step %d: more than %d literals derived", i, mostDerived)
		}
		k.clauses = append(k.clauses, derived)
	}
	return errors.New("the proof ends without the empty clause")
}

// resolver holds the clauses so far, and the one that is being derived: its
// literals are marked, and listed in open, where some are no more.
type resolver struct {
	clauses [][]Lit
	mark    []bool // by index
	open    []Lit
	size    int // literals of the clauses derived
}

// index numbers the literals from that of the last variable's negation up.
func (k *resolver) index(l Lit) int { return len(k.mark)/2 + int(l) }

// mostDerived bounds what a hostile derivation can make the checker keep.
const mostDerived = 1 << 27

// derive computes the last resolvent of a chain. It leaves no marks behind, but
// where it refuses.
func (k *resolver) derive(c Chain) ([]Lit, error) {
	if len(c) == 0 {
		return nil, errors.New("names no clause")
	}
	k.open = k.open[:0]
	for i, id := range c {
		if id < 0 || int(id) >= len(k.clauses) {
			return nil, fmt.Errorf("names clause %d, which is not before it", id)
		}
		if err := k.resolve(k.clauses[id], i == 0); err != nil {
			return nil, fmt.Errorf("clause %d: %w", id, err)
		}
	}
	derived := k.open[:0]
	for _, l := range k.open {
		if k.mark[k.index(l)] {
			k.mark[k.index(l)] = false
			derived = append(derived, l)
		}
	}
	return slices.Clone(derived), nil
}

// resolve replaces the clause that is being derived by its resolvent with c on
// the one literal of c whose negation it has; the first is taken as it is.
func (k *resolver) resolve(c []Lit, first bool) error {
	var pivot Lit
	found := 0
	for _, l := range c {
		if k.mark[k.index(-l)] && l != pivot {
			pivot = l
			found++
		}
	}
	switch {
	case first: // there are no marks yet, and so no pivot
	case found != 1:
		return fmt.Errorf("it has %d literals to resolve on, and not one", found)
	default:
		k.mark[k.index(-pivot)] = false
	}
	for _, l := range c {
		if l != pivot && !k.mark[k.index(l)] {
			k.mark[k.index(l)] = true
			k.open = append(k.open, l)
		}
	}
	return nil
}
