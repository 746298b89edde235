// SPDX-License-Identifier: MIT OR Apache-2.0

package bv

import "github.com/genalloc/genalloc/prove/sat"

// Blaster translates Bools to clauses. Terms keep the bits they were given, so
// what several assertions share is translated once.
type Blaster struct {
	g    *gates
	bits map[*Term][]sat.Lit // lowest bit first
	vars []*Term             // in the order met
}

// NewBlaster returns a Blaster with nothing asserted.
func NewBlaster() *Blaster {
	return &Blaster{g: newGates(), bits: map[*Term][]sat.Lit{}}
}

// Formula returns the clauses so far. Its models, read by Assignment, are
// exactly the assignments under which every asserted term holds.
func (s *Blaster) Formula() *sat.Formula { return &s.g.cnf }

// Assert requires the Bool t to hold.
func (s *Blaster) Assert(t *Term) { s.assert(t, true) }

// assert requires t to have the given truth. A conjunction is asserted part by
// part, without a gate of its own.
func (s *Blaster) assert(t *Term, truth bool) {
	switch {
	case t.Op == OpNot:
		s.assert(t.Args[0], !truth)
	case t.Op == OpAnd && truth, t.Op == OpOr && !truth:
		s.assert(t.Args[0], truth)
		s.assert(t.Args[1], truth)
	case truth:
		s.g.cnf.Add(s.Bits(t)[0])
	default:
		s.g.cnf.Add(-s.Bits(t)[0])
	}
}

// Assignment reads the values of the variables out of a model of the formula.
func (s *Blaster) Assignment(m sat.Model) Assignment {
	a := Assignment{}
	for _, v := range s.vars {
		var x Value
		for i, l := range s.bits[v] {
			if m[l] {
				x = x.or(U(1).shl(uint(i)))
			}
		}
		a[v.Name] = x
	}
	return a
}

// Bits returns the literals of t's bits, the lowest first.
func (s *Blaster) Bits(t *Term) []sat.Lit {
	if b, ok := s.bits[t]; ok {
		return b
	}
	args := make([][]sat.Lit, len(t.Args))
	for i, x := range t.Args {
		args[i] = s.Bits(x)
	}
	b := s.blast(t, args)
	s.bits[t] = b
	return b
}

func (s *Blaster) blast(t *Term, args [][]sat.Lit) []sat.Lit {
	g := s.g
	switch t.Op {
	case OpConst:
		return constant(t.Val, t.Width)
	case OpVar:
		s.vars = append(s.vars, t)
		return each(t.Width, func(int) sat.Lit { return g.fresh() })
	case OpNot:
		return each(t.Width, func(i int) sat.Lit { return -args[0][i] })
	case OpAnd:
		return each(t.Width, func(i int) sat.Lit { return g.and(args[0][i], args[1][i]) })
	case OpOr:
		return each(t.Width, func(i int) sat.Lit { return g.or(args[0][i], args[1][i]) })
	case OpXor:
		return each(t.Width, func(i int) sat.Lit { return g.xor(args[0][i], args[1][i]) })
	case OpIte:
		return each(t.Width, func(i int) sat.Lit { return g.mux(args[0][0], args[1][i], args[2][i]) })
	case OpNeg:
		return s.add(constant(Value{}, t.Width), complement(args[0]), litTrue)
	case OpAdd: // x + -y is a subtractor: the complement and a carry in
		for i, y := range t.Args {
			if y.Op == OpNeg {
				return s.add(args[1-i], complement(s.Bits(y.Args[0])), litTrue)
			}
		}
		return s.add(args[0], args[1], litFalse)
	case OpMul:
		return s.mul(args[0], args[1])
	case OpUdiv:
		if y := t.Args[1]; y.IsConst() && !y.Val.IsZero() {
			return s.divBy(args[0], y.Val)
		}
		return s.div(args[0], args[1])
	case OpShl:
		return s.shift(args[0], args[1], litFalse, -1)
	case OpLshr:
		return s.shift(args[0], args[1], litFalse, 1)
	case OpAshr:
		return s.shift(args[0], args[1], args[0][t.Width-1], 1)
	case OpEq:
		return []sat.Lit{g.all(each(len(args[0]), func(i int) sat.Lit { return -g.xor(args[0][i], args[1][i]) }))}
	case OpUlt:
		return []sat.Lit{-s.carry(args[0], complement(args[1]))}
	case OpConcat:
		return append(append([]sat.Lit(nil), args[1]...), args[0]...)
	default: // OpExtract
		return args[0][t.Low : t.Low+t.Width]
	}
}

func each(n int, f func(i int) sat.Lit) []sat.Lit {
	out := make([]sat.Lit, n)
	for i := range out {
		out[i] = f(i)
	}
	return out
}

func constant(v Value, width int) []sat.Lit {
	return each(width, func(i int) sat.Lit {
		if v.Bit(i) {
			return litTrue
		}
		return litFalse
	})
}

func complement(x []sat.Lit) []sat.Lit {
	return each(len(x), func(i int) sat.Lit { return -x[i] })
}

// add is a ripple adder: x + y + carry, modulo 2^width.
func (s *Blaster) add(x, y []sat.Lit, carry sat.Lit) []sat.Lit {
	return each(len(x), func(i int) (sum sat.Lit) {
		sum, carry = s.g.adder(x[i], y[i], carry)
		return sum
	})
}

// carry returns the carry out of x + y + 1. With y the complement of z that is
// the bit x >= z.
func (s *Blaster) carry(x, y []sat.Lit) sat.Lit {
	c := litTrue
	for i := range x {
		c = s.g.carry(x[i], y[i], c)
	}
	return c
}

// mul adds up x shifted by i for every bit i of y.
func (s *Blaster) mul(x, y []sat.Lit) []sat.Lit {
	acc := constant(Value{}, len(x))
	for i := range y {
		row := each(len(x), func(j int) sat.Lit {
			if j < i {
				return litFalse
			}
			return s.g.and(x[j-i], y[i])
		})
		acc = s.add(acc, row, litFalse)
	}
	return acc
}

// div is long division: the rest takes in a bit of x from the highest down, and
// where y goes into it, y is subtracted and the quotient's bit is 1. The rest has
// a bit more than y, so that taking in a bit loses none.
func (s *Blaster) div(x, y []sat.Lit) []sat.Lit {
	wide := append(append([]sat.Lit(nil), y...), litFalse)
	minus := complement(wide)
	rest := constant(Value{}, len(wide))
	q := make([]sat.Lit, len(x))
	for i := len(x) - 1; i >= 0; i-- {
		rest = append([]sat.Lit{x[i]}, rest[:len(rest)-1]...)
		q[i] = s.carry(rest, minus)
		less := s.add(rest, minus, litTrue)
		rest = each(len(rest), func(j int) sat.Lit { return s.g.mux(q[i], less[j], rest[j]) })
	}
	return q
}

// divBy divides by a constant other than 0. Quotient and rest are new variables,
// and the clauses say what they are: x = quotient * c + rest with rest < c, in so
// many bits that nothing wraps. For each x that is so of exactly one pair.
func (s *Blaster) divBy(x []sat.Lit, c Value) (quotient []sat.Lit) {
	width := 1
	for !c.shr(uint(width)).IsZero() {
		width++
	}
	fresh := func(int) sat.Lit { return s.g.fresh() }
	quotient, rest := each(len(x), fresh), each(width, fresh)
	wide := func(bits []sat.Lit) []sat.Lit {
		return append(bits[:len(bits):len(bits)], constant(Value{}, len(x)+width-len(bits))...)
	}
	sum := s.add(s.mul(wide(quotient), constant(c, width)), wide(rest), litFalse)
	for i, l := range wide(x) {
		s.g.cnf.Add(-l, sum[i])
		s.g.cnf.Add(l, -sum[i])
	}
	s.g.cnf.Add(-s.carry(rest, complement(constant(c, width))))
	return quotient
}

// shift moves x by y bits down (dir 1) or up (dir -1), filling with fill: one
// row of multiplexers for each bit of y that can matter, and fill everywhere
// where a higher bit of y is set.
func (s *Blaster) shift(x, y []sat.Lit, fill sat.Lit, dir int) []sat.Lit {
	out := x
	tooFar := litFalse
	for k, c := range y {
		if k >= 30 || 1<<k >= len(x) {
			tooFar = s.g.or(tooFar, c)
			continue
		}
		in := out
		out = each(len(x), func(i int) sat.Lit {
			from := i + dir<<k
			if from < 0 || from >= len(x) {
				return s.g.mux(c, fill, in[i])
			}
			return s.g.mux(c, in[from], in[i])
		})
	}
	return each(len(x), func(i int) sat.Lit { return s.g.mux(tooFar, fill, out[i]) })
}
