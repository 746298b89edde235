// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

import (
	"context"
	"slices"
)

// ilit is a literal inside the solver: 2v for the variable v, 2v+1 for its negation.
type ilit uint32

func toILit(l Lit) ilit {
	if l < 0 {
		return ilit(-l)<<1 | 1
	}
	return ilit(l) << 1
}

func (l ilit) not() ilit   { return l ^ 1 }
func (l ilit) vari() int32 { return int32(l >> 1) }

// cref is a clause: where it starts in the solver's memory. 0 is none.
type cref uint32

// A clause in memory is its header and then its literals, the watched ones in front.
const (
	headSize     = iota // number of literals
	headID              // number in proofs
	headLevels          // number of decision levels among the literals when learned
	headActivity        // a float32
	headDeleted         // 1 once forgotten
	headLen
)

// watch is kept in the list of the negation of a watched literal. blocker is
// some other literal of the clause: where it is true the clause need not be
// touched. Of a clause of two literals it is all there is to know.
type watch struct {
	c       cref
	blocker ilit
}

// solver searches by conflict-driven clause learning: two watched literals,
// variable activities in a heap, saved phases, clause minimization, and restarts and
// removal of learned clauses by their number of decision levels. Nothing rests on it being right: Check looks at its proofs,
// and Model.Satisfies at its models.
type solver struct {
	mem     []ilit // clauses, one after the other
	learnts []cref
	watches [][]watch // by literal: clauses of three literals or more
	pairs   [][]watch // by literal: clauses of two literals
	value   []int8    // by literal: 1 true, -1 false, 0 open
	level   []int32   // by variable
	reason  []cref    // by variable
	phase   []ilit    // by variable: the literal last true
	trail   []ilit
	limits  []int // trail length at each decision
	head    int   // first literal of the trail not propagated yet

	order     heap
	varInc    float64
	clauseInc float32

	seen    []bool // by variable, scratch of analyze
	stamp   []uint32
	stampID uint32

	inputs  int     // clauses of the formula
	proof   Proof   // of everything learned
	chain   Chain   // of the clause being learned, but for the unit clauses
	settled []int32 // variables whose unit clauses end the chain
	units   []int32 // by variable: number of the unit clause derived for it, 0 for none

	pace      pace
	conflicts int
	most      int  // conflicts after which the search ends; 0 for no limit
	refuting  cref // a clause of the formula that is false from the start
}

// maxConflictsBetweenChecks is how often the context is asked.
const maxConflictsBetweenChecks = 256

func newSolver(f *Formula, used []bool) *solver {
	n := f.NumVars + 1
	s := &solver{
		mem: make([]ilit, 1), watches: make([][]watch, 2*n), pairs: make([][]watch, 2*n), value: make([]int8, 2*n),
		level: make([]int32, n), reason: make([]cref, n), phase: make([]ilit, n),
		seen: make([]bool, n), stamp: make([]uint32, n+1), units: make([]int32, n),
		varInc: 1, clauseInc: 1, inputs: len(f.Clauses),
	}
	s.order = newHeap(n)
	for v := 1; v < n; v++ {
		s.phase[v] = ilit(v)<<1 | 1
		s.order.insert(int32(v))
	}
	for i, c := range f.Clauses {
		if used == nil || used[i] {
			s.addInput(c, int32(i))
		}
	}
	return s
}

// addInput adds a clause of the formula, without repetitions; a tautology is left out.
func (s *solver) addInput(c []Lit, id int32) {
	lits := make([]ilit, 0, len(c))
	for _, l := range c {
		lits = append(lits, toILit(l))
	}
	slices.Sort(lits)
	lits = slices.Compact(lits)
	for i := 1; i < len(lits); i++ {
		if lits[i] == lits[i-1].not() {
			return
		}
	}
	k := s.store(lits, id, 0)
	switch {
	case len(lits) > 1:
		s.attach(k)
	case len(lits) == 0 || s.value[lits[0]] == -1:
		s.refuting = k
	case s.value[lits[0]] == 0:
		s.assign(lits[0], k)
	}
}

func (s *solver) assign(l ilit, why cref) {
	s.value[l], s.value[l.not()] = 1, -1
	s.level[l.vari()] = int32(len(s.limits))
	s.reason[l.vari()] = why
	s.trail = append(s.trail, l)
}

func (s *solver) backtrack(level int) {
	if len(s.limits) <= level {
		return
	}
	from := s.limits[level]
	for i := len(s.trail) - 1; i >= from; i-- {
		l := s.trail[i]
		s.value[l], s.value[l.not()] = 0, 0
		s.phase[l.vari()] = l
		s.order.insert(l.vari())
	}
	s.trail, s.limits, s.head = s.trail[:from], s.limits[:level], from
}

// search runs until the formula is decided or ctx ends.
func (s *solver) search(ctx context.Context) Status {
	if s.refuting != 0 {
		return s.refuted(s.refuting)
	}
	if c := s.propagate(); c != 0 {
		return s.refuted(c)
	}
	for {
		c := s.propagate()
		if c == 0 {
			if !s.decide() {
				return Sat
			}
			continue
		}
		s.conflicts++
		if len(s.limits) == 0 {
			return s.refuted(c)
		}
		s.learn(c)
		if s.conflicts == s.most || s.conflicts%maxConflictsBetweenChecks == 0 && ctx.Err() != nil {
			return Unknown
		}
		if s.pace.restart() {
			s.backtrack(0)
			if len(s.learnts) > 4000+s.conflicts/8 {
				s.reduce()
			}
		}
	}
}

// refuted records the empty clause, which follows from the conflict c at level 0.
func (s *solver) refuted(c cref) Status {
	s.chain, s.settled = append(s.chain[:0], s.id(c)), s.settled[:0]
	for _, l := range s.lits(c) {
		s.settled = append(s.settled, l.vari())
	}
	s.conclude()
	return Unsat
}

// decide opens a level with the most active open variable; false if none is left.
func (s *solver) decide() bool {
	for {
		v, ok := s.order.pop()
		if !ok {
			return false
		}
		if l := s.phase[v]; s.value[l] == 0 {
			s.limits = append(s.limits, len(s.trail))
			s.assign(l, 0)
			return true
		}
	}
}
