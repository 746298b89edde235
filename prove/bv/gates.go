// SPDX-License-Identifier: MIT OR Apache-2.0

package bv

import (
	"slices"

	"github.com/genalloc/genalloc/prove/sat"
)

// The literals of the constants. Variable 1 of every formula is true.
const (
	litTrue  sat.Lit = 1
	litFalse sat.Lit = -1
)

type gateKind uint8

const (
	gateAnd gateKind = iota
	gateXor
	gateMux
	gateXor3
	gateMaj
)

type gateKey struct {
	kind    gateKind
	a, b, c sat.Lit
}

// gates builds a circuit out of clauses. A gate's output is a new variable whose
// clauses say exactly that it has the gate's value; equal gates are made once.
type gates struct {
	cnf  sat.Formula
	made map[gateKey]sat.Lit
}

func newGates() *gates {
	g := &gates{made: map[gateKey]sat.Lit{}}
	g.cnf.NumVars = 1
	g.cnf.Add(litTrue)
	return g
}

func (g *gates) fresh() sat.Lit {
	g.cnf.NumVars++
	return sat.Lit(g.cnf.NumVars)
}

// gate returns the output of a gate, and whether its clauses are still to be written.
func (g *gates) gate(kind gateKind, a, b, c sat.Lit) (out sat.Lit, isNew bool) {
	k := gateKey{kind, a, b, c}
	if out, ok := g.made[k]; ok {
		return out, false
	}
	out = g.fresh()
	g.made[k] = out
	return out, true
}

func (g *gates) and(a, b sat.Lit) sat.Lit {
	if a > b {
		a, b = b, a
	}
	switch {
	case a == litFalse, b == litFalse, a == -b:
		return litFalse
	case a == litTrue, a == b:
		return b
	case b == litTrue:
		return a
	}
	o, isNew := g.gate(gateAnd, a, b, 0)
	if isNew {
		g.cnf.Add(-o, a)
		g.cnf.Add(-o, b)
		g.cnf.Add(o, -a, -b)
	}
	return o
}

func (g *gates) or(a, b sat.Lit) sat.Lit { return -g.and(-a, -b) }

// all returns the conjunction of ls as one gate.
func (g *gates) all(ls []sat.Lit) sat.Lit {
	ls = slices.Clone(ls)
	slices.Sort(ls)
	ls = slices.Compact(ls)
	ls = slices.DeleteFunc(ls, func(l sat.Lit) bool { return l == litTrue })
	for _, l := range ls {
		if _, both := slices.BinarySearch(ls, -l); both || l == litFalse {
			return litFalse
		}
	}
	switch len(ls) {
	case 0:
		return litTrue
	case 1:
		return ls[0]
	case 2:
		return g.and(ls[0], ls[1])
	}
	o := g.fresh()
	long := []sat.Lit{o}
	for _, l := range ls {
		g.cnf.Add(-o, l)
		long = append(long, -l)
	}
	g.cnf.Add(long...)
	return o
}

// even pulls the signs out of an exclusive or: it returns positive literals in
// order, and the sign that the result must get back.
func even(ls ...sat.Lit) (sorted []sat.Lit, sign sat.Lit) {
	sign = 1
	for i, l := range ls {
		if l < 0 {
			ls[i], sign = -l, -sign
		}
	}
	slices.Sort(ls)
	return ls, sign
}

func (g *gates) xor(a, b sat.Lit) sat.Lit {
	ls, sign := even(a, b)
	a, b = ls[0], ls[1]
	switch {
	case a == b:
		return sign * litFalse
	case a == litTrue:
		return -sign * b
	}
	o, isNew := g.gate(gateXor, a, b, 0)
	if isNew {
		g.cnf.Add(-o, a, b)
		g.cnf.Add(-o, -a, -b)
		g.cnf.Add(o, -a, b)
		g.cnf.Add(o, a, -b)
	}
	return sign * o
}

// mux returns c ? x : y. The last two clauses follow from the others; they let a
// solver conclude from x = y without knowing c.
func (g *gates) mux(c, x, y sat.Lit) sat.Lit {
	if c < 0 {
		c, x, y = -c, y, x
	}
	switch {
	case c == litTrue, x == y:
		return x
	case x == -y:
		return -g.xor(c, x)
	case x == litTrue, x == c:
		return g.or(c, y)
	case x == litFalse, x == -c:
		return g.and(-c, y)
	case y == litTrue, y == -c:
		return g.or(-c, x)
	case y == litFalse, y == c:
		return g.and(c, x)
	}
	o, isNew := g.gate(gateMux, c, x, y)
	if isNew {
		g.cnf.Add(-c, -o, x)
		g.cnf.Add(-c, o, -x)
		g.cnf.Add(c, -o, y)
		g.cnf.Add(c, o, -y)
		g.cnf.Add(-o, x, y)
		g.cnf.Add(o, -x, -y)
	}
	return o
}

// sum returns the sum bit of a full adder: the exclusive or of three.
func (g *gates) sum(a, b, c sat.Lit) sat.Lit {
	ls, sign := even(a, b, c)
	a, b, c = ls[0], ls[1], ls[2]
	switch {
	case a == litTrue:
		return -sign * g.xor(b, c)
	case a == b:
		return sign * c
	case b == c:
		return sign * a
	}
	o, isNew := g.gate(gateXor3, a, b, c)
	if isNew {
		for row := range 8 { // one clause excludes one wrong row of the truth table
			p, q, r := flip(a, row&1), flip(b, row>>1&1), flip(c, row>>2)
			g.cnf.Add(p, q, r, flip(o, 1^parity(row)))
		}
	}
	return sign * o
}

// carry returns the carry bit of a full adder: the majority of three.
func (g *gates) carry(a, b, c sat.Lit) sat.Lit {
	ls := []sat.Lit{a, b, c}
	slices.Sort(ls)
	a, b, c = ls[0], ls[1], ls[2]
	switch {
	case a == b, b == c:
		return b
	case a == -b:
		return c
	case a == -c:
		return b
	case b == -c:
		return a
	}
	for i, l := range ls {
		x, y := ls[(i+1)%3], ls[(i+2)%3]
		switch l {
		case litTrue:
			return g.or(x, y)
		case litFalse:
			return g.and(x, y)
		}
	}
	o, isNew := g.gate(gateMaj, a, b, c)
	if isNew {
		for _, p := range [3][2]sat.Lit{{a, b}, {a, c}, {b, c}} {
			g.cnf.Add(o, -p[0], -p[1])
			g.cnf.Add(-o, p[0], p[1])
		}
	}
	return o
}

// adder returns the sum and the carry of three bits. The clauses that relate the two
// follow from the others; they let a solver conclude the bits from both.
func (g *gates) adder(a, b, c sat.Lit) (sum, carry sat.Lit) {
	before := g.cnf.NumVars
	sum, carry = g.sum(a, b, c), g.carry(a, b, c)
	ls, _ := even(a, b, c)
	if g.cnf.NumVars > before && ls[0] != litTrue && ls[0] != ls[1] && ls[1] != ls[2] {
		for _, l := range [3]sat.Lit{a, b, c} {
			g.cnf.Add(-carry, -sum, l) // both: all three are set
			g.cnf.Add(carry, sum, -l)  // neither: none is
		}
	}
	return sum, carry
}

// flip returns l where bit is 0, its negation where it is 1.
func flip(l sat.Lit, bit int) sat.Lit {
	if bit == 1 {
		return -l
	}
	return l
}

func parity(x int) int { return (x ^ x>>1 ^ x>>2) & 1 }
