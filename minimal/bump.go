// SPDX-License-Identifier: MIT OR Apache-2.0

package minimal

import (
	"fmt"
	"math/bits"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/wasm"
)

// An encoding is how a module keeps top, the first free byte, in its global.
type encoding struct {
	name    string
	negated bool
	plus    uint32
	rotated int
}

var encodings = []encoding{
	{name: "top"}, {name: "top - 1", plus: 0xffffffff}, {name: "top + 1", plus: 1},
	{name: "-top", negated: true}, {name: "-top - 1", negated: true, plus: 0xffffffff}, {name: "-top + 1", negated: true, plus: 1},
	{name: "rotl(top, 16)", rotated: 16}, {name: "rotl(-top, 16)", negated: true, rotated: 16},
}

func (e encoding) of(top uint32) uint32 {
	if e.negated {
		top = -top
	}
	return bits.RotateLeft32(top+e.plus, e.rotated)
}

func (e encoding) term(l logic, top *bv.Term) *bv.Term {
	if e.negated {
		top = l.Neg(top)
	}
	return rotl(l.Builder, l.Add(top, l.num(e.plus)), l.num(uint32(e.rotated)))
}

// small is what the fast path has to take: blocks of up to 64 bytes at multiples of up
// to 16 that end 4 KiB before the end of top's page. An answer may take more.
const (
	smallSize  = 64
	smallAlign = 16
	smallRest  = 4096
)

// request is a call of alloc: where it begins, and what it asks for.
type request struct{ top, size, align uint32 }

// block returns where the block lies and where top's page ends, both up to 2^32. As a
// top, 0 stands for 2^32.
func (r request) block() (at, ours uint64) {
	top := uint64(r.top-1) + 1
	round := func(to uint64) uint64 { return (top + to - 1) &^ (to - 1) }
	return round(uint64(r.align)), round(contract.PageSize)
}

// fits reports whether the block lies on owned pages, of which the code knows top's.
func (r request) fits() bool {
	at, ours := r.block()
	return at < 1<<32 && at+uint64(r.size) <= ours
}

// small reports whether the fast path has to take it.
func (r request) small() bool {
	at, ours := r.block()
	return r.size <= smallSize && r.align <= smallAlign && at+uint64(r.size)+smallRest <= ours
}

// bump asks for the fast path of alloc under the strategy bump, whose state is one
// global: the block's address, the new state, and whether the block fits. fixed is the
// one alignment, to which top is kept; 0 if there is an argument.
func bump(e encoding, fixed uint32) *Question {
	q := &Question{
		order:   contract.Order{FixedAlign: fixed},
		path:    "fast",
		Name:    fmt.Sprintf("the fast path of alloc, with $top = %s", e.name),
		frame:   []wasm.Opcode{wasm.OpBlock, wasm.OpGlobalGet, wasm.OpBrIf, wasm.OpGlobalSet, wasm.OpEnd},
		parts:   2,
		state:   0,
		inputs:  []string{"$top", "$size", "$align"},
		outputs: []string{"address", "$top", "fits"},
		vars:    []string{"top", "size", "align"},
		begin: [][]uint32{
			{0x11008, 16, 8}, {0x10000001, 3, 1}, {0x23409, 33, 16}, {0x7ffe0013, 1, 4}, {0x80000f05, 64, 2}, {0x401, 0, 1},
			{0x11ff8, 0xfffffffc, 8}, {0x11008, 0x10000, 8}, {0x11008, 16, 0x20000}, {0xfffffff8, 16, 8}, {0x10000, 8, 8},
			{0x2fff1, 16, 1}, {0x2fff1, 1, 0x10000}, {0x12345, 0x80000000, 1}, {0x20008, 8, 0x80000000}, {0, 0, 1},
			{0x1fff0, 15, 8}, {0x40100, 0xfe00, 4}, {0xffff0008, 0xffffff00, 8}, {0x18000, 0xffff8000, 2},
		},
	}
	q.constants = []uint32{0, 1, 0xffffffff, 16, 0xffff, 0x10000, 0xffff0000, 0x80000000}
	if fixed != 0 {
		q.constants = append(q.constants, fixed, -fixed, fixed-1)
		q.Name += fmt.Sprintf(" and --fixed-align %d", fixed)
		q.inputs, q.vars = q.inputs[:2], q.vars[:2]
		for _, s := range q.begin {
			s[0] &^= fixed - 1
		}
	}
	b := bumpQuestion{encoding: e, fixed: fixed}
	q.values, q.goals, q.later, q.terms, q.valid, q.wrong = b.values, b.goals, b.later, b.terms, b.valid, b.wrong
	return q
}

type bumpQuestion struct {
	encoding
	fixed uint32
}

func (q bumpQuestion) request(state []uint32) request {
	if q.fixed != 0 {
		return request{state[0], state[1], q.fixed}
	}
	return request{state[0], state[1], state[2]}
}

// next returns the new top.
func (q bumpQuestion) next(r request) uint32 {
	at, _ := r.block()
	return (uint32(at) + r.size + q.unit() - 1) &^ (q.unit() - 1)
}

// unit is what top is a multiple of.
func (q bumpQuestion) unit() uint32 { return max(q.fixed, 1) }

func (q bumpQuestion) values(state []uint32) []uint32 {
	r := q.request(state)
	return []uint32{q.of(r.top), r.size, r.align}[:len(state)]
}

func (q bumpQuestion) goals(states [][]uint32) []goal {
	var address, next value
	var must []int
	for lane, state := range states {
		r := q.request(state)
		at, _ := r.block()
		address[lane], next[lane] = uint32(at), q.of(q.next(r))
		if r.small() {
			must = append(must, lane)
		}
	}
	fits := func(s *search, v *value) bool {
		s.inverted = v[must[0]] == 0
		for lane, state := range states {
			r := q.request(state)
			taken := (v[lane] == 0) == s.inverted
			right := s.pool[s.outs[0]].value[lane] == address[lane] && s.pool[s.outs[1]].value[lane] == next[lane]
			if taken && !(r.fits() && right) || !taken && r.small() {
				return false
			}
		}
		return true
	}
	return []goal{known(address, must), known(next, must), {accepts: fits}}
}

// later counts an operation for each goal, the size, and that the state reaches all goals
// and the size two of them, for which they share values.
func (q bumpQuestion) later(s *search) int {
	p := &s.prices
	price := (len(s.wanted) - len(s.outs)) * p.least
	for i := range s.inputs[1:] {
		if s.pool[len(s.constants)+1+i].uses == 0 {
			price += p.get
		}
	}
	// One more use of something that is shared already, and of something new.
	more, another := min(p.shared(3)-p.shared(2), p.global), p.read(2)
	switch len(s.outs) {
	case 0:
		known := another + min(another, more+p.get)
		for i := len(s.constants); i < len(s.pool); i++ {
			if n := &s.pool[i]; n.uses > 1 && n.from&1 != 0 {
				known = min(more, p.get) + min(another, p.get+min(more, p.get))
			}
		}
		price += known
	case 1:
		price += min(another, more+p.get)
		known := min(more, another)
		for i := s.first; i < len(s.pool); i++ {
			if s.pool[i].from&1 != 0 {
				known = 0
			}
		}
		price += known
	}
	return price
}

func (q bumpQuestion) args(l logic, vars []*bv.Term) (top, size, align *bv.Term) {
	if q.fixed != 0 {
		return vars[0], vars[1], l.num(q.fixed)
	}
	return vars[0], vars[1], vars[2]
}

func (q bumpQuestion) terms(l logic, vars []*bv.Term) []*bv.Term {
	top, size, align := q.args(l, vars)
	return []*bv.Term{q.term(l, top), size, align}[:len(vars)]
}

func (q bumpQuestion) valid(l logic, vars []*bv.Term) *bv.Term {
	top, _, align := q.args(l, vars)
	return l.And(l.powerOfTwo(align), l.Eq(l.And(top, l.num(q.unit()-1)), l.num(0)))
}

func (q bumpQuestion) wrong(l logic, vars, outs []*bv.Term, a *answer) *bv.Term {
	top, size, align := q.args(l, vars)
	first := l.Add(l.wide(l.Sub(top, l.num(1))), l.Const(34, 1)) // 1 to 2^32
	round := func(x, to *bv.Term) *bv.Term {
		ones := l.Sub(to, l.Const(34, 1))
		return l.And(l.Add(x, ones), l.Not(ones))
	}
	at, ours := round(first, l.wide(align)), round(first, l.Const(34, contract.PageSize))
	end := l.Add(at, l.wide(size))
	fits := l.All(l.Ult(at, l.Const(34, 1<<32)), l.Ule(end, ours))
	next := l.Extract(round(end, l.Const(34, uint64(q.unit()))), 0, 32)
	right := l.All(fits, l.Eq(outs[0], l.Extract(at, 0, 32)), l.Eq(outs[1], q.term(l, next)))
	small := l.All(l.Ule(size, l.num(smallSize)), l.Ule(align, l.num(smallAlign)),
		l.Ule(l.Add(end, l.Const(34, smallRest)), ours))
	taken := l.Eq(l.Eq(outs[2], l.num(0)), l.Bool(a.inverted))
	return l.Any(l.All(taken, l.Not(right)), l.All(l.Not(taken), small))
}

// known is a goal whose value is given, in some lanes.
func known(want value, lanes []int) goal {
	first := lanes[0]
	return goal{
		accepts: func(_ *search, v *value) bool {
			for _, lane := range lanes {
				if v[lane] != want[lane] {
					return false
				}
			}
			return true
		},
		hopeless: func(o *operation, a, b *value) bool { return o.eval(a[first], b[first]) != want[first] },
	}
}
