// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

import (
	"errors"
	"fmt"
	"math/bits"
)

// Outline is what a proof derives, which is all that it takes to find the proof again.
type Outline struct {
	Uses    Runs
	Clauses [][]Lit
	Spans   []int // a clause with span n is not used beyond the 2^n-th after it
}

// Runs tells which clauses of a formula a proof uses, by the lengths of runs: clauses that
// it leaves out, then those that it uses, and so on in turn.
type Runs []int

// NewOutline returns that of a proof.
func NewOutline(f *Formula, proof Proof) (Outline, error) {
	k := resolver{mark: make([]bool, 2*f.NumVars+1), clauses: f.Clauses[:len(f.Clauses):len(f.Clauses)]}
	inputs := len(f.Clauses)
	used, spans := make([]bool, inputs), make([]int, len(proof))
	for i, c := range proof {
		derived, err := k.derive(c)
		if err != nil {
			return Outline{}, err
		}
		k.clauses = append(k.clauses, derived)
		for _, id := range c {
			if j := int(id) - inputs; j >= 0 {
				spans[j] = bits.Len(uint(i - j - 1))
			} else {
				used[id] = true
			}
		}
	}
	return Outline{newRuns(used), k.clauses[inputs:], spans}, nil
}

func newRuns(used []bool) Runs {
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
// from the clauses of f that are used, and from those before it whose span reaches it: if
// all its literals are false, some clause is. What the solver learns does.
func (o Outline) Derive(f *Formula) (Proof, error) {
	used, err := o.Uses.mark(len(f.Clauses))
	if err != nil {
		return nil, err
	}
	s := newSolver(f, used)
	expired := make([][]cref, len(o.Clauses)) // by the first clause that they are not for
	refuting := s.refuting
	for i := 0; refuting == 0; i++ {
		if refuting = s.propagate(); refuting != 0 {
			break
		}
		if i == len(o.Clauses) {
			return nil, errors.New("the empty clause is not among those derived")
		}
		for _, c := range expired[i] {
			s.detach(c)
		}
		learned, err := s.follow(o.Clauses[i])
		if err != nil {
			return nil, fmt.Errorf("clause %d: %w", i, err)
		}
		if end := i + 1 + 1<<o.Spans[i]; learned != 0 && end < len(expired) {
			expired[end] = append(expired[end], learned)
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
// goes back to level 0. It returns what it learned, if that is watched.
func (s *solver) follow(clause []Lit) (learned cref, err error) {
	s.limits = append(s.limits, len(s.trail))
	defer s.backtrack(0)
	for _, l := range clause {
		if n := int(l); n == 0 || max(n, -n) >= len(s.level) {
			return 0, fmt.Errorf("literal %d outside of 1 to %d", l, len(s.level)-1)
		}
		switch no := toILit(l).not(); s.value[no] {
		case 0:
			s.assign(no, 0)
		case -1:
			return 0, nil // true before: nothing is learned
		}
	}
	c := s.propagate()
	if c == 0 {
		return 0, errors.New("it does not follow by propagation")
	}
	lits := s.resolve(c)
	s.backtrack(0)
	learned = s.store(lits, s.conclude(), 0)
	if len(lits) > 1 {
		s.attach(learned)
		return learned, nil
	}
	if s.value[lits[0]] == 0 {
		s.assign(lits[0], learned)
	}
	return 0, nil
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
