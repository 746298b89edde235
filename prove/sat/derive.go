// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

import "slices"

// id is the number of a clause in proofs.
func (s *solver) id(c cref) int32 { return int32(s.mem[c+headID]) }

// conclude records how the clause being learned is derived, and returns its number.
func (s *solver) conclude() int32 {
	slices.Sort(s.settled)
	for _, v := range slices.Compact(s.settled) {
		s.chain = append(s.chain, s.unit(v))
	}
	return s.derive(slices.Clone(s.chain))
}

func (s *solver) derive(c Chain) int32 {
	s.proof = append(s.proof, c)
	return int32(s.inputs + len(s.proof) - 1)
}

// unit returns the number of the unit clause for the value that v has at level 0. It
// derives the clause if there is none.
func (s *solver) unit(v int32) int32 {
	lits := s.lits(s.reason[v])
	if len(lits) == 1 {
		return s.id(s.reason[v])
	}
	if s.units[v] == 0 {
		c := Chain{s.id(s.reason[v])}
		for _, l := range lits {
			if l.vari() != v {
				c = append(c, s.unit(l.vari()))
			}
		}
		s.units[v] = s.derive(c)
	}
	return s.units[v]
}

// trimmed returns the proof without the chains that the last one does not rest on.
// steps is how many of them learned a clause; the others are from unit.
func (s *solver) trimmed() (proof Proof, steps int) {
	needed := make([]bool, len(s.proof))
	needed[len(needed)-1] = true
	for i, c := range slices.Backward(s.proof) {
		for _, id := range c {
			if j := int(id) - s.inputs; needed[i] && j >= 0 {
				needed[j] = true
			}
		}
	}
	number := make([]int32, len(s.proof)) // after trimming
	for i, c := range s.proof {
		if !needed[i] {
			continue
		}
		for j, id := range c {
			if n := int(id) - s.inputs; n >= 0 {
				c[j] = number[n]
			}
		}
		number[i] = int32(s.inputs + len(proof))
		proof = append(proof, c)
	}
	steps = len(proof)
	for _, id := range s.units {
		if id != 0 && needed[int(id)-s.inputs] {
			steps--
		}
	}
	return proof, steps
}
