// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

import "slices"

// record keeps what the solver learned and from what, so that the steps that
// did not matter can be left out of the proof.
type record struct {
	clauses [][]Lit
	// from[i] names what step i was derived from: a step j >= 0, or -v for the
	// variable v, whose value was settled at level 0.
	from [][]int32
}

func (r *record) add(lits []ilit, from []int32) (step int32) {
	c := make([]Lit, len(lits))
	for i, l := range lits {
		c[i] = l.lit()
	}
	r.clauses = append(r.clauses, c)
	r.from = append(r.from, slices.Clone(from))
	return int32(len(r.clauses) - 1)
}

// proof returns the steps that the last one rests on, in order, each dropped
// after its last use.
func (s *solver) trimmed() Proof {
	r := &s.record
	t := trimmer{s: s, lastUse: make([]int, len(r.clauses)), settled: make([]bool, len(s.level))}
	for i := range t.lastUse {
		t.lastUse[i] = -1
	}
	last := len(r.clauses) - 1
	t.lastUse[last] = last
	for i := last; i >= 0; i-- {
		if t.lastUse[i] < 0 {
			continue
		}
		for _, d := range r.from[i] {
			t.use(d, i)
		}
	}
	return t.proof(r)
}

type trimmer struct {
	s       *solver
	lastUse []int  // by step: the last step that needs it, -1 for none
	settled []bool // by variable: its derivation was followed
}

// use notes that step i needs d. Steps are visited from the last to the first,
// so the first note is the last use.
func (t *trimmer) use(d int32, i int) {
	if d >= 0 {
		if t.lastUse[d] < 0 {
			t.lastUse[d] = i
		}
		return
	}
	for work := []int32{-d}; len(work) > 0; {
		v := work[len(work)-1]
		work = work[:len(work)-1]
		c := t.s.reason[v]
		if t.settled[v] || c == 0 {
			continue
		}
		t.settled[v] = true
		if step := int32(t.s.mem[c+headStep]); step > 0 {
			t.use(step-1, i)
		}
		for _, l := range t.s.lits(c) {
			if l.vari() != v {
				work = append(work, l.vari())
			}
		}
	}
}

func (t *trimmer) proof(r *record) Proof {
	var p Proof
	place := make([]int, len(r.clauses))
	drops := make([][]int, len(r.clauses))
	for i, use := range t.lastUse {
		if use < 0 {
			continue
		}
		place[i] = len(p)
		if use != i {
			drops[use] = append(drops[use], place[i])
		}
		p = append(p, Step{Clause: r.clauses[i], Drop: drops[i]})
	}
	return p
}
