// SPDX-License-Identifier: MIT OR Apache-2.0

package bv

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
)

// MaxWidth is the widest term in bits. Specifications about a 64-bit machine are
// written in 68 bits so that they cannot wrap.
const MaxWidth = 128

// Value is an unsigned integer below 2^128. A value of a term of width w is below 2^w.
type Value struct{ Hi, Lo uint64 }

// U returns x as a Value.
func U(x uint64) Value { return Value{Lo: x} }

// Bool returns 1 for true and 0 for false.
func Bool(b bool) Value {
	if b {
		return U(1)
	}
	return Value{}
}

// mask keeps the lowest w bits.
func (v Value) mask(w int) Value {
	switch {
	case w >= 128:
		return v
	case w >= 64:
		return Value{v.Hi & (1<<(w-64) - 1), v.Lo}
	default:
		return Value{0, v.Lo & (1<<w - 1)}
	}
}

func ones(w int) Value { return Value{^uint64(0), ^uint64(0)}.mask(w) }

// IsZero tells whether v is 0.
func (v Value) IsZero() bool { return v.Hi|v.Lo == 0 }

// Bit returns bit i of v, 0 being the lowest.
func (v Value) Bit(i int) bool {
	if i >= 64 {
		return v.Hi>>(i-64)&1 == 1
	}
	return v.Lo>>i&1 == 1
}

// Less tells whether v < u.
func (v Value) Less(u Value) bool { return v.Hi < u.Hi || v.Hi == u.Hi && v.Lo < u.Lo }

func (v Value) not() Value        { return Value{^v.Hi, ^v.Lo} }
func (v Value) and(u Value) Value { return Value{v.Hi & u.Hi, v.Lo & u.Lo} }
func (v Value) or(u Value) Value  { return Value{v.Hi | u.Hi, v.Lo | u.Lo} }
func (v Value) xor(u Value) Value { return Value{v.Hi ^ u.Hi, v.Lo ^ u.Lo} }

func (v Value) add(u Value) Value {
	lo, carry := bits.Add64(v.Lo, u.Lo, 0)
	hi, _ := bits.Add64(v.Hi, u.Hi, carry)
	return Value{hi, lo}
}

func (v Value) neg() Value { return v.not().add(U(1)) }

func (v Value) mul(u Value) Value {
	hi, lo := bits.Mul64(v.Lo, u.Lo)
	return Value{hi + v.Hi*u.Lo + v.Lo*u.Hi, lo}
}

// div is long division in w bits; by 0 it gives the w-bit value of all ones.
func (v Value) div(u Value, w int) Value {
	var q, rest Value
	for i := w - 1; i >= 0; i-- {
		top := rest.Bit(127)
		rest = rest.shl(1).or(Bool(v.Bit(i)))
		if top || !rest.Less(u) {
			rest = rest.add(u.neg())
			q = q.or(U(1).shl(uint(i)))
		}
	}
	return q
}

// Go defines a shift by 64 or more as 0, so the halves need no case of their own
// but the crossing one.
func (v Value) shl(n uint) Value {
	if n >= 64 {
		return Value{v.Lo << (n - 64), 0}
	}
	return Value{v.Hi<<n | v.Lo>>(64-n), v.Lo << n}
}

func (v Value) shr(n uint) Value {
	if n >= 64 {
		return Value{0, v.Hi >> (n - 64)}
	}
	return Value{v.Hi >> n, v.Lo>>n | v.Hi<<(64-n)}
}

// shift clamps a shift count given as a Value: 128 or more are all alike.
func (v Value) shift() uint {
	if v.Hi != 0 || v.Lo > 128 {
		return 128
	}
	return uint(v.Lo)
}

// Big returns v as a big integer.
func (v Value) Big() *big.Int {
	x := new(big.Int).SetUint64(v.Hi)
	return x.Lsh(x, 64).Or(x, new(big.Int).SetUint64(v.Lo))
}

// MarshalText gives v in hexadecimal.
func (v Value) MarshalText() ([]byte, error) { return v.Big().Append(nil, 16), nil }

// UnmarshalText accepts a number of up to MaxWidth bits in hexadecimal.
func (v *Value) UnmarshalText(b []byte) error {
	x, ok := new(big.Int).SetString(string(b), 16)
	if !ok || x.Sign() < 0 || x.BitLen() > MaxWidth {
		return fmt.Errorf("%q is not a number of up to %d bits in hexadecimal", b, MaxWidth)
	}
	low := new(big.Int).And(x, new(big.Int).SetUint64(math.MaxUint64))
	*v = Value{new(big.Int).Rsh(x, 64).Uint64(), low.Uint64()}
	return nil
}

// String gives v in hexadecimal with the prefix 0x.
func (v Value) String() string { return "0x" + v.Big().Text(16) }
