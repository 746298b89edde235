// SPDX-License-Identifier: MIT OR Apache-2.0

package bv

import "fmt"

// Op is the operation at the root of a term.
type Op uint8

// The operations. Everything else (subtraction, signed comparison, extension,
// shifts by a constant) is built from these.
const (
	OpConst   Op = iota // Val
	OpVar               // Name
	OpNot               // bitwise complement
	OpAnd               // bitwise
	OpOr                // bitwise
	OpXor               // bitwise
	OpNeg               // two's complement
	OpAdd               // modulo 2^Width
	OpMul               // modulo 2^Width
	OpUdiv              // rounded down; by 0 it gives 2^Width-1
	OpShl               // a shift by Width or more gives 0
	OpLshr              // a shift by Width or more gives 0
	OpAshr              // a shift by Width or more gives copies of the sign
	OpEq                // width 1
	OpUlt               // width 1, unsigned
	OpIte               // Args[0] has width 1
	OpConcat            // Args[0] is the high part
	OpExtract           // bits Low to Low+Width-1 of Args[0]
)

// Term is a node of a shared, immutable expression graph. Terms of one Builder
// are equal exactly when their pointers are.
type Term struct {
	Op    Op
	Width int // bits
	Low   int // OpExtract
	Val   Value
	Name  string
	Args  []*Term
	id    int32
}

// IsConst tells whether t is a constant.
func (t *Term) IsConst() bool { return t.Op == OpConst }

// IsTrue tells whether t is the constant 1.
func (t *Term) IsTrue() bool { return t.is(U(1)) }

// IsFalse tells whether t is the constant 0 of width 1.
func (t *Term) IsFalse() bool { return t.Width == 1 && t.is(Value{}) }

func (t *Term) is(v Value) bool { return t.Op == OpConst && t.Val == v }

// ID numbers terms in the order of their making, arguments before users.
func (t *Term) ID() int { return int(t.id) }

type key struct {
	op      Op
	width   int16
	low     int16
	val     Value
	name    string
	a, b, c int32
}

// Builder makes terms and keeps them unique. It is not safe for concurrent use;
// finished terms are.
type Builder struct {
	terms map[key]*Term
	vars  []*Term
}

// NewBuilder returns an empty Builder.
func NewBuilder() *Builder { return &Builder{terms: map[key]*Term{}} }

// Vars returns the variables in the order of their making.
func (b *Builder) Vars() []*Term { return b.vars }

func (b *Builder) intern(t Term) *Term {
	if t.Width < 1 || t.Width > MaxWidth {
		panic(fmt.Sprintf("bv: width %d", t.Width)) // a fault of the caller's code, not of its input
	}
	k := key{op: t.Op, width: int16(t.Width), low: int16(t.Low), val: t.Val, name: t.Name, a: -1, b: -1, c: -1}
	for i, id := range []*int32{&k.a, &k.b, &k.c} {
		if i < len(t.Args) {
			*id = t.Args[i].id
		}
	}
	if old, ok := b.terms[k]; ok {
		return old
	}
	t.id = int32(len(b.terms))
	n := &t
	b.terms[k] = n
	if t.Op == OpVar {
		b.vars = append(b.vars, n)
	}
	return n
}

func (b *Builder) node(op Op, width int, args ...*Term) *Term {
	return b.intern(Term{Op: op, Width: width, Args: args})
}

// same returns the common width of x and y.
func same(x, y *Term) int {
	if x.Width != y.Width {
		panic(fmt.Sprintf("bv: widths %d and %d", x.Width, y.Width))
	}
	return x.Width
}

// constLast orders the arguments of a commutative operation: a constant last,
// otherwise by age.
func constLast(x, y *Term) (*Term, *Term) {
	if x.IsConst() || !y.IsConst() && x.id > y.id {
		return y, x
	}
	return x, y
}

// Var returns the variable called name. The same name has one width.
func (b *Builder) Var(name string, width int) *Term {
	return b.intern(Term{Op: OpVar, Width: width, Name: name})
}

// Value returns the constant v mod 2^width.
func (b *Builder) Value(width int, v Value) *Term {
	return b.intern(Term{Op: OpConst, Width: width, Val: v.mask(width)})
}

// Const returns the constant v mod 2^width.
func (b *Builder) Const(width int, v uint64) *Term { return b.Value(width, U(v)) }

// Bool returns the constant 1 or 0 of width 1.
func (b *Builder) Bool(v bool) *Term { return b.Value(1, Bool(v)) }

// Sub returns x - y.
func (b *Builder) Sub(x, y *Term) *Term { return b.Add(x, b.Neg(y)) }

// Urem returns x mod y, and x for y = 0.
func (b *Builder) Urem(x, y *Term) *Term { return b.Sub(x, b.Mul(b.Udiv(x, y), y)) }

// Ule returns x <= y, unsigned.
func (b *Builder) Ule(x, y *Term) *Term { return b.Not(b.Ult(y, x)) }

// Slt returns x < y, signed: flipping the signs makes the unsigned order the signed one.
func (b *Builder) Slt(x, y *Term) *Term {
	sign := b.Value(same(x, y), U(1).shl(uint(x.Width-1)))
	return b.Ult(b.Xor(x, sign), b.Xor(y, sign))
}

// Sle returns x <= y, signed.
func (b *Builder) Sle(x, y *Term) *Term { return b.Not(b.Slt(y, x)) }

// Ne returns x != y.
func (b *Builder) Ne(x, y *Term) *Term { return b.Not(b.Eq(x, y)) }

// Implies returns x => y for Bools.
func (b *Builder) Implies(x, y *Term) *Term { return b.Or(b.Not(x), y) }

// All returns the conjunction of Bools, true for none.
func (b *Builder) All(ts ...*Term) *Term {
	r := b.Bool(true)
	for _, t := range ts {
		r = b.And(r, t)
	}
	return r
}

// Any returns the disjunction of Bools, false for none.
func (b *Builder) Any(ts ...*Term) *Term {
	r := b.Bool(false)
	for _, t := range ts {
		r = b.Or(r, t)
	}
	return r
}

// Zext extends x with zeros to width.
func (b *Builder) Zext(x *Term, width int) *Term {
	if width == x.Width {
		return x
	}
	return b.Concat(b.Const(width-x.Width, 0), x)
}

// Sext extends x with copies of its sign to width.
func (b *Builder) Sext(x *Term, width int) *Term {
	n := width - x.Width
	if n == 0 {
		return x
	}
	sign := b.Extract(x, x.Width-1, 1)
	return b.Concat(b.Ite(sign, b.Value(n, ones(n)), b.Const(n, 0)), x)
}
