// SPDX-License-Identifier: MIT OR Apache-2.0

package replay

import (
	"fmt"

	"github.com/genalloc/genalloc/wasm"
)

// MostOthers bounds how often the other threads may be met in a call.
const MostOthers = 16

func othersName(i int) string { return fmt.Sprintf("others%d", i) }

// meet has the other threads of a shared memory grow it before each memory.size and each
// call of the function that ask has put in memory.grow's place. They grow it to the number
// of pages in a global, if it has fewer; there is a global for each time.
func meet(bare *wasm.Module, grow uint32, asks bool) {
	others := uint32(len(bare.Funcs))
	for i := range bare.Funcs {
		var body []wasm.Instr
		for _, in := range bare.Funcs[i].Body {
			grows := asks && in.Op == wasm.OpCall && in.Index == grow
			if grows || in.Op == wasm.OpMemorySize && in.Index == 0 {
				body = append(body, wasm.Instr{Op: wasm.OpCall, Index: others})
			}
			body = append(body, in)
		}
		bare.Funcs[i].Body = body
	}
	first := uint32(len(bare.Globals))
	for i := range MostOthers {
		bare.Globals = append(bare.Globals, wasm.Global{
			Type: wasm.GlobalType{Type: wasm.I32, Mutable: true}, Init: []wasm.Instr{wasm.I32Const(0), wasm.End()},
		})
		bare.Exports = append(bare.Exports, wasm.Export{Name: othersName(i), Kind: wasm.KindGlobal, Index: first + uint32(i)})
	}
	bare.Types = append(bare.Types[:len(bare.Types):len(bare.Types)], wasm.FuncType{})
	bare.Funcs = append(bare.Funcs, wasm.Func{Type: uint32(len(bare.Types) - 1), Body: meeting(first)})
}

// meeting is the body of that function.
func meeting(first uint32) []wasm.Instr {
	want, size := wasm.Instr{Op: wasm.OpGlobalGet, Index: first}, wasm.Instr{Op: wasm.OpMemorySize}
	body := []wasm.Instr{
		want, size, {Op: wasm.OpI32GtU}, {Op: wasm.OpIf, Block: wasm.BlockEmpty},
		want, size, {Op: wasm.OpI32Sub}, {Op: wasm.OpMemoryGrow}, {Op: wasm.OpDrop}, wasm.End(),
	}
	for i := range uint32(MostOthers - 1) {
		body = append(body, wasm.Instr{Op: wasm.OpGlobalGet, Index: first + i + 1}, wasm.Instr{Op: wasm.OpGlobalSet, Index: first + i})
	}
	return append(body, wasm.End())
}
