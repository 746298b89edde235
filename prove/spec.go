// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/wasm"
)

// term is a bit-vector term. Numbers of a specification have spec.wide bits and
// do not wrap; statements have one bit.
type term = *bv.Term

// spec has the operations that specifications are written in.
type spec struct {
	*bv.Builder
	width int // bits of an address
	wide  int // bits of a number
}

// num is a constant number.
func (s spec) num(n uint64) term { return s.Const(s.wide, n) }

// of reads a machine word as a number.
func (s spec) of(word term) term { return s.Zext(word, s.wide) }

// some is an unknown number below 2^width.
func (s spec) some(name string) term { return s.of(s.Var(name, s.width)) }

// limit is 2^width, the end of the address space.
func (s spec) limit() term { return s.Shl(s.num(1), s.num(uint64(s.width))) }

// minus reads a machine word as the negation of a number from 1 to 2^width.
func (s spec) minus(word term) term { return s.Sub(s.limit(), s.of(word)) }

// inBytes is a number of pages in bytes.
func (s spec) inBytes(pages term) term { return s.Mul(pages, s.num(wasm.PageSize)) }

// pagesFor is the number of pages that n bytes take: n / 65536, rounded up.
func (s spec) pagesFor(n term) term {
	return s.Lshr(s.Add(n, s.num(wasm.PageSize-1)), s.num(16))
}

// roundUp is the least multiple of a, a power of two, from n up.
func (s spec) roundUp(n, a term) term {
	low := s.Sub(a, s.num(1))
	return s.And(s.Add(n, low), s.Not(low))
}

// roundUpPage is the least multiple of a page from n up.
func (s spec) roundUpPage(n term) term { return s.inBytes(s.pagesFor(n)) }

// divides says that a, a power of two, divides n.
func (s spec) divides(a, n term) term {
	return s.Eq(s.And(n, s.Sub(a, s.num(1))), s.num(0))
}

// powerOfTwo says that the machine word a has exactly one bit set.
func (s spec) powerOfTwo(a term) term {
	zero := s.Const(a.Width, 0)
	return s.And(s.Ne(a, zero), s.Eq(s.And(a, s.Sub(a, s.Const(a.Width, 1))), zero))
}

// le and lt chain comparisons: le(a, b, c) is a ≤ b ≤ c.
func (s spec) le(ns ...term) term {
	all := s.Bool(true)
	for i := 1; i < len(ns); i++ {
		all = s.And(all, s.Ule(ns[i-1], ns[i]))
	}
	return all
}

func (s spec) lt(a, b term) term { return s.Ult(a, b) }

// block is the bytes [at, at+size).
type block struct{ at, size term }

func (s spec) end(b block) term { return s.Add(b.at, b.size) }

// apart says that two blocks, the second not empty, share no byte.
func (s spec) apart(b, c block) term {
	empty := s.Eq(b.size, s.num(0))
	return s.Any(empty, s.le(s.end(b), c.at), s.le(s.end(c), b.at))
}

// has says that the byte x lies in b.
func (s spec) has(b block, x term) term { return s.And(s.le(b.at, x), s.lt(x, s.end(b))) }

// within says that b lies in c; an empty block lies anywhere.
func (s spec) within(b, c block) term {
	empty := s.Eq(b.size, s.num(0))
	return s.Or(empty, s.And(s.le(c.at, b.at), s.le(s.end(b), s.end(c))))
}

func (s spec) larger(a, b term) term { return s.Ite(s.lt(a, b), b, a) }
