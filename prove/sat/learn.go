// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

import (
	"cmp"
	"math"
	"slices"
)

// learn turns the conflict c into a clause by its first unique implication
// point, goes back to where that clause is unit, and asserts it.
func (s *solver) learn(c cref) {
	lits, back := s.analyze(c)
	levels := s.distinctLevels(lits)
	s.pace.learn(levels)
	s.backtrack(back)
	cl := s.store(lits, s.conclude(), levels)
	if len(lits) > 1 {
		if len(lits) > 2 {
			s.learnts = append(s.learnts, cl)
		}
		s.attach(cl)
		s.bumpClause(cl)
	}
	s.assign(lits[0], cl)
	s.varInc /= 0.95
	s.clauseInc /= 0.999
}

// analyze returns the learned clause, its asserting literal first and one of the
// level to go back to second. The chain names the conflict, then the reasons of what
// is resolved, the latest first.
func (s *solver) analyze(c cref) (lits []ilit, back int) {
	lits = append(lits, 0)
	s.chain, s.settled = s.chain[:0], s.settled[:0]
	current := int32(len(s.limits))
	open, i := 0, len(s.trail)-1
	for {
		s.bumpClause(c)
		s.chain = append(s.chain, s.id(c))
		for _, q := range s.lits(c) {
			v := q.vari()
			if s.value[q] == 1 || s.seen[v] {
				continue // the implied literal itself, or known
			}
			if s.level[v] == 0 {
				s.settled = append(s.settled, v)
				continue
			}
			s.seen[v] = true
			s.bumpVar(v)
			if s.level[v] == current {
				open++
			} else {
				lits = append(lits, q)
			}
		}
		for !s.seen[s.trail[i].vari()] {
			i--
		}
		p := s.trail[i]
		i--
		open--
		s.seen[p.vari()] = false
		if open == 0 {
			lits[0] = p.not()
			break
		}
		c = s.reason[p.vari()]
	}
	met := slices.Clone(lits[1:])
	lits = s.minimize(lits)
	for _, l := range met {
		s.seen[l.vari()] = false
	}
	return lits, s.secondWatch(lits)
}

// secondWatch puts a literal of the highest level below the current one second
// and returns that level.
func (s *solver) secondWatch(lits []ilit) int {
	if len(lits) == 1 {
		return 0
	}
	best := 1
	for k := 2; k < len(lits); k++ {
		if s.level[lits[k].vari()] > s.level[lits[best].vari()] {
			best = k
		}
	}
	lits[1], lits[best] = lits[best], lits[1]
	return int(s.level[lits[1].vari()])
}

// minimize leaves out the literals that the others imply. stamp remembers the
// variables tried: stampID for implied, stampID+1 for not; because uses stampID+2.
func (s *solver) minimize(lits []ilit) []ilit {
	s.stampID += 3
	keep := lits[:1]
	var gone []ilit
	for _, l := range lits[1:] {
		if s.reason[l.vari()] == 0 || !s.implied(l, 0) {
			keep = append(keep, l)
		} else {
			gone = append(gone, l)
		}
	}
	for _, l := range gone {
		s.seen[l.vari()] = false
	}
	from := len(s.chain)
	for _, l := range gone {
		s.because(l.vari())
	}
	slices.Reverse(s.chain[from:])
	return keep
}

func (s *solver) implied(l ilit, depth int) bool {
	if depth > 500 {
		return false
	}
	for _, q := range s.lits(s.reason[l.vari()]) {
		v := q.vari()
		if v == l.vari() || s.level[v] == 0 || s.seen[v] || s.stamp[v] == s.stampID {
			continue
		}
		if s.reason[v] == 0 || s.stamp[v] == s.stampID+1 {
			return false
		}
		if !s.implied(q, depth+1) {
			s.stamp[v] = s.stampID + 1
			return false
		}
		s.stamp[v] = s.stampID
	}
	return true
}

// because adds to the chain the reasons that imply the value of v, which minimize
// left out, back to literals that are kept: each once and after those that it needs.
func (s *solver) because(v int32) {
	if s.seen[v] || s.stamp[v] == s.stampID+2 {
		return
	}
	s.stamp[v] = s.stampID + 2
	for _, q := range s.lits(s.reason[v]) {
		switch w := q.vari(); {
		case w == v:
		case s.level[w] == 0:
			s.settled = append(s.settled, w)
		default:
			s.because(w)
		}
	}
	s.chain = append(s.chain, s.id(s.reason[v]))
}

func (s *solver) distinctLevels(lits []ilit) int {
	levels := make([]int32, 0, len(lits))
	for _, l := range lits {
		levels = append(levels, s.level[l.vari()])
	}
	slices.Sort(levels)
	return len(slices.Compact(levels))
}

func (s *solver) bumpVar(v int32) {
	if s.order.raise(v, s.varInc) > 1e100 {
		s.order.scale(1e-100)
		s.varInc *= 1e-100
	}
}

func (s *solver) activity(c cref) float32 { return math.Float32frombits(uint32(s.mem[c+headActivity])) }

func (s *solver) setActivity(c cref, a float32) { s.mem[c+headActivity] = ilit(math.Float32bits(a)) }

func (s *solver) bumpClause(c cref) {
	if int(s.id(c)) < s.inputs {
		return
	}
	a := s.activity(c) + s.clauseInc
	s.setActivity(c, a)
	if a > 1e20 {
		for _, l := range s.learnts {
			s.setActivity(l, s.activity(l)*1e-20)
		}
		s.clauseInc *= 1e-20
	}
}

// reduce forgets the worse half of the learned clauses. It runs at level 0,
// where no reason is ever looked at again.
func (s *solver) reduce() {
	slices.SortStableFunc(s.learnts, func(a, b cref) int {
		la, lb := s.mem[a+headLevels], s.mem[b+headLevels]
		if (la <= 2) != (lb <= 2) {
			return cmp.Compare(la, lb)
		}
		return cmp.Compare(s.activity(b), s.activity(a))
	})
	keep := s.learnts[:0]
	for i, c := range s.learnts {
		if i < len(s.learnts)/2 || s.mem[c+headLevels] <= 2 {
			keep = append(keep, c)
			continue
		}
		s.mem[c+headDeleted] = 1
	}
	s.learnts = keep
	for l, ws := range s.watches {
		s.watches[l] = slices.DeleteFunc(ws, func(w watch) bool { return s.mem[w.c+headDeleted] == 1 })
	}
}
