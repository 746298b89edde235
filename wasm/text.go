// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// String returns the instruction as the text format writes it, with numeric
// indices: "i32.const 5", "i32.load offset=8 align=1", "br_table 0 1 2".
// Immediates that the text format lets one leave out are left out.
func (in Instr) String() string {
	return in.Op.String() + in.immediates()
}

func (in Instr) immediates() string {
	info := in.Op.Info()
	switch info.Imm {
	case ImmBlock:
		return in.Block.text()
	case ImmLabel, ImmFunc, ImmLocal, ImmGlobal, ImmData, ImmElem:
		return fmt.Sprintf(" %d", in.Index)
	case ImmTable, ImmMemory:
		return unlessZero(in.Index)
	case ImmTypeTable:
		return fmt.Sprintf("%s (type %d)", unlessZero(in.Index2), in.Index)
	case ImmDataMemory, ImmElemTable:
		return fmt.Sprintf("%s %d", unlessZero(in.Index2), in.Index)
	case ImmMemoryMemory, ImmTableTable:
		if in.Index|in.Index2 != 0 {
			return fmt.Sprintf(" %d %d", in.Index, in.Index2)
		}
	case ImmLabels:
		return " " + strings.Trim(fmt.Sprint(append(slices.Clone(in.Labels), in.Index)), "[]")
	case ImmSelectType:
		return fmt.Sprintf(" (result %s)", in.Type)
	case ImmMem:
		return in.Mem.text(info.Align)
	case ImmI32, ImmI64:
		return fmt.Sprintf(" %d", in.Value)
	case ImmF32:
		const mantissa = 1<<23 - 1
		return " " + floatText(float64(in.F32()), 32, uint64(in.Value)&mantissa)
	case ImmF64:
		const mantissa = 1<<52 - 1
		return " " + floatText(in.F64(), 64, uint64(in.Value)&mantissa)
	case ImmV128:
		return in.vector()
	case ImmLane:
		return fmt.Sprintf(" %d", in.Index)
	case ImmMemLane:
		return fmt.Sprintf("%s %d", in.Mem.text(info.Align), in.Index)
	case ImmRefType:
		return " " + strings.TrimSuffix(in.Type.String(), "ref")
	}
	return ""
}

// vector writes 16 bytes: as the lanes of a shuffle, or as two integers.
func (in Instr) vector() string {
	if in.Op.String() == "v128.const" {
		return fmt.Sprintf(" i64x2 %d %d", in.Value, in.High)
	}
	var lanes strings.Builder
	for i := range 16 {
		half := in.Value
		if i >= 8 {
			half = in.High
		}
		fmt.Fprintf(&lanes, " %d", byte(half>>(8*(i%8))))
	}
	return lanes.String()
}

func unlessZero(i uint32) string {
	if i == 0 {
		return ""
	}
	return fmt.Sprintf(" %d", i)
}

func (b BlockType) text() string {
	if i, ok := b.TypeIndex(); ok {
		return fmt.Sprintf(" (type %d)", i)
	}
	if t, ok := b.Result(); ok {
		return fmt.Sprintf(" (result %s)", t)
	}
	return ""
}

// text leaves out an alignment that is the natural one.
func (a MemArg) text(natural uint8) string {
	s := unlessZero(a.Memory)
	if a.Offset != 0 {
		s += fmt.Sprintf(" offset=%d", a.Offset)
	}
	if a.Align != uint32(natural) {
		s += fmt.Sprintf(" align=%d", uint64(1)<<a.Align)
	}
	return s
}

func floatText(v float64, bits int, payload uint64) string {
	sign := ""
	if math.Signbit(v) {
		sign = "-"
	}
	switch {
	case math.IsNaN(v):
		return fmt.Sprintf("%snan:0x%x", sign, payload)
	case math.IsInf(v, 0):
		return sign + "inf"
	}
	return strconv.FormatFloat(v, 'g', -1, bits)
}

// BodyText prints a body an instruction a line, indented by nesting, without
// the end that closes the body.
func BodyText(body []Instr, indent string) string {
	var b strings.Builder
	depth := 0
	for i, in := range body {
		if in.Op == OpEnd && depth == 0 && i == len(body)-1 {
			break
		}
		at := depth
		if in.Op == OpEnd || in.Op == OpElse {
			at--
		}
		b.WriteString(indent + strings.Repeat("  ", max(at, 0)) + in.String() + "\n")
		depth += in.Op.Nesting()
	}
	return b.String()
}

// String returns the type as the text format writes it.
func (t FuncType) String() string {
	text := ""
	if len(t.Params) > 0 {
		text = fmt.Sprintf("(param %s)", typeNames(t.Params))
	}
	if len(t.Results) > 0 {
		text += fmt.Sprintf(" (result %s)", typeNames(t.Results))
	}
	return strings.TrimPrefix(text, " ")
}

func typeNames(types []ValType) string { return strings.Trim(fmt.Sprint(types), "[]") }
