// SPDX-License-Identifier: MIT OR Apache-2.0

package bv

// Substitute returns t with every occurrence of a variable in to replaced.
func (b *Builder) Substitute(t *Term, to map[*Term]*Term) *Term {
	memo := map[*Term]*Term{}
	var walk func(*Term) *Term
	walk = func(t *Term) *Term {
		if r, ok := memo[t]; ok {
			return r
		}
		r := t
		if v, ok := to[t]; ok {
			r = v
		} else if len(t.Args) > 0 {
			args := make([]*Term, len(t.Args))
			for i, x := range t.Args {
				args[i] = walk(x)
			}
			r = b.rebuild(t, args)
		}
		memo[t] = r
		return r
	}
	return walk(t)
}

// binaryOps has the constructors of the operations that take two arguments.
var binaryOps = map[Op]func(b *Builder, x, y *Term) *Term{
	OpAnd: (*Builder).And, OpOr: (*Builder).Or, OpXor: (*Builder).Xor,
	OpAdd: (*Builder).Add, OpMul: (*Builder).Mul, OpUdiv: (*Builder).Udiv,
	OpShl: (*Builder).Shl, OpLshr: (*Builder).Lshr, OpAshr: (*Builder).Ashr,
	OpEq: (*Builder).Eq, OpUlt: (*Builder).Ult, OpConcat: (*Builder).Concat,
}

// rebuild applies t's operation to other arguments.
func (b *Builder) rebuild(t *Term, args []*Term) *Term {
	switch t.Op {
	case OpNot:
		return b.Not(args[0])
	case OpNeg:
		return b.Neg(args[0])
	case OpIte:
		return b.Ite(args[0], args[1], args[2])
	case OpExtract:
		return b.Extract(args[0], t.Low, t.Width)
	default:
		return binaryOps[t.Op](b, args[0], args[1])
	}
}

// Mentions tells whether v occurs in t.
func Mentions(t, v *Term) bool { return Parts(t)[v] }

// Parts returns the terms that occur in ts, and ts themselves.
func Parts(ts ...*Term) map[*Term]bool {
	seen := map[*Term]bool{}
	var walk func(*Term)
	walk = func(t *Term) {
		if !seen[t] {
			seen[t] = true
			for _, x := range t.Args {
				walk(x)
			}
		}
	}
	for _, t := range ts {
		walk(t)
	}
	return seen
}
