// SPDX-License-Identifier: MIT OR Apache-2.0

package engine

import (
	"errors"
	"fmt"

	"github.com/genalloc/genalloc/wasm"
)

// A Supply is what a host puts behind an import: a memory or global of the
// import's type, or a function that traps.
type Supply struct {
	wasm.Import
	Func  wasm.FuncType // of a function
	Value uint64        // of a global: i32 or i64
}

// Provide instantiates a module for each module name that the supplies mention.
// Being plain WebAssembly, these serve every engine alike.
func Provide(s Store, supplies []Supply) (Imports, error) {
	modules := map[string]*wasm.Module{}
	for _, x := range supplies {
		if modules[x.Module] == nil {
			modules[x.Module] = new(wasm.Module)
		}
		if _, ok := modules[x.Module].Export(x.Name); ok {
			continue // imported twice
		}
		if err := x.define(modules[x.Module]); err != nil {
			return nil, fmt.Errorf("import %s.%s: %w", x.Module, x.Name, err)
		}
	}
	imports := Imports{}
	for name, m := range modules {
		file, err := m.Encode()
		if err == nil {
			imports[name], err = Instantiate(s, file, nil)
		}
		if err != nil {
			return nil, fmt.Errorf("imports from %s: %w", name, err)
		}
	}
	return imports, nil
}

// define defines and exports the supply in m.
func (x Supply) define(m *wasm.Module) error {
	export := wasm.Export{Name: x.Name, Kind: x.Kind}
	switch x.Kind {
	case wasm.KindMemory:
		export.Index = uint32(len(m.Memories))
		m.Memories = append(m.Memories, x.Memory)
	case wasm.KindGlobal:
		export.Index = uint32(len(m.Globals))
		value := wasm.I32Const(int32(uint32(x.Value)))
		if x.Global.Type == wasm.I64 {
			value = wasm.I64Const(int64(x.Value))
		}
		m.Globals = append(m.Globals, wasm.Global{Type: x.Global, Init: []wasm.Instr{value, wasm.End()}})
	case wasm.KindFunc:
		export.Index = uint32(len(m.Funcs))
		m.Funcs = append(m.Funcs, wasm.Func{
			Type: uint32(len(m.Types)),
			Body: []wasm.Instr{{Op: wasm.OpUnreachable}, wasm.End()},
		})
		m.Types = append(m.Types, x.Func)
	default:
		return errors.New("only memories, globals and functions are supplied")
	}
	m.Exports = append(m.Exports, export)
	return nil
}
