// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/wasm"
)

// Ink beside the prices of single instructions (Nitro, config.rs, versions 1
// to 3).
const (
	// InkPerGas is the exchange rate that chains start with.
	InkPerGas = 10_000
	// InkPerBlock is charged once for every basic block.
	InkPerBlock = 2450
	// inkPerByte is charged for each byte of memory.fill and memory.copy.
	inkPerByte = 100
)

// price is the ink of one execution of any of ops: ink, plus each for every
// parameter of call_indirect and for every target of br_table, its default
// not counted.
type price struct {
	ink, each uint64
	ops       []wasm.Opcode
}

// priceTable is Nitro's (meter.rs, pricing_v1). An instruction that is not in it
// is not allowed on Stylus.
var priceTable = []price{
	{ink: 1, ops: list(wasm.OpUnreachable, wasm.OpNop, wasm.OpBlock, wasm.OpLoop, wasm.OpElse, wasm.OpEnd,
		wasm.OpReturn, wasm.OpI32Const, wasm.OpI64Const)},
	{ink: 9, ops: list(wasm.OpDrop)},
	{ink: 765, ops: list(wasm.OpBr, wasm.OpBrIf, wasm.OpIf)},
	{ink: 1250, ops: list(wasm.OpSelect)},
	{ink: 3800, ops: list(wasm.OpCall)},
	{ink: 13610, each: 650, ops: list(wasm.OpCallIndirect)},
	{ink: 2400, each: 325, ops: list(wasm.OpBrTable)},
	{ink: 75, ops: list(wasm.OpLocalGet, wasm.OpLocalTee)},
	{ink: 210, ops: list(wasm.OpLocalSet)},
	{ink: 225, ops: list(wasm.OpGlobalGet)},
	{ink: 575, ops: list(wasm.OpGlobalSet)},
	{ink: 670, ops: list(wasm.OpI32Load, wasm.OpI32Load8S, wasm.OpI32Load8U, wasm.OpI32Load16S, wasm.OpI32Load16U)},
	{ink: 680, ops: list(wasm.OpI64Load, wasm.OpI64Load8S, wasm.OpI64Load8U, wasm.OpI64Load16S,
		wasm.OpI64Load16U, wasm.OpI64Load32S, wasm.OpI64Load32U)},
	{ink: 825, ops: list(wasm.OpI32Store, wasm.OpI32Store8, wasm.OpI32Store16)},
	{ink: 950, ops: list(wasm.OpI64Store, wasm.OpI64Store8, wasm.OpI64Store16, wasm.OpI64Store32)},
	{ink: 3000, ops: list(wasm.OpMemorySize)},
	{ink: 8050, ops: list(wasm.OpMemoryGrow)},
	{ink: 950, ops: list(wasm.OpMemoryFill, wasm.OpMemoryCopy)},

	{ink: 170, ops: wasm.OpI32Eqz.To(wasm.OpI32GeU)},
	{ink: 210, ops: list(wasm.OpI32Clz, wasm.OpI32Ctz)},
	{ink: 2650, ops: list(wasm.OpI32Popcnt)},
	{ink: 70, ops: list(wasm.OpI32Add, wasm.OpI32Sub)},
	{ink: 160, ops: list(wasm.OpI32Mul)},
	{ink: 1120, ops: wasm.OpI32DivS.To(wasm.OpI32RemU)},
	{ink: 70, ops: wasm.OpI32And.To(wasm.OpI32Rotr)},

	{ink: 225, ops: wasm.OpI64Eqz.To(wasm.OpI64GeU)},
	{ink: 210, ops: list(wasm.OpI64Clz, wasm.OpI64Ctz)},
	{ink: 6000, ops: list(wasm.OpI64Popcnt)},
	{ink: 100, ops: list(wasm.OpI64Add, wasm.OpI64Sub)},
	{ink: 160, ops: list(wasm.OpI64Mul)},
	{ink: 1270, ops: wasm.OpI64DivS.To(wasm.OpI64RemU)},
	{ink: 100, ops: wasm.OpI64And.To(wasm.OpI64Rotr)},

	{ink: 100, ops: list(wasm.OpI32WrapI64, wasm.OpI64ExtendI32S, wasm.OpI64ExtendI32U)},
	{ink: 100, ops: wasm.OpI32Extend8S.To(wasm.OpI64Extend32S)},
}

func list(ops ...wasm.Opcode) []wasm.Opcode { return ops }

// prices indexes priceTable.
var prices = func() map[wasm.Opcode]price {
	index := map[wasm.Opcode]price{}
	for _, p := range priceTable {
		for _, op := range p.ops {
			index[op] = p
		}
	}
	return index
}()

// InkOf returns the ink of one execution of in, a basic block's header and
// prices per byte not included. It fails for instructions that Stylus does not
// allow.
func InkOf(m *wasm.Module, in wasm.Instr) (uint64, error) {
	p, ok := prices[in.Op]
	if !ok {
		return 0, fmt.Errorf("%s is not allowed on stylus", in.Op)
	}
	switch in.Op {
	case wasm.OpBrTable:
		return p.ink + p.each*uint64(len(in.Labels)), nil
	case wasm.OpCallIndirect:
		t, err := m.Type(in.Index)
		if err != nil {
			return 0, err
		}
		return p.ink + p.each*uint64(len(t.Params)), nil
	}
	return p.ink, nil
}

// blockEnds are the instructions that end a basic block (Nitro,
// crates/arbutil/src/operator.rs). unreachable does not: what follows it, up to
// the next of these, is paid for with it.
var blockEnds = list(wasm.OpEnd, wasm.OpElse, wasm.OpReturn, wasm.OpLoop, wasm.OpBr, wasm.OpBrTable,
	wasm.OpBrIf, wasm.OpIf, wasm.OpCall, wasm.OpCallIndirect)

// FuelOf is what wasmtime burns for one execution (wasmtime, func_environ.rs,
// fuel_before_op): one unit, but nothing for what makes no code. The start of a function
// burns one more.
func FuelOf(_ *wasm.Module, in wasm.Instr) (uint64, error) {
	if slices.Contains(free, in.Op) {
		return 0, nil
	}
	return 1, nil
}

var free = list(wasm.OpNop, wasm.OpDrop, wasm.OpBlock, wasm.OpLoop, wasm.OpUnreachable, wasm.OpReturn, wasm.OpElse, wasm.OpEnd)

// cosmWasmOf is the gas of CosmWasm's virtual machine, 2.x (cosmwasm-vm, wasm_backend/
// engine.rs): a flat fee, and 14 times that where its metering adds code, which is where
// Nitro's does.
func cosmWasmOf(_ *wasm.Module, in wasm.Instr) (uint64, error) {
	const flat, branch = 115, 14
	if slices.Contains(blockEnds, in.Op) {
		return flat * branch, nil
	}
	return flat, nil
}
