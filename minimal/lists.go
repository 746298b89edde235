// SPDX-License-Identifier: MIT OR Apache-2.0

package minimal

import (
	"fmt"
	"math/bits"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/wasm"
)

// lists asks for the head of the list of a request, under the strategy lists with one
// class in each doubling: from the head on, a pop is two loads and a store. The heads may
// lie in the order of the classes, up or down, 4, 8, 16 or 32 bytes apart, from anywhere
// on, since the address of an access has a constant in it. fixed is the one
// alignment; 0 if there is an argument.
func lists(fixed uint32) *Question {
	q := &Question{
		Name:      "the list's head in alloc, with --strategy lists and --classes 1",
		order:     contract.Order{Strategy: contract.Lists, Classes: 1, NoSplit: true, FixedAlign: fixed},
		path:      "into freed memory",
		state:     -1,
		inputs:    []string{"$size", "$align"},
		outputs:   []string{"head"},
		vars:      []string{"size", "align"},
		constants: []uint32{0, 1, 0xffffffff, 2, 3, 4, 7, 8, 31, 0x7fffffff, 0x80000000},
		frame: []wasm.Opcode{
			wasm.OpI32Load, wasm.OpLocalTee, wasm.OpLocalTee, wasm.OpIf,
			wasm.OpLocalGet, wasm.OpLocalGet, wasm.OpI32Load, wasm.OpI32Store, wasm.OpLocalGet, wasm.OpReturn,
		},
		parts: 2,
		begin: [][]uint32{
			{0, 1}, {8, 8}, {9, 1}, {1, 1}, {16, 4}, {17, 8}, {32, 2}, {33, 1}, {100, 1}, {1, 4096}, {4096, 1}, {4097, 16},
			{0x80000000, 1}, {0x80000001, 1}, {0xffffffff, 1}, {0x7fffffff, 8}, {0, 0x80000000}, {0x10000, 0x10000}, {3, 0x40000000},
		},
	}
	if fixed != 0 {
		q.Name += fmt.Sprintf(" and --fixed-align %d", fixed)
		q.inputs, q.vars = q.inputs[:1], q.vars[:1]
		for i, s := range q.begin {
			q.begin[i] = s[:1]
		}
	}
	l := listsQuestion{fixed}
	q.needs, q.values, q.goals, q.later, q.terms, q.valid, q.wrong = countsZeros, l.values, l.goals, l.later, l.terms, l.valid, l.wrong
	return q
}

type listsQuestion struct{ fixed uint32 }

// class numbers the classes: what alloc asks for is rounded up to a power of two, of at
// least 8. Requests above 2^31 have a class of their own.
func (q listsQuestion) class(state []uint32) uint32 {
	align := q.fixed
	if align == 0 {
		align = state[1]
	}
	size := state[0]
	return uint32(bits.LeadingZeros32((size - truth(size != 0) | align - 1) >> 3))
}

// strides are the distances of the heads of two classes that follow each other.
var strides = []uint32{4, 8, 16, 32, 0xfffffffc, 0xfffffff8, 0xfffffff0, 0xffffffe0}

func (q listsQuestion) values(state []uint32) []uint32 { return state }

func (q listsQuestion) goals(states [][]uint32) []goal {
	classes := make([]uint32, len(states))
	for lane, state := range states {
		classes[lane] = q.class(state)
	}
	accepts := func(_ *search, v *value) bool {
		for _, stride := range strides {
			lane := 0
			for lane < len(classes) && v[lane]-v[0] == stride*(classes[lane]-classes[0]) {
				lane++
			}
			if lane == len(classes) {
				return true
			}
		}
		return false
	}
	// Sizes 0 and 8, the first states, are of one class, and 9 is of another.
	hopeless := func(o *operation, a, b *value) bool {
		v := o.eval(a[0], b[0])
		return v != o.eval(a[1], b[1]) || v == o.eval(a[2], b[2])
	}
	return []goal{{accepts, hopeless}}
}

// later counts an operation, what is not read, and a count of zeros, which gives the class
// of a size as no other operation does.
func (q listsQuestion) later(s *search) int {
	price := s.prices.least
	counts := false
	for i := range s.pool {
		n := &s.pool[i]
		counts = counts || n.kind == computed && countsZeros(n.op)
	}
	if !counts {
		price += s.prices.op[clzIndex] - s.prices.least
	}
	for i := range s.inputs {
		if s.pool[len(s.constants)+i].uses == 0 {
			price += s.prices.get
		}
	}
	return price
}

func (q listsQuestion) terms(_ logic, vars []*bv.Term) []*bv.Term { return vars }

func (q listsQuestion) valid(l logic, vars []*bv.Term) *bv.Term {
	if q.fixed != 0 {
		return l.Bool(true)
	}
	return l.powerOfTwo(vars[1])
}

func (q listsQuestion) wrong(l logic, vars, outs []*bv.Term, a *answer) *bv.Term {
	align := l.num(q.fixed)
	if q.fixed == 0 {
		align = vars[1]
	}
	size := vars[0]
	most := l.Or(l.Sub(size, l.Zext(l.Ne(size, l.num(0)), 32)), l.Sub(align, l.num(1)))
	class := clz(l.Builder, l.Lshr(most, l.num(3)), nil)

	// The heads of the two smallest classes say where the others are.
	head := func(size uint32) uint32 { return a.eval([]uint32{size, 1}[:len(vars)])[0] }
	stride := head(8) - head(16)
	return l.Ne(outs[0], l.Add(l.Mul(class, l.num(stride)), l.num(head(8)-32*stride)))
}
