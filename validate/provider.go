// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// A provider is a module that the judge makes to supply imports: it exports
// under the wanted names what the contract says the host brings along. Being
// plain WebAssembly, it serves every engine alike.
type provider struct {
	module string // the name that the imports ask for
	file   []byte
}

// providers returns one module for each module name that the contract's
// imports mention.
func providers(c contract.Contract, s Setup) ([]provider, error) {
	var names []string
	modules := map[string]*wasm.Module{}
	for _, im := range c.Imports() {
		m := modules[im.Module]
		if m == nil {
			m = new(wasm.Module)
			modules[im.Module] = m
			names = append(names, im.Module)
		}
		provide(m, im, c, s)
	}
	var list []provider
	for _, name := range names {
		file, err := modules[name].Encode()
		if err != nil {
			return nil, fmt.Errorf("module that supplies %q: %w", name, err)
		}
		list = append(list, provider{name, file})
	}
	return list, nil
}

func provide(m *wasm.Module, im contract.Import, c contract.Contract, s Setup) {
	export := wasm.Export{Name: im.Name}
	switch im.Kind {
	case "memory":
		export.Kind = wasm.KindMemory
		// The size here, not growth later: what a host has before the first call.
		memory := wasm.Limits{Min: s.Pages}
		if c.MaxPages != 0 {
			memory.Max, memory.HasMax = uint64(c.MaxPages), true
		}
		m.Memories = append(m.Memories, memory)
	case "global":
		export.Kind = wasm.KindGlobal
		export.Index = uint32(len(m.Globals))
		value := s.Base
		if c.HeapBase.Linker && im.Name == contract.LinkerEnd {
			value = uint64(c.InitialPages) * contract.PageSize
		}
		m.Globals = append(m.Globals, wasm.Global{
			Type: wasm.GlobalType{Type: wasm.I32},
			Init: []wasm.Instr{wasm.I32Const(int32(uint32(value))), wasm.End()},
		})
	case "func":
		// The one host function that contracts name is Nitro's, which only the
		// chain may call: here it traps.
		export.Kind = wasm.KindFunc
		m.Types = append(m.Types, wasm.FuncType{Params: []wasm.ValType{wasm.I32}})
		m.Funcs = append(m.Funcs, wasm.Func{
			Type: uint32(len(m.Types) - 1),
			Body: []wasm.Instr{{Op: wasm.OpUnreachable}, wasm.End()},
		})
		export.Index = uint32(len(m.Funcs) - 1)
	}
	m.Exports = append(m.Exports, export)
}
