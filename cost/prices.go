// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"fmt"

	"github.com/genalloc/genalloc/wasm"
)

// Ink beside the prices of single instructions (Nitro, config.rs, versions 1
// to 3).
const (
	// InkHeader is charged once for every basic block.
	InkHeader = 2450
	// InkPerByte is charged for each byte of memory.fill and memory.copy.
	InkPerByte = 100
	// InkPerGas is the exchange rate that chains start with.
	InkPerGas = 10_000
)

// Price is the ink of one execution of any of Ops: Ink, plus Each for every
// parameter of call_indirect and for every target of br_table, its default
// not counted.
type Price struct {
	Ink, Each uint64
	Ops       []wasm.Opcode
}

// Prices returns the price table (Nitro, meter.rs, pricing_v1). An instruction
// that is not in it is not allowed on Stylus.
func Prices() []Price { return priceTable }

var priceTable = []Price{
	{Ink: 1, Ops: ops(wasm.OpUnreachable, wasm.OpNop, wasm.OpBlock, wasm.OpLoop, wasm.OpElse, wasm.OpEnd,
		wasm.OpReturn, wasm.OpI32Const, wasm.OpI64Const)},
	{Ink: 9, Ops: ops(wasm.OpDrop)},
	{Ink: 765, Ops: ops(wasm.OpBr, wasm.OpBrIf, wasm.OpIf)},
	{Ink: 1250, Ops: ops(wasm.OpSelect)},
	{Ink: 3800, Ops: ops(wasm.OpCall)},
	{Ink: 13610, Each: 650, Ops: ops(wasm.OpCallIndirect)},
	{Ink: 2400, Each: 325, Ops: ops(wasm.OpBrTable)},
	{Ink: 75, Ops: ops(wasm.OpLocalGet, wasm.OpLocalTee)},
	{Ink: 210, Ops: ops(wasm.OpLocalSet)},
	{Ink: 225, Ops: ops(wasm.OpGlobalGet)},
	{Ink: 575, Ops: ops(wasm.OpGlobalSet)},
	{Ink: 670, Ops: ops(wasm.OpI32Load, wasm.OpI32Load8S, wasm.OpI32Load8U, wasm.OpI32Load16S, wasm.OpI32Load16U)},
	{Ink: 680, Ops: ops(wasm.OpI64Load, wasm.OpI64Load8S, wasm.OpI64Load8U, wasm.OpI64Load16S,
		wasm.OpI64Load16U, wasm.OpI64Load32S, wasm.OpI64Load32U)},
	{Ink: 825, Ops: ops(wasm.OpI32Store, wasm.OpI32Store8, wasm.OpI32Store16)},
	{Ink: 950, Ops: ops(wasm.OpI64Store, wasm.OpI64Store8, wasm.OpI64Store16, wasm.OpI64Store32)},
	{Ink: 3000, Ops: ops(wasm.OpMemorySize)},
	{Ink: 8050, Ops: ops(wasm.OpMemoryGrow)},
	{Ink: 950, Ops: ops(wasm.OpMemoryFill, wasm.OpMemoryCopy)},

	{Ink: 170, Ops: span(wasm.OpI32Eqz, wasm.OpI32GeU)},
	{Ink: 210, Ops: ops(wasm.OpI32Clz, wasm.OpI32Ctz)},
	{Ink: 2650, Ops: ops(wasm.OpI32Popcnt)},
	{Ink: 70, Ops: ops(wasm.OpI32Add, wasm.OpI32Sub)},
	{Ink: 160, Ops: ops(wasm.OpI32Mul)},
	{Ink: 1120, Ops: span(wasm.OpI32DivS, wasm.OpI32RemU)},
	{Ink: 70, Ops: span(wasm.OpI32And, wasm.OpI32Rotr)},

	{Ink: 225, Ops: span(wasm.OpI64Eqz, wasm.OpI64GeU)},
	{Ink: 210, Ops: ops(wasm.OpI64Clz, wasm.OpI64Ctz)},
	{Ink: 6000, Ops: ops(wasm.OpI64Popcnt)},
	{Ink: 100, Ops: ops(wasm.OpI64Add, wasm.OpI64Sub)},
	{Ink: 160, Ops: ops(wasm.OpI64Mul)},
	{Ink: 1270, Ops: span(wasm.OpI64DivS, wasm.OpI64RemU)},
	{Ink: 100, Ops: span(wasm.OpI64And, wasm.OpI64Rotr)},

	{Ink: 100, Ops: ops(wasm.OpI32WrapI64, wasm.OpI64ExtendI32S, wasm.OpI64ExtendI32U)},
	{Ink: 100, Ops: span(wasm.OpI32Extend8S, wasm.OpI64Extend32S)},
}

func ops(list ...wasm.Opcode) []wasm.Opcode { return list }

// span lists the opcodes from first to last, which are neighbours in the
// specification's table of instructions.
func span(first, last wasm.Opcode) []wasm.Opcode {
	var list []wasm.Opcode
	for op := first; op <= last; op++ {
		list = append(list, op)
	}
	return list
}

// prices indexes priceTable.
var prices = func() map[wasm.Opcode]*Price {
	index := make(map[wasm.Opcode]*Price)
	for i := range priceTable {
		for _, op := range priceTable[i].Ops {
			index[op] = &priceTable[i]
		}
	}
	return index
}()

// InkOf returns the ink of one execution of in, a basic block's header and
// prices per byte not included. It fails for instructions that Stylus does not
// allow.
func InkOf(m *wasm.Module, in wasm.Instr) (uint64, error) {
	p := prices[in.Op]
	if p == nil {
		return 0, fmt.Errorf("%s is not allowed on stylus", in.Op)
	}
	switch in.Op {
	case wasm.OpBrTable:
		return p.Ink + p.Each*uint64(len(in.Labels)), nil
	case wasm.OpCallIndirect:
		t, err := m.Type(in.Index)
		if err != nil {
			return 0, err
		}
		return p.Ink + p.Each*uint64(len(t.Params)), nil
	}
	return p.Ink, nil
}

// EndsBlock reports whether op is the last instruction of a basic block (Nitro,
// crates/arbutil/src/operator.rs). unreachable is not: what follows it, up to
// the next instruction that is, is paid for with it.
func EndsBlock(op wasm.Opcode) bool {
	switch op {
	case wasm.OpEnd, wasm.OpElse, wasm.OpReturn, wasm.OpLoop, wasm.OpBr, wasm.OpBrTable,
		wasm.OpBrIf, wasm.OpIf, wasm.OpCall, wasm.OpCallIndirect:
		return true
	}
	return false
}
