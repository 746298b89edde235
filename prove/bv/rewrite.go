// SPDX-License-Identifier: MIT OR Apache-2.0

package bv

// Each rule below is an identity of arithmetic modulo 2^w. They exist to keep
// formulas small, not to decide them: whatever a rule misses, the solver does.

// Not returns the complement of x.
func (b *Builder) Not(x *Term) *Term {
	switch {
	case x.IsConst():
		return b.Value(x.Width, x.Val.not())
	case x.Op == OpNot:
		return x.Args[0]
	}
	return b.node(OpNot, x.Width, x)
}

// And returns x & y, the conjunction for Bools.
func (b *Builder) And(x, y *Term) *Term {
	w := same(x, y)
	x, y = constLast(x, y)
	switch {
	case x.IsConst():
		return b.Value(w, x.Val.and(y.Val))
	case y.is(Value{}):
		return y
	case y.is(ones(w)), x == y:
		return x
	case b.Not(x) == y:
		return b.Const(w, 0)
	case y.IsConst() && x.Op == OpAnd && x.Args[1].IsConst(): // (u & c) & d = u & (c & d)
		return b.And(x.Args[0], b.Value(w, x.Args[1].Val.and(y.Val)))
	}
	if x.Op == OpConcat && y.Op == OpConcat && x.Args[1].Width == y.Args[1].Width { // part by part
		return b.Concat(b.And(x.Args[0], y.Args[0]), b.And(x.Args[1], y.Args[1]))
	}
	return b.node(OpAnd, w, x, y)
}

// Or returns x | y, the disjunction for Bools.
func (b *Builder) Or(x, y *Term) *Term {
	w := same(x, y)
	x, y = constLast(x, y)
	switch {
	case x.IsConst():
		return b.Value(w, x.Val.or(y.Val))
	case y.is(ones(w)):
		return y
	case y.is(Value{}), x == y:
		return x
	case b.Not(x) == y:
		return b.Value(w, ones(w))
	}
	if x.Op == OpConcat && y.Op == OpConcat && x.Args[1].Width == y.Args[1].Width { // part by part
		return b.Concat(b.Or(x.Args[0], y.Args[0]), b.Or(x.Args[1], y.Args[1]))
	}
	return b.node(OpOr, w, x, y)
}

// Xor returns x ^ y.
func (b *Builder) Xor(x, y *Term) *Term {
	w := same(x, y)
	x, y = constLast(x, y)
	switch {
	case x.IsConst():
		return b.Value(w, x.Val.xor(y.Val))
	case y.is(Value{}):
		return x
	case y.is(ones(w)):
		return b.Not(x)
	case x == y:
		return b.Const(w, 0)
	case y.IsConst() && x.Op == OpXor && x.Args[1].IsConst(): // (u ^ c) ^ d = u ^ (c ^ d)
		return b.Xor(x.Args[0], b.Value(w, x.Args[1].Val.xor(y.Val)))
	}
	return b.node(OpXor, w, x, y)
}

// Neg returns -x.
func (b *Builder) Neg(x *Term) *Term {
	switch {
	case x.IsConst():
		return b.Value(x.Width, x.Val.neg())
	case x.Op == OpNeg:
		return x.Args[0]
	case x.Op == OpAdd && x.Args[1].IsConst(): // -(u + c) = -u + -c
		return b.Add(b.Neg(x.Args[0]), b.Neg(x.Args[1]))
	case x.Op == OpAdd && (x.Args[0].Op == OpNeg || x.Args[1].Op == OpNeg): // -(-u + v) = u + -v
		return b.Add(b.Neg(x.Args[0]), b.Neg(x.Args[1]))
	}
	return b.node(OpNeg, x.Width, x)
}

// Add returns x + y. A constant summand ends up outermost.
func (b *Builder) Add(x, y *Term) *Term {
	w := same(x, y)
	x, y = constLast(x, y)
	switch {
	case x.IsConst():
		return b.Value(w, x.Val.add(y.Val))
	case y.is(Value{}):
		return x
	case b.Neg(x) == y:
		return b.Const(w, 0)
	case x.Op == OpAdd && x.Args[1].IsConst(): // (u + c) + v = (u + v) + c
		return b.addConst(b.add(x.Args[0], y), x.Args[1].Val)
	case y.Op == OpAdd && y.Args[1].IsConst():
		return b.addConst(b.add(x, y.Args[0]), y.Args[1].Val)
	}
	return b.add(x, y)
}

// addConst returns x + c where x may itself end in a constant.
func (b *Builder) addConst(x *Term, c Value) *Term {
	if x.IsConst() {
		return b.Value(x.Width, x.Val.add(c))
	}
	if x.Op == OpAdd && x.Args[1].IsConst() {
		x, c = x.Args[0], x.Args[1].Val.add(c)
	}
	k := b.Value(x.Width, c)
	if k.is(Value{}) {
		return x
	}
	return b.node(OpAdd, x.Width, x, k)
}

// add returns x + y, cancelling one summand against its negation.
func (b *Builder) add(x, y *Term) *Term {
	x, y = constLast(x, y)
	if y.IsConst() {
		return b.addConst(x, y.Val)
	}
	for _, p := range [2][2]*Term{{x, y}, {y, x}} {
		sum, n := p[0], b.Neg(p[1])
		switch {
		case sum == n:
			return b.Const(x.Width, 0)
		case sum.Op == OpAdd && sum.Args[0] == n: // (-u + v) + u = v
			return sum.Args[1]
		case sum.Op == OpAdd && sum.Args[1] == n:
			return sum.Args[0]
		}
	}
	return b.node(OpAdd, x.Width, x, y)
}

// Mul returns x * y.
func (b *Builder) Mul(x, y *Term) *Term {
	w := same(x, y)
	x, y = constLast(x, y)
	switch {
	case x.IsConst():
		return b.Value(w, x.Val.mul(y.Val))
	case y.is(Value{}):
		return y
	case y.is(U(1)):
		return x
	case y.is(ones(w)):
		return b.Neg(x)
	}
	for k := range w {
		if y.is(U(1).shl(uint(k))) { // x * 2^k = x << k
			return b.Shl(x, b.Const(w, uint64(k)))
		}
		if y.is(U(1).shl(uint(k)).neg().mask(w)) { // x * -2^k
			return b.Neg(b.Shl(x, b.Const(w, uint64(k))))
		}
	}
	return b.node(OpMul, w, x, y)
}

// Udiv returns x / y rounded down, and 2^w-1 for y = 0, as SMT-LIB has it.
func (b *Builder) Udiv(x, y *Term) *Term {
	w := same(x, y)
	if x.IsConst() && y.IsConst() {
		return b.Value(w, x.Val.div(y.Val, w))
	}
	for k := range w {
		if y.is(U(1).shl(uint(k))) { // x / 2^k = x >> k
			return b.Lshr(x, b.Const(w, uint64(k)))
		}
	}
	return b.node(OpUdiv, w, x, y)
}

// Shl returns x << y.
func (b *Builder) Shl(x, y *Term) *Term {
	w := same(x, y)
	switch n := int(y.Val.shift()); {
	case !y.IsConst():
		return b.node(OpShl, w, x, y)
	case n == 0:
		return x
	case n >= w:
		return b.Const(w, 0)
	default:
		return b.Concat(b.Extract(x, 0, w-n), b.Const(n, 0))
	}
}

// Lshr returns x >> y, filling with zeros.
func (b *Builder) Lshr(x, y *Term) *Term {
	w := same(x, y)
	switch n := int(y.Val.shift()); {
	case !y.IsConst():
		return b.node(OpLshr, w, x, y)
	case n >= w:
		return b.Const(w, 0)
	default:
		return b.Zext(b.Extract(x, n, w-n), w)
	}
}

// Ashr returns x >> y, filling with copies of the sign.
func (b *Builder) Ashr(x, y *Term) *Term {
	w := same(x, y)
	if !y.IsConst() {
		return b.node(OpAshr, w, x, y)
	}
	n := min(int(y.Val.shift()), w-1)
	return b.Sext(b.Extract(x, n, w-n), w)
}
