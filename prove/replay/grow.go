// SPDX-License-Identifier: MIT OR Apache-2.0

package replay

import "github.com/genalloc/genalloc/wasm"

// refusals is the export that holds what the host says to each memory.grow, the
// first in the lowest bit.
const refusals = "refusals"

// ask replaces every memory.grow by a call of a function that grows unless the
// host says no. A limit on the memory's size cannot say no to a growth and yes
// to a larger one, as the host of a counterexample may. It returns the function, if any
// is called.
func ask(bare *wasm.Module) (grow uint32, found bool) {
	if len(bare.Memories) == 0 {
		return 0, false
	}
	grow = uint32(len(bare.Funcs))
	for i, f := range bare.Funcs {
		body := append([]wasm.Instr(nil), f.Body...)
		for j, in := range body {
			if in.Op == wasm.OpMemoryGrow && in.Index == 0 {
				body[j] = wasm.Instr{Op: wasm.OpCall, Index: grow}
				found = true
			}
		}
		bare.Funcs[i].Body = body
	}
	if !found {
		return grow, false
	}
	answers := uint32(len(bare.Globals))
	bare.Globals = append(bare.Globals, wasm.Global{
		Type: wasm.GlobalType{Type: wasm.I64, Mutable: true}, Init: []wasm.Instr{wasm.I64Const(0), wasm.End()},
	})
	bare.Exports = append(bare.Exports, wasm.Export{Name: refusals, Kind: wasm.KindGlobal, Index: answers})
	t := bare.Memories[0].AddrType()
	bare.Types = append(bare.Types[:len(bare.Types):len(bare.Types)], wasm.FuncType{Params: []wasm.ValType{t}, Results: []wasm.ValType{t}})
	bare.Funcs = append(bare.Funcs, wasm.Func{Type: uint32(len(bare.Types) - 1), Body: asking(t, answers)})
	return grow, true
}

// asking is the body of that function: a growth by nothing is never refused.
func asking(t wasm.ValType, answers uint32) []wasm.Instr {
	one, none, no := wasm.I32Const(1), wasm.I32Const(-1), wasm.Instr{Op: wasm.OpI32Eqz}
	if t == wasm.I64 {
		none, no = wasm.I64Const(-1), wasm.Instr{Op: wasm.OpI64Eqz}
	}
	get := wasm.Instr{Op: wasm.OpGlobalGet, Index: answers}
	return []wasm.Instr{
		get, {Op: wasm.OpI32WrapI64}, one, {Op: wasm.OpI32And},
		get, wasm.I64Const(1), {Op: wasm.OpI64ShrU}, {Op: wasm.OpGlobalSet, Index: answers},
		{Op: wasm.OpLocalGet}, no, {Op: wasm.OpI32Eqz}, {Op: wasm.OpI32And},
		{Op: wasm.OpIf, Block: wasm.BlockResult(t)}, none,
		{Op: wasm.OpElse}, {Op: wasm.OpLocalGet}, {Op: wasm.OpMemoryGrow}, wasm.End(),
		wasm.End(),
	}
}
