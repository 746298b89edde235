// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

import (
	"errors"
	"fmt"
)

// Clauses returns what the chains of a proof derive, which is all that Derive needs to
// find them again.
func Clauses(f *Formula, proof Proof) ([][]Lit, error) {
	k := resolver{mark: make([]bool, 2*f.NumVars+2), clauses: f.Clauses[:len(f.Clauses):len(f.Clauses)]}
	for _, c := range proof {
		derived, err := k.derive(c)
		if err != nil {
			return nil, err
		}
		k.clauses = append(k.clauses, derived)
	}
	return k.clauses[len(f.Clauses):], nil
}

// Runs tells which clauses of a formula a proof uses, by the lengths of runs: clauses that
// it leaves out, then those that it uses, and so on in turn.
type Runs []int

// Uses returns the clauses of f that a proof uses. Most proofs use a few.
func Uses(f *Formula, proof Proof) Runs {
	used := make([]bool, len(f.Clauses))
	for _, c := range proof {
		for _, id := range c {
			if int(id) < len(used) {
				used[id] = true
			}
		}
	}
	runs, current := Runs{0}, false
	for _, u := range used {
		if u != current {
			runs, current = append(runs, 0), u
		}
		runs[len(runs)-1]++
	}
	return runs
}

// Derive finds a proof that derives the clauses in turn. Each has to follow by propagation
// from those before it and the clauses of f that are used: if all its literals are
// false, some clause is. What the solver learns does.
func Derive(f *Formula, uses Runs, clauses [][]Lit) (Proof, error) {
	used, err := uses.mark(len(f.Clauses))
	if err != nil {
		return nil, err
	}
	s := newSolver(f, used)
	refuting := s.refuting
	for i := -1; refuting == 0; i++ {
		if refuting = s.propagate(); refuting != 0 {
			break
		}
		if i+1 == len(clauses) {
			return nil, errors.New("the empty clause is not among those derived")
		}
		if err := s.follow(clauses[i+1]); err != nil {
			return nil, fmt.Errorf("clause %d: %w", i+1, err)
		}
	}
	s.refuted(refuting)
	proof, _ := s.trimmed()
	return proof, nil
}

// mark returns which of n clauses are used.
func (r Runs) mark(n int) ([]bool, error) {
	used := make([]bool, 0, n)
	for i, length := range r {
		if length < 0 || length > n-len(used) {
			return nil, fmt.Errorf("the clauses that are used go beyond the formula's %d", n)
		}
		for range length {
			used = append(used, i%2 == 1)
		}
	}
	return used[:n], nil
}

// follow learns what follows of a clause by propagation, a part of it at least, and
// goes back to level 0.
func (s *solver) follow(clause []Lit) error {
	s.limits = append(s.limits, len(s.trail))
	defer s.backtrack(0)
	for _, l := range clause {
		if n := int(l); n == 0 || max(n, -n) >= len(s.level) {
			return fmt.Errorf("literal %d outside of 1 to %d", l, len(s.level)-1)
		}
		switch no := toILit(l).not(); s.value[no] {
		case 0:
			s.assign(no, 0)
		case -1:
			return nil // true before: nothing is learned
		}
	}
	c := s.propagate()
	if c == 0 {
		return errors.New("it does not follow by propagation")
	}
	lits := s.resolve(c)
	s.backtrack(0)
	learned := s.store(lits, s.conclude(), 0)
	switch {
	case len(lits) > 1:
		s.attach(learned)
	case s.value[lits[0]] == 0:
		s.assign(lits[0], learned)
	}
	return nil
}

// resolve returns the clause that the conflict c comes from, of negations of what was
// assumed, and makes its chain.
func (s *solver) resolve(c cref) (lits []ilit) {
	s.chain, s.settled = s.chain[:0], s.settled[:0]
	from := s.limits[0]
	for i := len(s.trail) - 1; ; i-- {
		if c != 0 {
			s.chain = append(s.chain, s.id(c))
			for _, q := range s.lits(c) {
				switch v := q.vari(); {
				case s.value[q] == 1: // what the clause implied
				case s.level[v] == 0:
					s.settled = append(s.settled, v)
				default:
					s.seen[v] = true
				}
			}
		}
		for i >= from && !s.seen[s.trail[i].vari()] {
			i--
		}
		if i < from {
			return lits
		}
		p := s.trail[i]
		s.seen[p.vari()] = false
		if c = s.reason[p.vari()]; c == 0 {
			lits = append(lits, p.not())
		}
	}
}
