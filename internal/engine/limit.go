// SPDX-License-Identifier: MIT OR Apache-2.0

package engine

import "github.com/genalloc/genalloc/wasm"

// limitName is the export of the global that limitGrowth adds, and noLimit what it is at
// first: pages that no memory reaches, whose sum with a size does not wrap around.
const (
	limitName = "engine.limit"
	noLimit   = uint64(1) << 62
)

// limitGrowth makes each memory.grow of the first memory a call of a function that refuses
// to grow beyond a global. It reports whether there was one.
func limitGrowth(m *wasm.Module) bool {
	grow, limit := uint32(m.NumImported(wasm.KindFunc)+len(m.Funcs)), uint32(m.NumImported(wasm.KindGlobal)+len(m.Globals))
	found := false
	for _, f := range m.Funcs {
		for i, in := range f.Body {
			if in.Op == wasm.OpMemoryGrow && in.Index == 0 {
				f.Body[i], found = wasm.Instr{Op: wasm.OpCall, Index: grow}, true
			}
		}
	}
	l, err := m.Memory(0)
	if !found || err != nil {
		return false
	}
	m.Globals = append(m.Globals, wasm.Global{
		Type: wasm.GlobalType{Type: wasm.I64, Mutable: true}, Init: []wasm.Instr{wasm.I64Const(int64(noLimit)), wasm.End()},
	})
	m.Exports = append(m.Exports, wasm.Export{Name: limitName, Kind: wasm.KindGlobal, Index: limit})
	t := l.AddrType()
	m.Types = append(m.Types, wasm.FuncType{Params: []wasm.ValType{t}, Results: []wasm.ValType{t}})
	m.Funcs = append(m.Funcs, wasm.Func{Type: uint32(len(m.Types) - 1), Body: limited(t, limit)})
	return true
}

// limited is the body of that function. The pages that are asked for are compared before
// they are added, so that the sum does not wrap around.
func limited(t wasm.ValType, limit uint32) []wasm.Instr {
	refused, wide := wasm.I64Const(-1), []wasm.Instr(nil)
	if t == wasm.I32 {
		refused, wide = wasm.I32Const(-1), []wasm.Instr{{Op: wasm.OpI64ExtendI32U}}
	}
	var body []wasm.Instr
	say := func(code ...wasm.Instr) { body = append(body, code...) }
	number := func(op wasm.Opcode) { say(wasm.Instr{Op: op}); say(wide...) }
	above := []wasm.Instr{{Op: wasm.OpGlobalGet, Index: limit}, {Op: wasm.OpI64GtU}}
	number(wasm.OpLocalGet)
	say(above...)
	number(wasm.OpMemorySize)
	number(wasm.OpLocalGet)
	say(wasm.Instr{Op: wasm.OpI64Add})
	say(above...)
	say(wasm.Instr{Op: wasm.OpI32Or}, wasm.Instr{Op: wasm.OpIf, Block: wasm.BlockResult(t)}, refused)
	say(wasm.Instr{Op: wasm.OpElse}, wasm.Instr{Op: wasm.OpLocalGet}, wasm.Instr{Op: wasm.OpMemoryGrow}, wasm.End(), wasm.End())
	return body
}
