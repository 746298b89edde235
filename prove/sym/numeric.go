// SPDX-License-Identifier: MIT OR Apache-2.0

package sym

import (
	"strings"

	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/wasm"
)

// unaryOps and binaryOps are the same for i32 and i64; they are looked up
// by the instruction's name behind the type.
var unaryOps = map[string]func(b *bv.Builder, x *bv.Term) *bv.Term{
	"clz":          clz,
	"ctz":          ctz,
	"popcnt":       popcnt,
	"extend8_s":    signExtend(8),
	"extend16_s":   signExtend(16),
	"extend32_s":   signExtend(32),
	"wrap_i64":     func(b *bv.Builder, x *bv.Term) *bv.Term { return b.Extract(x, 0, 32) },
	"extend_i32_s": func(b *bv.Builder, x *bv.Term) *bv.Term { return b.Sext(x, 64) },
	"extend_i32_u": func(b *bv.Builder, x *bv.Term) *bv.Term { return b.Zext(x, 64) },
}

var binaryOps = map[string]func(b *bv.Builder, x, y *bv.Term) *bv.Term{
	"add":   (*bv.Builder).Add,
	"sub":   (*bv.Builder).Sub,
	"mul":   (*bv.Builder).Mul,
	"and":   (*bv.Builder).And,
	"or":    (*bv.Builder).Or,
	"xor":   (*bv.Builder).Xor,
	"div_u": (*bv.Builder).Udiv,
	"rem_u": (*bv.Builder).Urem,
	"shl":   shift((*bv.Builder).Shl),
	"shr_u": shift((*bv.Builder).Lshr),
	"shr_s": shift((*bv.Builder).Ashr),
	"rotl":  rotl,
	"rotr":  func(b *bv.Builder, x, y *bv.Term) *bv.Term { return rotl(b, x, b.Neg(y)) },
}

// comparisons give a Bool, which becomes an i32.
var comparisons = map[string]func(b *bv.Builder, x, y *bv.Term) *bv.Term{
	"eq":   (*bv.Builder).Eq,
	"ne":   (*bv.Builder).Ne,
	"lt_u": (*bv.Builder).Ult,
	"le_u": (*bv.Builder).Ule,
	"gt_u": func(b *bv.Builder, x, y *bv.Term) *bv.Term { return b.Ult(y, x) },
	"ge_u": func(b *bv.Builder, x, y *bv.Term) *bv.Term { return b.Ule(y, x) },
	"lt_s": (*bv.Builder).Slt,
	"le_s": (*bv.Builder).Sle,
	"gt_s": func(b *bv.Builder, x, y *bv.Term) *bv.Term { return b.Slt(y, x) },
	"ge_s": func(b *bv.Builder, x, y *bv.Term) *bv.Term { return b.Sle(y, x) },
}

// numeric executes an instruction on integers.
func (e *exploration) numeric(r *run, in wasm.Instr) error {
	typ, name, _ := strings.Cut(in.Op.String(), ".")
	if typ != "i32" && typ != "i64" {
		return &Unsupported{r.at(), in.Op.String()}
	}
	b := e.B
	switch {
	case in.Op == wasm.OpI32Const:
		r.push(b.Const(32, uint64(in.Value)))
	case in.Op == wasm.OpI64Const:
		r.push(b.Const(64, uint64(in.Value)))
	case name == "eqz":
		r.push(b.Zext(b.Not(e.truth(r.pop())), 32))
	case unaryOps[name] != nil:
		r.push(unaryOps[name](b, r.pop()))
	case binaryOps[name] != nil:
		y, x := r.pop(), r.pop()
		if (name == "div_u" || name == "rem_u") && !e.trapIf(r, b.Not(e.truth(y)), "integer divide by zero") {
			return nil
		}
		r.push(binaryOps[name](b, x, y))
	case comparisons[name] != nil:
		y, x := r.pop(), r.pop()
		r.push(b.Zext(comparisons[name](b, x, y), 32))
	default:
		return &Unsupported{r.at(), in.Op.String()}
	}
	return nil
}

// signExtend extends the lowest bits with copies of their sign.
func signExtend(bits int) func(b *bv.Builder, x *bv.Term) *bv.Term {
	return func(b *bv.Builder, x *bv.Term) *bv.Term { return b.Sext(b.Extract(x, 0, bits), x.Width) }
}

// shift reduces the count modulo the width, as the machine does and the logic does not.
func shift(f func(b *bv.Builder, x, y *bv.Term) *bv.Term) func(b *bv.Builder, x, y *bv.Term) *bv.Term {
	return func(b *bv.Builder, x, y *bv.Term) *bv.Term {
		return f(b, x, b.And(y, b.Const(y.Width, uint64(y.Width-1))))
	}
}

// rotl is x << y | x >> -y, both counts modulo the width; for y = 0 both sides are x.
func rotl(b *bv.Builder, x, y *bv.Term) *bv.Term {
	left := shift((*bv.Builder).Shl)(b, x, y)
	return b.Or(left, shift((*bv.Builder).Lshr)(b, x, b.Neg(y)))
}

// clz goes from the lowest bit to the highest, so that the highest one set has the last word.
func clz(b *bv.Builder, x *bv.Term) *bv.Term {
	n := b.Const(x.Width, uint64(x.Width))
	for i := range x.Width {
		n = b.Ite(b.Extract(x, i, 1), b.Const(x.Width, uint64(x.Width-1-i)), n)
	}
	return n
}

func ctz(b *bv.Builder, x *bv.Term) *bv.Term {
	n := b.Const(x.Width, uint64(x.Width))
	for i := x.Width - 1; i >= 0; i-- {
		n = b.Ite(b.Extract(x, i, 1), b.Const(x.Width, uint64(i)), n)
	}
	return n
}

func popcnt(b *bv.Builder, x *bv.Term) *bv.Term {
	n := b.Const(x.Width, 0)
	for i := range x.Width {
		n = b.Add(n, b.Zext(b.Extract(x, i, 1), x.Width))
	}
	return n
}
