// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

import (
	"math/bits"
	"regexp"
	"strconv"
	"strings"
)

// opcodes describes every opcode. A row stands for a run of neighbours: those from
// first on have the names, in their order, and share the rest. In the signature v is
// the type that a name begins with and w the one that it has behind; see [Sig] for
// the others.
var opcodes = []struct {
	first Opcode
	imm   Imm
	sig   string
	names string
}{
	{OpUnreachable, ImmNone, "", "unreachable"},
	{OpNop, ImmNone, ":", "nop"},
	{OpBlock, ImmBlock, "", "block loop if"},
	{OpElse, ImmNone, "", "else"},
	{OpEnd, ImmNone, "", "end"},
	{OpBr, ImmLabel, "", "br br_if"},
	{OpBrTable, ImmLabels, "", "br_table"},
	{OpReturn, ImmNone, "", "return"},
	{OpCall, ImmFunc, "", "call"},
	{OpCallIndirect, ImmTypeTable, "", "call_indirect"},
	{OpReturnCall, ImmFunc, "", "return_call"},
	{OpReturnCallIndirect, ImmTypeTable, "", "return_call_indirect"},
	{OpDrop, ImmNone, "", "drop select"},
	{OpSelectT, ImmSelectType, "", "select"},
	{OpLocalGet, ImmLocal, "", "local.get local.set local.tee"},
	{OpGlobalGet, ImmGlobal, "", "global.get global.set"},
	{OpTableGet, ImmTable, "a:e", "table.get"},
	{OpTableSet, ImmTable, "ae:", "table.set"},
	{OpI32Load, ImmMem, "a:v", `
		i32.load i64.load f32.load f64.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u i64.load8_s
		i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u`},
	{OpI32Store, ImmMem, "av:", `
		i32.store i64.store f32.store f64.store i32.store8 i32.store16 i64.store8 i64.store16 i64.store32`},
	{OpMemorySize, ImmMemory, ":a", "memory.size"},
	{OpMemoryGrow, ImmMemory, "a:a", "memory.grow"},
	{OpI32Const, ImmI32, ":v", "i32.const"},
	{OpI64Const, ImmI64, ":v", "i64.const"},
	{0x43, ImmF32, ":v", "f32.const"},
	{OpF64Const, ImmF64, ":v", "f64.const"},
	{OpI32Eqz, ImmNone, "v:i", "i32.eqz"},
	{OpI32Eq, ImmNone, "vv:i", `
		i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u`},
	{OpI64Eqz, ImmNone, "v:i", "i64.eqz"},
	{OpI64Eq, ImmNone, "vv:i", `
		i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u
		f32.eq f32.ne f32.lt f32.gt f32.le f32.ge f64.eq f64.ne f64.lt
		f64.gt f64.le f64.ge`},
	{OpI32Clz, ImmNone, "v:v", "i32.clz i32.ctz i32.popcnt"},
	{OpI32Add, ImmNone, "vv:v", `
		i32.add i32.sub i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u i32.and i32.or i32.xor i32.shl i32.shr_s
		i32.shr_u i32.rotl i32.rotr`},
	{OpI64Clz, ImmNone, "v:v", "i64.clz i64.ctz i64.popcnt"},
	{OpI64Add, ImmNone, "vv:v", `
		i64.add i64.sub i64.mul i64.div_s i64.div_u i64.rem_s i64.rem_u i64.and i64.or i64.xor i64.shl i64.shr_s
		i64.shr_u i64.rotl i64.rotr`},
	{0x8b, ImmNone, "v:v", "f32.abs f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt"},
	{0x92, ImmNone, "vv:v", "f32.add f32.sub f32.mul f32.div f32.min f32.max f32.copysign"},
	{0x99, ImmNone, "v:v", "f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest f64.sqrt"},
	{0xa0, ImmNone, "vv:v", "f64.add f64.sub f64.mul f64.div f64.min f64.max f64.copysign"},
	{OpI32WrapI64, ImmNone, "w:v", `
		i32.wrap_i64 i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u
		i64.extend_i32_s i64.extend_i32_u i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s i64.trunc_f64_u
		f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s f32.convert_i64_u f32.demote_f64
		f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s f64.convert_i64_u f64.promote_f32
		i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32 f64.reinterpret_i64`},
	{OpI32Extend8S, ImmNone, "v:v", `
		i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s i64.extend32_s`},
	{OpRefNull, ImmRefType, "", "ref.null"},
	{OpRefIsNull, ImmNone, "", "ref.is_null"},
	{OpRefFunc, ImmFunc, ":r", "ref.func"},
	{OpI32TruncSatF32S, ImmNone, "w:v", `
		i32.trunc_sat_f32_s i32.trunc_sat_f32_u i32.trunc_sat_f64_s i32.trunc_sat_f64_u
		i64.trunc_sat_f32_s i64.trunc_sat_f32_u i64.trunc_sat_f64_s i64.trunc_sat_f64_u`},
	{0xfc08, ImmDataMemory, "aii:", "memory.init"},
	{OpDataDrop, ImmData, ":", "data.drop"},
	{OpMemoryCopy, ImmMemoryMemory, "aaa:", "memory.copy"},
	{OpMemoryFill, ImmMemory, "aia:", "memory.fill"},
	{OpTableInit, ImmElemTable, "aii:", "table.init"},
	{0xfc0d, ImmElem, ":", "elem.drop"},
	{OpTableCopy, ImmTableTable, "aaa:", "table.copy"},
	{OpTableGrow, ImmTable, "ea:a", "table.grow"},
	{OpTableSize, ImmTable, ":a", "table.size"},
	{OpTableFill, ImmTable, "aea:", "table.fill"},
	{0xfe00, ImmMem, "ai:i", "memory.atomic.notify"},
	{0xfe01, ImmMem, "aiI:i", "memory.atomic.wait32"},
	{0xfe02, ImmMem, "aII:i", "memory.atomic.wait64"},
	{0xfe03, ImmFence, ":", "atomic.fence"},
	{0xfe10, ImmMem, "a:v", `
		i32.atomic.load i64.atomic.load i32.atomic.load8_u i32.atomic.load16_u i64.atomic.load8_u
		i64.atomic.load16_u i64.atomic.load32_u`},
	{0xfe17, ImmMem, "av:", `
		i32.atomic.store i64.atomic.store i32.atomic.store8 i32.atomic.store16 i64.atomic.store8 i64.atomic.store16
		i64.atomic.store32`},
	{0xfe1e, ImmMem, "av:v", `
		i32.atomic.rmw.add i64.atomic.rmw.add i32.atomic.rmw8.add_u i32.atomic.rmw16.add_u i64.atomic.rmw8.add_u
		i64.atomic.rmw16.add_u i64.atomic.rmw32.add_u i32.atomic.rmw.sub i64.atomic.rmw.sub i32.atomic.rmw8.sub_u
		i32.atomic.rmw16.sub_u i64.atomic.rmw8.sub_u i64.atomic.rmw16.sub_u i64.atomic.rmw32.sub_u
		i32.atomic.rmw.and i64.atomic.rmw.and i32.atomic.rmw8.and_u i32.atomic.rmw16.and_u i64.atomic.rmw8.and_u
		i64.atomic.rmw16.and_u i64.atomic.rmw32.and_u i32.atomic.rmw.or i64.atomic.rmw.or i32.atomic.rmw8.or_u
		i32.atomic.rmw16.or_u i64.atomic.rmw8.or_u i64.atomic.rmw16.or_u i64.atomic.rmw32.or_u i32.atomic.rmw.xor
		i64.atomic.rmw.xor i32.atomic.rmw8.xor_u i32.atomic.rmw16.xor_u i64.atomic.rmw8.xor_u i64.atomic.rmw16.xor_u
		i64.atomic.rmw32.xor_u i32.atomic.rmw.xchg i64.atomic.rmw.xchg i32.atomic.rmw8.xchg_u
		i32.atomic.rmw16.xchg_u i64.atomic.rmw8.xchg_u i64.atomic.rmw16.xchg_u i64.atomic.rmw32.xchg_u`},
	{0xfe48, ImmMem, "avv:v", `
		i32.atomic.rmw.cmpxchg i64.atomic.rmw.cmpxchg i32.atomic.rmw8.cmpxchg_u i32.atomic.rmw16.cmpxchg_u
		i64.atomic.rmw8.cmpxchg_u i64.atomic.rmw16.cmpxchg_u i64.atomic.rmw32.cmpxchg_u`},
}

// pages has the opcodes by their prefix, which is 0 for those of one byte. An empty
// entry is no opcode.
var pages = func() (pages [256]*[256]Info) {
	for _, run := range opcodes {
		for i, name := range strings.Fields(run.names) {
			op := run.first + Opcode(i)
			if pages[op>>8] == nil {
				pages[op>>8] = new([256]Info)
			}
			info := Info{Name: name, Imm: run.imm, Sig: spelled(run.sig, name)}
			if run.imm == ImmMem {
				info.Align = alignment(name)
			}
			pages[op>>8][op&0xff] = info
		}
	}
	pages[prefixSIMD] = new([256]Info)
	for i, name := range strings.Fields(simdNames) {
		if name != "-" {
			pages[prefixSIMD][i] = simdInfo(name)
		}
	}
	return pages
}()

var (
	typeInName  = regexp.MustCompile(`[if](32|64)`)
	widthInName = regexp.MustCompile(`.*\D(8|16|32|64)`) // the last number
)

// spelled puts the types of a name into a signature.
func spelled(sig, name string) Sig {
	letters := map[string]string{"i32": "i", "i64": "I", "f32": "f", "f64": "F"}
	for i, t := range typeInName.FindAllString(name, -1) {
		sig = strings.ReplaceAll(sig, "vw"[i:i+1], letters[t])
	}
	return Sig(sig)
}

// alignment returns the log2 of the bytes that an access touches: by the number in its
// name, or that of an i32, as for memory.atomic.notify.
func alignment(name string) uint8 {
	width := 32
	if n := widthInName.FindStringSubmatch(name); n != nil {
		width, _ = strconv.Atoi(n[1])
	}
	return uint8(bits.TrailingZeros(uint(width / 8)))
}
