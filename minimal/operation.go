// SPDX-License-Identifier: MIT OR Apache-2.0

package minimal

import (
	"math/bits"
	"slices"

	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/wasm"
)

// maxLanes is how many states a value is computed for at most.
const maxLanes = 64

// A value is what an expression gives in each of the search's states.
type value [maxLanes]uint32

// An operation is an instruction that computes one i32 from one or two.
type operation struct {
	op       wasm.Opcode
	unary    bool
	commutes bool
	term     func(b *bv.Builder, x, y *bv.Term) *bv.Term
}

// operations are the i32 instructions that a search tries: all of WebAssembly but
// popcnt and the divisions, each of which costs more ink than all of the code that is
// searched for, and those that another one does with its operands exchanged.
var operations = []operation{
	{op: wasm.OpI32Add, commutes: true, term: (*bv.Builder).Add},
	{op: wasm.OpI32Sub, term: (*bv.Builder).Sub},
	{op: wasm.OpI32And, commutes: true, term: (*bv.Builder).And},
	{op: wasm.OpI32Or, commutes: true, term: (*bv.Builder).Or},
	{op: wasm.OpI32Xor, commutes: true, term: (*bv.Builder).Xor},
	{op: wasm.OpI32Shl, term: shift((*bv.Builder).Shl)},
	{op: wasm.OpI32ShrU, term: shift((*bv.Builder).Lshr)},
	{op: wasm.OpI32ShrS, term: shift((*bv.Builder).Ashr)},
	{op: wasm.OpI32Rotl, term: rotl},
	{op: wasm.OpI32Rotr, term: rotr},
	{op: wasm.OpI32Mul, commutes: true, term: (*bv.Builder).Mul},
	{op: wasm.OpI32Eq, commutes: true, term: test((*bv.Builder).Eq)},
	{op: wasm.OpI32Ne, commutes: true, term: test((*bv.Builder).Ne)},
	{op: wasm.OpI32LtU, term: test((*bv.Builder).Ult)},
	{op: wasm.OpI32LeU, term: test((*bv.Builder).Ule)},
	{op: wasm.OpI32LtS, term: test((*bv.Builder).Slt)},
	{op: wasm.OpI32LeS, term: test((*bv.Builder).Sle)},
	{op: wasm.OpI32Eqz, unary: true, term: eqz},
	{op: wasm.OpI32Clz, unary: true, term: clz},
	{op: wasm.OpI32Ctz, unary: true, term: ctz},
	{op: wasm.OpI32Extend8S, unary: true, term: extend(8)},
	{op: wasm.OpI32Extend16S, unary: true, term: extend(16)},
}

// compute fills the first lanes of to with what the operation gives for a and b.
func (o *operation) compute(to, a, b []uint32) {
	a, b = a[:len(to)], b[:len(to)]
	switch o.op {
	case wasm.OpI32Add:
		for i := range to {
			to[i] = a[i] + b[i]
		}
	case wasm.OpI32Sub:
		for i := range to {
			to[i] = a[i] - b[i]
		}
	case wasm.OpI32And:
		for i := range to {
			to[i] = a[i] & b[i]
		}
	case wasm.OpI32Or:
		for i := range to {
			to[i] = a[i] | b[i]
		}
	case wasm.OpI32Xor:
		for i := range to {
			to[i] = a[i] ^ b[i]
		}
	case wasm.OpI32Shl:
		for i := range to {
			to[i] = a[i] << (b[i] & 31)
		}
	case wasm.OpI32ShrU:
		for i := range to {
			to[i] = a[i] >> (b[i] & 31)
		}
	case wasm.OpI32ShrS:
		for i := range to {
			to[i] = uint32(int32(a[i]) >> (b[i] & 31))
		}
	case wasm.OpI32Rotl:
		for i := range to {
			to[i] = bits.RotateLeft32(a[i], int(b[i]&31))
		}
	case wasm.OpI32Rotr:
		for i := range to {
			to[i] = bits.RotateLeft32(a[i], -int(b[i]&31))
		}
	case wasm.OpI32Mul:
		for i := range to {
			to[i] = a[i] * b[i]
		}
	case wasm.OpI32Eq:
		for i := range to {
			to[i] = truth(a[i] == b[i])
		}
	case wasm.OpI32Ne:
		for i := range to {
			to[i] = truth(a[i] != b[i])
		}
	case wasm.OpI32LtU:
		for i := range to {
			to[i] = truth(a[i] < b[i])
		}
	case wasm.OpI32LeU:
		for i := range to {
			to[i] = truth(a[i] <= b[i])
		}
	case wasm.OpI32LtS:
		for i := range to {
			to[i] = truth(int32(a[i]) < int32(b[i]))
		}
	case wasm.OpI32LeS:
		for i := range to {
			to[i] = truth(int32(a[i]) <= int32(b[i]))
		}
	case wasm.OpI32Eqz:
		for i := range to {
			to[i] = truth(a[i] == 0)
		}
	case wasm.OpI32Clz:
		for i := range to {
			to[i] = uint32(bits.LeadingZeros32(a[i]))
		}
	case wasm.OpI32Ctz:
		for i := range to {
			to[i] = uint32(bits.TrailingZeros32(a[i]))
		}
	case wasm.OpI32Extend8S:
		for i := range to {
			to[i] = uint32(int32(int8(a[i])))
		}
	case wasm.OpI32Extend16S:
		for i := range to {
			to[i] = uint32(int32(int16(a[i])))
		}
	}
}

// eval returns what the operation gives for a and b.
func (o *operation) eval(a, b uint32) uint32 {
	var to [1]uint32
	o.compute(to[:], []uint32{a}, []uint32{b})
	return to[0]
}

func truth(t bool) uint32 {
	if t {
		return 1
	}
	return 0
}

// A binary makes a term of two.
type binary = func(b *bv.Builder, x, y *bv.Term) *bv.Term

// shift takes the amount modulo 32, as WebAssembly does.
func shift(by binary) binary {
	return func(b *bv.Builder, x, y *bv.Term) *bv.Term { return by(b, x, b.And(y, b.Const(32, 31))) }
}

func rotl(b *bv.Builder, x, y *bv.Term) *bv.Term {
	return b.Or(shift((*bv.Builder).Shl)(b, x, y), shift((*bv.Builder).Lshr)(b, x, b.Neg(y)))
}

func rotr(b *bv.Builder, x, y *bv.Term) *bv.Term { return rotl(b, x, b.Neg(y)) }

// test makes a Bool an i32.
func test(of binary) binary {
	return func(b *bv.Builder, x, y *bv.Term) *bv.Term { return b.Zext(of(b, x, y), 32) }
}

func eqz(b *bv.Builder, x, _ *bv.Term) *bv.Term { return b.Zext(b.Eq(x, b.Const(32, 0)), 32) }

func clz(b *bv.Builder, x, _ *bv.Term) *bv.Term {
	return firstBit(b, x, func(i int) int { return 31 - i })
}

func ctz(b *bv.Builder, x, _ *bv.Term) *bv.Term { return firstBit(b, x, func(i int) int { return i }) }

// firstBit counts the zeros before the first bit that is set, in the order at.
func firstBit(b *bv.Builder, x *bv.Term, at func(int) int) *bv.Term {
	n := b.Const(32, 32)
	for i := 31; i >= 0; i-- {
		n = b.Ite(b.Extract(x, at(i), 1), b.Const(32, uint64(i)), n)
	}
	return n
}

func extend(width int) binary {
	return func(b *bv.Builder, x, _ *bv.Term) *bv.Term { return b.Sext(b.Extract(x, 0, width), 32) }
}

// clzIndex is where operations has clz. Its price is that of ctz.
var clzIndex = slices.IndexFunc(operations, func(o operation) bool { return o.op == wasm.OpI32Clz })

// countsZeros reports whether operation op does.
func countsZeros(op int) bool { return op == clzIndex || op == clzIndex+1 }
