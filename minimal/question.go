// SPDX-License-Identifier: MIT OR Apache-2.0

package minimal

import (
	"context"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/wasm"
)

// MaxOperations is how many operations an answer may have at most. Searches for more than
// 6 take days.
const MaxOperations = 9

// maxNodes is more than a search has at once: constants, inputs and operations.
const maxNodes = 64

// A Question is a piece of code that the generator writes, by what it has and what it
// has to compute.
type Question struct {
	Name  string
	order contract.Order // the module whose code it is
	path  string         // of alloc, as cost has it
	frame []wasm.Opcode  // what every answer has beside what it computes
	parts int            // the basic blocks that it is

	inputs    []string // the locals that it reads, and the state
	state     int      // which of inputs is the state, whose first use is in the frame; or -1
	outputs   []string // the goals' names
	constants []uint32 // operands that i32.const may give
	vars      []string // what a state is described by, each of 32 bits
	begin     [][]uint32

	needs  func(op int) bool                         // an operation that comes before the last one in every answer; may be nil
	values func(state []uint32) []uint32             // the inputs in a state
	goals  func(states [][]uint32) []goal            // in the order of the search
	later  func(s *search) int                       // what goals that are not reached take at least
	terms  func(l logic, vars []*bv.Term) []*bv.Term // values, as terms
	valid  func(l logic, vars []*bv.Term) *bv.Term   // whether there is such a state

	// wrong holds in the states in which the answer, whose goals are outs, is none.
	wrong func(l logic, vars, outs []*bv.Term, a *answer) *bv.Term
}

// logic makes terms of 32 bits.
type logic struct{ *bv.Builder }

func (l logic) num(v uint32) *bv.Term { return l.Const(32, uint64(v)) }

// wide extends x to 34 bits, in which sums of two do not wrap.
func (l logic) wide(x *bv.Term) *bv.Term { return l.Zext(x, 34) }

// powerOfTwo says that x is one.
func (l logic) powerOfTwo(x *bv.Term) *bv.Term {
	return l.All(l.Ne(x, l.num(0)), l.Eq(l.And(x, l.Sub(x, l.num(1))), l.num(0)))
}

// search prepares a search in some states.
func (q *Question) search(ctx context.Context, states [][]uint32, p prices, most int) *search {
	s := &search{Question: q, ctx: ctx, prices: p, most: most, lanes: len(states), stateNode: -1}
	s.pool = make([]node, 0, maxNodes)
	for _, c := range q.constants {
		n := node{kind: constant}
		for lane := range n.value {
			n.value[lane] = c
		}
		s.pool = append(s.pool, n)
	}
	for i := range q.inputs {
		n := node{kind: input, from: 1 << i}
		for lane, state := range states {
			n.value[lane] = q.values(state)[i]
		}
		if i == q.state {
			s.stateNode = len(s.pool)
		}
		s.pool = append(s.pool, n)
	}
	s.wanted = q.goals(states)
	return s
}
