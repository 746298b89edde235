// SPDX-License-Identifier: MIT OR Apache-2.0

package engine

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/wasm"
)

// A Supply is what a host puts behind an import: a memory or global of the
// import's type, or a function.
type Supply struct {
	wasm.Import
	Func  wasm.FuncType // of a function
	Value uint64        // of a global: i32 or i64
	// Call is what a function does; it traps if it is nil.
	Call func(args []uint64) ([]uint64, error)
}

// Provide instantiates a module for each module name that the supplies mention.
// Being plain WebAssembly, these serve every engine alike.
func Provide(s Store, supplies []Supply) (Imports, error) {
	modules := map[string]*wasm.Module{}
	// A module's imports come before what it defines.
	slices.SortStableFunc(supplies, func(a, b Supply) int { return cmp.Compare(a.rank(), b.rank()) })
	host, err := hostFunctions(s, supplies)
	if err != nil {
		return nil, err
	}
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
			imports[name], err = Instantiate(s, file, Imports{hostModule: host})
		}
		if err != nil {
			return nil, fmt.Errorf("imports from %s: %w", name, err)
		}
	}
	return imports, nil
}

// hostModule is the module that the supplied modules import Go functions from.
const hostModule = "host"

// rank orders the functions that are imported before all others.
func (x Supply) rank() int {
	if x.Call != nil {
		return 0
	}
	return 1
}

// hostName names a function of Go among those of all modules.
func (x Supply) hostName() string { return x.Module + "." + x.Name }

// hostFunctions makes an instance of the functions of Go.
func hostFunctions(s Store, supplies []Supply) (Instance, error) {
	functions := map[string]Func{}
	for _, x := range supplies {
		if x.Call != nil {
			functions[x.hostName()] = Func{Type: x.Func, Call: x.Call}
		}
	}
	if len(functions) == 0 {
		return nil, nil
	}
	return s.Host(functions)
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
		export.Index = uint32(m.NumImported(wasm.KindFunc) + len(m.Funcs))
		t := uint32(len(m.Types))
		m.Types = append(m.Types, x.Func)
		if x.Call != nil {
			m.Imports = append(m.Imports, wasm.Import{Module: hostModule, Name: x.hostName(), Kind: wasm.KindFunc, Type: t})
		} else {
			m.Funcs = append(m.Funcs, wasm.Func{Type: t, Body: []wasm.Instr{{Op: wasm.OpUnreachable}, wasm.End()}})
		}
	default:
		return errors.New("only memories, globals and functions are supplied")
	}
	m.Exports = append(m.Exports, export)
	return nil
}
