// SPDX-License-Identifier: MIT OR Apache-2.0

package bv

// Assignment gives variables their values by name; a variable that is not in it is 0.
type Assignment map[string]Value

// Eval returns the value of t under a.
func (a Assignment) Eval(t *Term) Value { return a.eval(t, map[*Term]Value{}) }

// Holds tells whether the Bool t is true under a.
func (a Assignment) Holds(t *Term) bool { return !a.Eval(t).IsZero() }

func (a Assignment) eval(t *Term, memo map[*Term]Value) Value {
	if v, ok := memo[t]; ok {
		return v
	}
	var args [3]Value
	for i, x := range t.Args {
		args[i] = a.eval(x, memo)
	}
	v := a.apply(t, args[0], args[1], args[2]).mask(t.Width)
	memo[t] = v
	return v
}

func (a Assignment) apply(t *Term, x, y, z Value) Value {
	switch t.Op {
	case OpConst:
		return t.Val
	case OpVar:
		return a[t.Name]
	case OpNot:
		return x.not()
	case OpAnd:
		return x.and(y)
	case OpOr:
		return x.or(y)
	case OpXor:
		return x.xor(y)
	case OpNeg:
		return x.neg()
	case OpAdd:
		return x.add(y)
	case OpMul:
		return x.mul(y)
	case OpUdiv:
		return x.div(y, t.Width)
	case OpShl:
		return x.shl(y.shift())
	case OpLshr:
		return x.shr(y.shift())
	case OpAshr:
		if x.Bit(t.Width - 1) { // shifting zeros into the complement shifts ones into x
			return x.not().mask(t.Width).shr(y.shift()).not()
		}
		return x.shr(y.shift())
	case OpEq:
		return Bool(x == y)
	case OpUlt:
		return Bool(x.Less(y))
	case OpIte:
		if x.IsZero() {
			return z
		}
		return y
	case OpConcat:
		return x.shl(uint(t.Args[1].Width)).or(y)
	default: // OpExtract
		return x.shr(uint(t.Low))
	}
}
