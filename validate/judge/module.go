// SPDX-License-Identifier: MIT OR Apache-2.0

package judge

import (
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/script"
	"github.com/genalloc/genalloc/wasm"
)

// A Module is the allocator's module, compiled for one engine.
type Module struct {
	Engine engine.Engine
	code   engine.Module
}

// Compile compiles a module. The error says why its bytes are not a valid one.
func Compile(e engine.Engine, file []byte) (Module, error) {
	m, err := e.Compile(file)
	return Module{e, m}, err
}

// Close frees the code; the engine stays.
func (m Module) Close() { m.code.Close() }

// An instance is one allocator with its memory. Addresses and sizes are unsigned
// and as wide as the memory's address type.
type instance struct {
	engine.Memory
	store     engine.Store
	allocator engine.Instance
	errno     uint64    // address of libc's errno; 0 where there is none
	findings  []finding // of misuse, since the last call began
	told      []growth  // what the module told of growth since the last call began
}

// start makes the instance, which shares no state with others. It calls prepare with the
// bytes of an imported memory before the module starts.
func (in *instance) start(m Module, c contract.Contract, s script.Setup, prepare func(mem uint64)) error {
	in.store, in.errno = m.Engine.NewStore(), errnoAt(c, s)
	in.store.Limit(s.Limit)
	imports, err := engine.Provide(in.store, in.supplies(c, s))
	if err != nil {
		return err
	}
	if c.Memory == contract.ImportMemory {
		module, name, _ := contract.SplitImport(c.MemoryName)
		in.Memory = imports[module].Memory(name)
		prepare(in.Pages() * contract.PageSize)
	}
	if in.allocator, err = in.store.Instantiate(m.code, imports); err != nil {
		return err
	}
	if in.Memory = in.allocator.Memory(c.MemoryName); in.Memory == nil {
		return fmt.Errorf("memory %q not found", c.MemoryName)
	}
	for _, f := range c.Signatures() {
		if !in.allocator.Exports(f.Export) {
			return fmt.Errorf("function %q not found", f.Export)
		}
	}
	return nil
}

// call calls a function of the contract. It returns 0 for one without a result.
func (in *instance) call(f contract.Function, args []uint64) (uint64, error) {
	in.told, in.findings = nil, nil
	results, err := in.allocator.Call(f.Export, args...)
	if len(results) == 0 {
		return 0, err
	}
	return results[0], err
}

func (in *instance) close() { in.store.Close() }

// supplies are the imports that the host provides under the contract.
func (in *instance) supplies(c contract.Contract, s script.Setup) []engine.Supply {
	var list []engine.Supply
	for _, im := range c.Imports() {
		x := engine.Supply{Import: wasm.Import{Module: im.Module, Name: im.Name}}
		switch im.Kind {
		case "memory":
			x.Kind = wasm.KindMemory
			// The memory already has the pages that the host added before the first call.
			x.Memory = wasm.Limits{Min: s.Pages, Max: c.DeclaredMax(), HasMax: c.DeclaredMax() != 0, Is64: c.Memory64}
		case "global":
			x.Kind = wasm.KindGlobal
			x.Global = wasm.GlobalType{Type: wasm.Limits{Is64: c.Memory64}.AddrType()}
			x.Value = Global(c, s, im.Name)
		case "func":
			// Nitro's is for the chain alone to call: here it traps.
			x.Kind = wasm.KindFunc
			for range im.Event.Params() {
				x.Func.Params = append(x.Func.Params, wasm.I32)
			}
			switch im.Event {
			case contract.Grown:
				x.Call = in.grown
			case contract.Found:
				x.Call = in.found
			}
		}
		list = append(list, x)
	}
	return list
}

// Global returns what the host supplies for an imported global of the contract.
func Global(c contract.Contract, s script.Setup, name string) uint64 {
	switch {
	case !c.HeapBase.Linker:
	case name == contract.LinkerEnd:
		return uint64(c.InitialPages) * contract.PageSize
	case name == contract.LinkerTaken:
		return ledger.LayoutOf(c, s.Base, 0).Heads.From
	case name == contract.LinkerHeads:
		return ledger.LayoutOf(c, s.Base, 0).Heads.From - uint64(c.PointerSize()*c.FirstHead())
	case name == contract.LinkerStacks:
		return ledger.LayoutOf(c, s.Base, 0).Heads.From - uint64(2*c.PointerSize()*c.FirstHead())
	case name == contract.LinkerErrno:
		return errnoAt(c, s)
	}
	return s.Base
}
