// SPDX-License-Identifier: MIT OR Apache-2.0

package bv

import "fmt"

// Eq returns x = y, of width 1.
func (b *Builder) Eq(x, y *Term) *Term {
	w := same(x, y)
	x, y = constLast(x, y)
	switch {
	case x == y:
		return b.Bool(true)
	case x.IsConst():
		return b.Bool(x.Val == y.Val)
	case w == 1 && y.is(U(1)):
		return x
	case w == 1 && y.is(Value{}):
		return b.Not(x)
	case y.IsConst() && x.Op == OpAdd && x.Args[1].IsConst(): // u + c = d  <=>  u = d - c
		return b.Eq(x.Args[0], b.Sub(y, x.Args[1]))
	case y.IsConst() && x.Op == OpNeg: // -u = d  <=>  u = -d
		return b.Eq(x.Args[0], b.Neg(y))
	case y.is(Value{}) && x.Op == OpOr: // u | v = 0  <=>  u = 0 and v = 0
		return b.And(b.Eq(x.Args[0], y), b.Eq(x.Args[1], y))
	case y.IsConst() && x.Op == OpConcat:
		h, l := x.Args[0], x.Args[1]
		return b.And(b.Eq(h, b.Extract(y, l.Width, h.Width)), b.Eq(l, b.Extract(y, 0, l.Width)))
	case y.IsConst() && x.Op == OpIte && (x.Args[1].IsConst() || x.Args[2].IsConst()):
		return b.Ite(x.Args[0], b.Eq(x.Args[1], y), b.Eq(x.Args[2], y))
	case x.Op == OpConcat && y.Op == OpConcat && x.Args[1].Width == y.Args[1].Width:
		return b.And(b.Eq(x.Args[0], y.Args[0]), b.Eq(x.Args[1], y.Args[1]))
	}
	return b.node(OpEq, 1, x, y)
}

// Ult returns x < y, unsigned, of width 1.
func (b *Builder) Ult(x, y *Term) *Term {
	w := same(x, y)
	switch {
	case x == y, y.is(Value{}), x.is(ones(w)):
		return b.Bool(false)
	case x.IsConst() && y.IsConst():
		return b.Bool(x.Val.Less(y.Val))
	case x.is(Value{}): // 0 < y
		return b.Ne(y, x)
	case y.is(U(1)): // x < 1
		return b.Eq(x, b.Const(w, 0))
	case x.Op == OpConcat && y.Op == OpConcat && x.Args[0] == y.Args[0]: // equal high parts
		return b.Ult(x.Args[1], y.Args[1])
	}
	return b.node(OpUlt, 1, x, y)
}

// Ite returns x where the Bool c is true, y where it is false.
func (b *Builder) Ite(c, x, y *Term) *Term {
	w := same(x, y)
	switch {
	case c.Width != 1:
		panic(fmt.Sprintf("bv: condition of width %d", c.Width))
	case c.IsTrue(), x == y:
		return x
	case c.IsFalse():
		return y
	case c.Op == OpNot:
		return b.Ite(c.Args[0], y, x)
	case w == 1 && x.IsTrue():
		return b.Or(c, y)
	case w == 1 && x.IsFalse():
		return b.And(b.Not(c), y)
	case w == 1 && y.IsTrue():
		return b.Or(b.Not(c), x)
	case w == 1 && y.IsFalse():
		return b.And(c, x)
	}
	return b.node(OpIte, w, c, x, y)
}

// Concat returns the bits of hi above the bits of lo.
func (b *Builder) Concat(hi, lo *Term) *Term {
	w := hi.Width + lo.Width
	switch {
	case hi.IsConst() && lo.IsConst():
		return b.Value(w, hi.Val.shl(uint(lo.Width)).or(lo.Val))
	case hi.IsConst() && lo.Op == OpConcat && lo.Args[0].IsConst(): // join constants on the left
		return b.Concat(b.Concat(hi, lo.Args[0]), lo.Args[1])
	case hi.Op == OpExtract && lo.Op == OpExtract && hi.Args[0] == lo.Args[0] && hi.Low == lo.Low+lo.Width:
		return b.Extract(lo.Args[0], lo.Low, w)
	}
	return b.node(OpConcat, w, hi, lo)
}

// Extract returns width bits of x from bit low up.
func (b *Builder) Extract(x *Term, low, width int) *Term {
	if low < 0 || low+width > x.Width {
		panic(fmt.Sprintf("bv: bits %d to %d of a term of width %d", low, low+width-1, x.Width))
	}
	switch {
	case width == x.Width:
		return x
	case x.IsConst():
		return b.Value(width, x.Val.shr(uint(low)))
	case x.Op == OpExtract:
		return b.Extract(x.Args[0], x.Low+low, width)
	case x.Op == OpConcat:
		hi, lo := x.Args[0], x.Args[1]
		switch {
		case low >= lo.Width:
			return b.Extract(hi, low-lo.Width, width)
		case low+width <= lo.Width:
			return b.Extract(lo, low, width)
		}
		return b.Concat(b.Extract(hi, 0, low+width-lo.Width), b.Extract(lo, low, lo.Width-low))
	}
	return b.intern(Term{Op: OpExtract, Width: width, Low: low, Args: []*Term{x}})
}
