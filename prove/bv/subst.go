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
			var args [3]*Term
			for i, x := range t.Args {
				args[i] = walk(x)
			}
			r = b.rebuild(t, args[0], args[1], args[2])
		}
		memo[t] = r
		return r
	}
	return walk(t)
}

// rebuild applies t's operation to other arguments.
func (b *Builder) rebuild(t *Term, x, y, z *Term) *Term {
	switch t.Op {
	case OpNot:
		return b.Not(x)
	case OpAnd:
		return b.And(x, y)
	case OpOr:
		return b.Or(x, y)
	case OpXor:
		return b.Xor(x, y)
	case OpNeg:
		return b.Neg(x)
	case OpAdd:
		return b.Add(x, y)
	case OpMul:
		return b.Mul(x, y)
	case OpUdiv:
		return b.Udiv(x, y)
	case OpShl:
		return b.Shl(x, y)
	case OpLshr:
		return b.Lshr(x, y)
	case OpAshr:
		return b.Ashr(x, y)
	case OpEq:
		return b.Eq(x, y)
	case OpUlt:
		return b.Ult(x, y)
	case OpIte:
		return b.Ite(x, y, z)
	case OpConcat:
		return b.Concat(x, y)
	default: // OpExtract
		return b.Extract(x, t.Low, t.Width)
	}
}

// Mentions tells whether the variable v occurs in t.
func Mentions(t, v *Term) bool {
	seen := map[*Term]bool{}
	var walk func(*Term) bool
	walk = func(t *Term) bool {
		if t == v {
			return true
		}
		if seen[t] {
			return false
		}
		seen[t] = true
		for _, x := range t.Args {
			if walk(x) {
				return true
			}
		}
		return false
	}
	return walk(t)
}
