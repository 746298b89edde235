// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

import "slices"

// store puts a clause into memory.
func (s *solver) store(lits []ilit, id int32, levels int) cref {
	c := cref(len(s.mem))
	s.mem = append(s.mem, ilit(len(lits)), ilit(id), ilit(levels), 0, 0)
	s.mem = append(s.mem, lits...)
	return c
}

// lits are the literals of c.
func (s *solver) lits(c cref) []ilit {
	from := c + headLen
	return s.mem[from : from+cref(s.mem[c])]
}

func (s *solver) attach(c cref) {
	lits, to := s.lits(c), s.watchers(c)
	a, b := lits[0], lits[1]
	to[a.not()] = append(to[a.not()], watch{c, b})
	to[b.not()] = append(to[b.not()], watch{c, a})
}

// detach undoes attach.
func (s *solver) detach(c cref) {
	to := s.watchers(c)
	for _, l := range s.lits(c)[:2] {
		ws := to[l.not()]
		i := slices.IndexFunc(ws, func(w watch) bool { return w.c == c })
		to[l.not()] = slices.Delete(ws, i, i+1)
	}
}

// watchers are the lists that c is in.
func (s *solver) watchers(c cref) [][]watch {
	if s.mem[c] == 2 {
		return s.pairs
	}
	return s.watches
}

// propagate follows unit clauses to the end, or to the conflict that it returns.
func (s *solver) propagate() cref {
	for s.head < len(s.trail) {
		p := s.trail[s.head]
		s.head++
		for _, w := range s.pairs[p] {
			switch s.value[w.blocker] {
			case 0:
				s.assign(w.blocker, w.c)
			case -1:
				return w.c
			}
		}
		if c := s.visit(p); c != 0 {
			return c
		}
	}
	return 0
}

// visit goes through the clauses that watch the negation of p, which became false.
func (s *solver) visit(p ilit) (conflict cref) {
	ws := s.watches[p]
	n, value := 0, s.value
	for i := 0; i < len(ws); i++ {
		w := ws[i]
		if value[w.blocker] == 1 {
			ws[n] = w
			n++
			continue
		}
		size := s.mem[w.c]
		lits := s.mem[w.c+headLen : w.c+headLen+cref(size)]
		if lits[0] == p.not() {
			lits[0], lits[1] = lits[1], lits[0]
		}
		first := lits[0]
		if first != w.blocker && value[first] == 1 {
			ws[n] = watch{w.c, first}
			n++
			continue
		}
		if s.rewatch(w.c, lits) {
			continue
		}
		ws[n] = watch{w.c, first}
		n++
		if value[first] == -1 {
			n += copy(ws[n:], ws[i+1:])
			s.watches[p] = ws[:n]
			return w.c
		}
		s.assign(first, w.c)
	}
	s.watches[p] = ws[:n]
	return 0
}

// rewatch moves the second watch of c to a literal that is not false.
func (s *solver) rewatch(c cref, lits []ilit) bool {
	for k := 2; k < len(lits); k++ {
		if l := lits[k]; s.value[l] != -1 {
			lits[1], lits[k] = l, lits[1]
			s.watches[l.not()] = append(s.watches[l.not()], watch{c, lits[0]})
			return true
		}
	}
	return false
}
