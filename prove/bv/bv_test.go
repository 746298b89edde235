// SPDX-License-Identifier: MIT OR Apache-2.0

package bv

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/prove/sat"
)

// operation pairs a constructor with its meaning on big integers. Arguments and
// results are reduced modulo 2^width by the caller.
type operation struct {
	name  string
	arity int
	build func(b *Builder, x ...*Term) *Term
	want  func(w int, x ...*big.Int) *big.Int
}

func pow2(w int) *big.Int { return new(big.Int).Lsh(big.NewInt(1), uint(w)) }

func bigBool(b bool) *big.Int { return Bool(b).Big() }

// signed reads x as a two's complement number of w bits.
func signed(w int, x *big.Int) *big.Int {
	if x.Bit(w-1) == 1 {
		return new(big.Int).Sub(x, pow2(w))
	}
	return x
}

func binary(name string, build func(*Builder, *Term, *Term) *Term, want func(w int, x, y *big.Int) *big.Int) operation {
	return operation{name, 2,
		func(b *Builder, x ...*Term) *Term { return build(b, x[0], x[1]) },
		func(w int, x ...*big.Int) *big.Int { return want(w, x[0], x[1]) }}
}

// bitwise makes an oracle that looks at single bits, unlike Value.
func bitwise(f func(x, y uint) uint) func(int, *big.Int, *big.Int) *big.Int {
	return func(w int, x, y *big.Int) *big.Int {
		z := new(big.Int)
		for i := range w {
			z.SetBit(z, i, f(x.Bit(i), y.Bit(i)))
		}
		return z
	}
}

func operations(w int) []operation {
	half := w / 2
	return []operation{
		{"not", 1, func(b *Builder, x ...*Term) *Term { return b.Not(x[0]) },
			func(w int, x ...*big.Int) *big.Int { return new(big.Int).Not(x[0]) }},
		{"neg", 1, func(b *Builder, x ...*Term) *Term { return b.Neg(x[0]) },
			func(w int, x ...*big.Int) *big.Int { return new(big.Int).Neg(x[0]) }},
		binary("and", (*Builder).And, bitwise(func(x, y uint) uint { return x & y })),
		binary("or", (*Builder).Or, bitwise(func(x, y uint) uint { return x | y })),
		binary("xor", (*Builder).Xor, bitwise(func(x, y uint) uint { return x ^ y })),
		binary("add", (*Builder).Add, func(w int, x, y *big.Int) *big.Int { return new(big.Int).Add(x, y) }),
		binary("sub", (*Builder).Sub, func(w int, x, y *big.Int) *big.Int { return new(big.Int).Sub(x, y) }),
		binary("mul", (*Builder).Mul, func(w int, x, y *big.Int) *big.Int { return new(big.Int).Mul(x, y) }),
		binary("udiv", (*Builder).Udiv, func(w int, x, y *big.Int) *big.Int {
			if y.Sign() == 0 {
				return big.NewInt(-1)
			}
			return new(big.Int).Div(x, y)
		}),
		binary("urem", (*Builder).Urem, func(w int, x, y *big.Int) *big.Int {
			if y.Sign() == 0 {
				return x
			}
			return new(big.Int).Mod(x, y)
		}),
		binary("shl", (*Builder).Shl, func(w int, x, y *big.Int) *big.Int { return new(big.Int).Lsh(x, count(y)) }),
		binary("lshr", (*Builder).Lshr, func(w int, x, y *big.Int) *big.Int { return new(big.Int).Rsh(x, count(y)) }),
		binary("ashr", (*Builder).Ashr, func(w int, x, y *big.Int) *big.Int { return new(big.Int).Rsh(signed(w, x), count(y)) }),
		binary("eq", wide((*Builder).Eq), func(w int, x, y *big.Int) *big.Int { return bigBool(x.Cmp(y) == 0) }),
		binary("ne", wide((*Builder).Ne), func(w int, x, y *big.Int) *big.Int { return bigBool(x.Cmp(y) != 0) }),
		binary("ult", wide((*Builder).Ult), func(w int, x, y *big.Int) *big.Int { return bigBool(x.Cmp(y) < 0) }),
		binary("ule", wide((*Builder).Ule), func(w int, x, y *big.Int) *big.Int { return bigBool(x.Cmp(y) <= 0) }),
		binary("slt", wide((*Builder).Slt), func(w int, x, y *big.Int) *big.Int { return bigBool(signed(w, x).Cmp(signed(w, y)) < 0) }),
		binary("sle", wide((*Builder).Sle), func(w int, x, y *big.Int) *big.Int { return bigBool(signed(w, x).Cmp(signed(w, y)) <= 0) }),
		{"ite", 3, func(b *Builder, x ...*Term) *Term { return b.Ite(b.Extract(x[0], 0, 1), x[1], x[2]) },
			func(w int, x ...*big.Int) *big.Int {
				if x[0].Bit(0) == 1 {
					return x[1]
				}
				return x[2]
			}},
		binary("swap", func(b *Builder, x, y *Term) *Term { // the low half of x above the high part of y
			return b.Concat(b.Extract(x, 0, half), b.Extract(y, half, w-half))
		}, func(w int, x, y *big.Int) *big.Int {
			hi := new(big.Int).Lsh(x, uint(w-half))
			return hi.Or(hi, new(big.Int).Rsh(y, uint(half)))
		}),
		binary("sext", func(b *Builder, x, y *Term) *Term { return b.Sext(b.Extract(b.Add(x, y), 0, half), w) },
			func(w int, x, y *big.Int) *big.Int {
				sum := new(big.Int).Add(x, y)
				return signed(half, sum.Mod(sum, pow2(half)))
			}),
		binary("zext", func(b *Builder, x, y *Term) *Term { return b.Zext(b.Extract(b.Xor(x, y), 1, half), w) },
			func(w int, x, y *big.Int) *big.Int {
				z := new(big.Int).Xor(x, y)
				return z.Mod(z.Rsh(z, 1), pow2(half))
			}),
	}
}

// wide makes a comparison's result as wide as its arguments.
func wide(f func(*Builder, *Term, *Term) *Term) func(*Builder, *Term, *Term) *Term {
	return func(b *Builder, x, y *Term) *Term { return b.Zext(f(b, x, y), x.Width) }
}

// count bounds a shift so that math/big can follow.
func count(y *big.Int) uint {
	if y.BitLen() > 8 {
		return 256
	}
	return uint(y.Uint64())
}

func reduce(w int, x *big.Int) *big.Int { return new(big.Int).Mod(x, pow2(w)) }

func fromBig(x *big.Int) Value {
	lo := new(big.Int).And(x, new(big.Int).SetUint64(^uint64(0)))
	return Value{new(big.Int).Rsh(x, 64).Uint64(), lo.Uint64()}
}

// propagate extends values, given for the inputs, by unit propagation in the
// plainest way. It fails when a clause becomes false.
func propagate(f *sat.Formula, value map[sat.Lit]bool) error {
	for changed := true; changed; {
		changed = false
		for _, c := range f.Clauses {
			open, last, done := 0, sat.Lit(0), false
			for _, l := range c {
				v, set := value[max(l, -l)]
				if !set {
					open, last = open+1, l
				} else if v == (l > 0) {
					done = true
				}
			}
			switch {
			case done || open > 1:
			case open == 0:
				return fmt.Errorf("clause %v is false", c)
			default:
				value[max(last, -last)], changed = last > 0, true
			}
		}
	}
	return nil
}

// divides tells whether a division by a constant is part of t.
func divides(t *Term) bool {
	return t.Op == OpUdiv && t.Args[1].IsConst() || slices.ContainsFunc(t.Args, divides)
}

// only extends values that propagation does not extend to all variables: there
// has to be one way to, and no second.
func only(t *testing.T, f *sat.Formula, value map[sat.Lit]bool) {
	t.Helper()
	g := &sat.Formula{NumVars: f.NumVars, Clauses: slices.Clone(f.Clauses)}
	for v, is := range value {
		g.Add(map[bool]sat.Lit{true: v, false: -v}[is])
	}
	first, err := sat.Solve(t.Context(), g)
	if err != nil || first.Status != sat.Sat {
		t.Fatalf("gates contradict each other: %v, %v", first.Status, err)
	}
	var other []sat.Lit
	for v := sat.Lit(1); int(v) <= f.NumVars; v++ {
		if _, set := value[v]; !set {
			value[v] = first.Model[v]
			other = append(other, map[bool]sat.Lit{true: -v, false: v}[first.Model[v]])
		}
	}
	g.Add(other...)
	second, err := sat.Solve(t.Context(), g)
	if err != nil || second.Status != sat.Unsat {
		t.Fatalf("inputs do not determine %d of %d variables: %v", len(other), f.NumVars, err)
	}
}

// blasted evaluates t by its clauses: the inputs are fixed, everything else must
// follow by unit propagation, which shows that the gates' variables are
// determined, and without contradiction. Only division by a constant takes more.
func blasted(t *testing.T, term *Term, a Assignment) *big.Int {
	t.Helper()
	s := NewBlaster()
	bits := s.Bits(term)
	value := map[sat.Lit]bool{}
	for _, v := range s.vars {
		for i, l := range s.bits[v] {
			value[l] = a[v.Name].Bit(i)
		}
	}
	if err := propagate(s.Formula(), value); err != nil {
		t.Fatalf("gates contradict each other: %v", err)
	}
	if len(value) != s.Formula().NumVars {
		if !divides(term) {
			t.Fatalf("inputs determine %d of %d variables", len(value), s.Formula().NumVars)
		}
		only(t, s.Formula(), value)
	}
	z := new(big.Int)
	for i, l := range bits {
		if value[max(l, -l)] == (l > 0) {
			z.SetBit(z, i, 1)
		}
	}
	return z
}

func TestExhaustive(t *testing.T) {
	for _, w := range []int{4, 5} {
		for _, op := range operations(w) {
			t.Run(fmt.Sprintf("%s/%d", op.name, w), func(t *testing.T) { exhaust(t, w, op) })
		}
	}
}

// exhaust tries every pair of values; a third argument repeats the first two mixed.
func exhaust(t *testing.T, w int, op operation) {
	b := NewBuilder()
	names := []string{"x", "y", "z"}[:op.arity]
	var vars []*Term
	for _, n := range names {
		vars = append(vars, b.Var(n, w))
	}
	symbolic := op.build(b, vars...)
	for i := range uint64(1) << (2 * w) {
		vals := []Value{U(i).mask(w), U(i >> w), U(i * 7 >> 3).mask(w)}[:op.arity]
		a := Assignment{}
		var consts []*Term
		var bigs []*big.Int
		for k, v := range vals {
			a[names[k]] = v
			consts = append(consts, b.Value(w, v))
			bigs = append(bigs, v.Big())
		}
		want := reduce(w, op.want(w, bigs...))
		if got := op.build(b, consts...); !got.IsConst() || got.Val.Big().Cmp(want) != 0 {
			t.Fatalf("%s%v folds to %v %v, want %v", op.name, vals, got.Op, got.Val, want)
		}
		if got := a.Eval(symbolic).Big(); got.Cmp(want) != 0 {
			t.Fatalf("%s%v evaluates to %v, want %v", op.name, vals, got, want)
		}
		if got := blasted(t, symbolic, a); got.Cmp(want) != 0 {
			t.Fatalf("%s%v in clauses is %v, want %v", op.name, vals, got, want)
		}
		half := append([]*Term{vars[0]}, consts[1:]...) // constants on one side reach other rules
		if got := a.Eval(op.build(b, half...)).Big(); got.Cmp(want) != 0 {
			t.Fatalf("%s with constants at %v evaluates to %v, want %v", op.name, vals, got, want)
		}
	}
}

// TestRandomTerms grows random graphs through the constructors, so that the
// rewriting rules meet each other, and follows each node on big integers.
func TestRandomTerms(t *testing.T) {
	for _, w := range []int{4, 5, 32, 36, 64, 68} {
		rng := rand.New(rand.NewPCG(1, uint64(w)))
		for round := range 300 {
			b := NewBuilder()
			a := Assignment{}
			terms, values := seeds(b, a, w, rng)
			ops := operations(w)
			for range 25 {
				op := ops[rng.IntN(len(ops))]
				if (op.name == "mul" || op.name == "udiv" || op.name == "urem") && w > 5 && round%60 != 0 {
					continue // long rows of adders; a few rounds are enough
				}
				var args []*Term
				var bigs []*big.Int
				for range op.arity {
					i := len(terms) - 1 - rng.IntN(min(len(terms), 9))
					args, bigs = append(args, terms[i]), append(bigs, values[i])
				}
				term := op.build(b, args...)
				value := reduce(w, op.want(w, bigs...))
				if got := a.Eval(term).Big(); got.Cmp(value) != 0 {
					t.Fatalf("width %d round %d: %s%v = %v, want %v", w, round, op.name, bigs, got, value)
				}
				terms, values = append(terms, term), append(values, value)
			}
			if round%10 != 0 {
				continue
			}
			last := len(terms) - 1
			if got := blasted(t, terms[last], a); got.Cmp(values[last]) != 0 {
				t.Fatalf("width %d round %d: clauses give %v, want %v", w, round, got, values[last])
			}
		}
	}
}

func seeds(b *Builder, a Assignment, w int, rng *rand.Rand) (terms []*Term, values []*big.Int) {
	for _, n := range []string{"x", "y", "z"} {
		v := Value{rng.Uint64(), rng.Uint64()}.mask(w)
		if rng.IntN(4) == 0 {
			v = Value{}.add(U(rng.Uint64N(3))).add(U(1).neg()).mask(w) // -1, 0, 1
		}
		a[n] = v
		terms, values = append(terms, b.Var(n, w)), append(values, v.Big())
	}
	for _, c := range []uint64{0, 1, ^uint64(0), 1 << (w - 1), rng.Uint64()} {
		k := b.Const(w, c)
		terms, values = append(terms, k), append(values, k.Val.Big())
	}
	return terms, values
}

// TestAssert compares the models of asserted Bools with Eval, at 4 bits over all inputs.
func TestAssert(t *testing.T) {
	b := NewBuilder()
	x, y := b.Var("x", 4), b.Var("y", 4)
	bools := map[string]*Term{
		"conjunction": b.And(b.Ult(x, y), b.Not(b.Eq(b.And(x, y), b.Const(4, 0)))),
		"disjunction": b.Or(b.Eq(x, y), b.Slt(y, x)),
		"neither":     b.Not(b.Or(b.Eq(x, y), b.And(b.Ult(x, y), b.Slt(x, y)))),
		"false":       b.And(b.Ult(x, y), b.Ult(y, x)),
	}
	for name, term := range bools {
		for i := range uint64(256) {
			a := Assignment{"x": U(i & 15), "y": U(i >> 4)}
			s := NewBlaster()
			s.Assert(term)
			s.Assert(b.Eq(x, b.Value(4, a["x"])))
			s.Assert(b.Eq(y, b.Value(4, a["y"])))
			r, err := sat.Solve(t.Context(), s.Formula())
			if err != nil {
				t.Fatal(err)
			}
			if got, want := r.Status == sat.Sat, a.Holds(term); got != want {
				t.Fatalf("%s: %v satisfiable %v, want %v", name, a, got, want)
			}
			if r.Status == sat.Sat {
				if got := s.Assignment(r.Model); got["x"] != a["x"] || got["y"] != a["y"] {
					t.Fatalf("%s: model reads %v, want %v", name, got, a)
				}
			}
		}
	}
}

func TestValueString(t *testing.T) {
	for v, want := range map[Value]string{{}: "0x0", U(255): "0xff", {Hi: 1}: "0x10000000000000000"} {
		if got := v.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got := fromBig(v.Big()); got != v {
			t.Errorf("%v goes through Big as %v", v, got)
		}
		text, _ := v.MarshalText()
		got := U(7)
		if err := got.UnmarshalText(text); err != nil || got != v || "0x"+string(text) != want {
			t.Errorf("%v goes through %q as %v, %v", v, text, got, err)
		}
	}
	for _, text := range []string{"", "-1", "0x1", "g", "1" + strings.Repeat("0", 32)} {
		if err := new(Value).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken for a number", text)
		}
	}
}
