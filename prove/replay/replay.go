// SPDX-License-Identifier: MIT OR Apache-2.0

// Package replay runs a function of a module in wasmtime from a state that the
// module itself could not be asked to take: any values of its globals, any size
// of its memory. The prover holds its counterexamples against it, and its tests
// the symbolic executor.
//
// The code that runs is the module's own; what stands around it is laid bare.
// Imports become definitions (a called import traps, or does nothing if it is silent), every global is mutable
// and exported, every function is exported, and segments and the start function
// are left out, since the state is given from outside.
package replay

import (
	"errors"
	"fmt"

	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/wasm"
)

// State is what a call starts from and leaves.
type State struct {
	Globals []uint64 // by index, imports included; i32 zero-extended
	Pages   uint64   // size of memory 0
}

// Outcome is what became of a call.
type Outcome struct {
	Results []uint64 // i32 zero-extended
	Trap    string   // in the specification's words, or Endless; empty if the function returned
	State   State
}

// Endless is the Trap of a call that did not come to an end in 2^30 instructions.
const Endless = string(engine.Endless)

// Module is a bare module, compiled.
type Module struct {
	code    engine.Module
	globals int // that are its state
}

// Compile lays m bare, makes it ask before it grows its memory (see Host.Refuse), and
// compiles it. m stays as it is. Of the imported functions, the silent ones return at once.
// Close frees the result.
func Compile(m *wasm.Module, silent map[uint32]bool) (*Module, error) {
	bare, err := lay(m, silent)
	if err != nil {
		return nil, err
	}
	globals := len(bare.Globals)
	grow, asks := ask(bare)
	if memory, err := m.Memory(0); err == nil && memory.Shared {
		meet(bare, grow, asks)
	}
	return compile(bare, globals)
}

// compile compiles a module whose first globals are its state.
func compile(bare *wasm.Module, globals int) (*Module, error) {
	file, err := bare.Encode()
	if err != nil {
		return nil, err
	}
	code, err := engine.Default().Compile(file)
	if err != nil {
		return nil, fmt.Errorf("module: %w", err)
	}
	return &Module{code, globals}, nil
}

// Close frees the compiled code.
func (m *Module) Close() { m.code.Close() }

func globalName(i int) string { return fmt.Sprintf("g%d", i) }
func funcName(i int) string   { return fmt.Sprintf("f%d", i) }

// lay returns m with its state open to the host.
func lay(m *wasm.Module, silent map[uint32]bool) (*wasm.Module, error) {
	bare := &wasm.Module{Types: m.Types, Tables: m.Tables}
	for _, imp := range m.Imports {
		switch imp.Kind {
		case wasm.KindFunc:
			body := []wasm.Instr{{Op: wasm.OpUnreachable}, wasm.End()}
			if silent[uint32(len(bare.Funcs))] {
				body = body[1:]
			}
			bare.Funcs = append(bare.Funcs, wasm.Func{Type: imp.Type, Body: body})
		case wasm.KindMemory:
			bare.Memories = append(bare.Memories, imp.Memory)
		case wasm.KindGlobal:
			bare.Globals = append(bare.Globals, wasm.Global{Type: imp.Global})
		default:
			return nil, fmt.Errorf("import %s.%s: an imported %v cannot be replayed", imp.Module, imp.Name, imp.Kind)
		}
	}
	bare.Funcs = append(bare.Funcs, m.Funcs...)
	bare.Globals = append(bare.Globals, m.Globals...)
	bare.Memories = append(bare.Memories, m.Memories...)
	for i := range bare.Memories {
		bare.Memories[i].Min, bare.Memories[i].Shared = 0, false // so that the host can read it
		bare.Exports = append(bare.Exports, wasm.Export{Name: fmt.Sprintf("m%d", i), Kind: wasm.KindMemory, Index: uint32(i)})
	}
	for i := range bare.Funcs {
		bare.Exports = append(bare.Exports, wasm.Export{Name: funcName(i), Kind: wasm.KindFunc, Index: uint32(i)})
	}
	for i := range bare.Globals {
		g := &bare.Globals[i]
		zero, ok := zeros[g.Type.Type]
		if !ok {
			return nil, fmt.Errorf("global %d: type %v cannot be replayed", i, g.Type.Type)
		}
		g.Type.Mutable, g.Init = true, []wasm.Instr{zero, wasm.End()}
		bare.Exports = append(bare.Exports, wasm.Export{Name: globalName(i), Kind: wasm.KindGlobal, Index: uint32(i)})
	}
	return bare, nil
}

var zeros = map[wasm.ValType]wasm.Instr{
	wasm.I32: wasm.I32Const(0),
	wasm.I64: wasm.I64Const(0),
}

// Host is what a call can see of the world around it.
type Host struct {
	Limit uint64 // pages beyond which memory.grow is refused

	// Refuse has a bit set for each memory.grow that is refused besides, the
	// first one's lowest.
	Refuse uint64

	// Others are the pages that other threads grow a shared memory to, each time before the
	// call looks at its size or grows it; see MostOthers.
	Others []uint64

	// Before and After, if not nil, get the memory's bytes before and after the
	// call, to write and to read.
	Before, After func(memory []byte)
}

// Call calls function fn, by its index, from the state st.
func (m *Module) Call(fn uint32, args []uint64, st State, host Host) (Outcome, error) {
	store := engine.Default().NewStore()
	defer store.Close()
	store.Limit(host.Limit)
	in, err := store.Instantiate(m.code, nil)
	if err != nil {
		return Outcome{}, err
	}
	memory := in.Memory("m0")
	if memory != nil {
		if !memory.Grow(st.Pages) {
			return Outcome{}, fmt.Errorf("memory of %d pages: the host cannot have it", st.Pages)
		}
		if host.Before != nil {
			host.Before(memory.Bytes())
		}
	}
	for i, v := range st.Globals {
		in.Global(globalName(i)).Set(v)
	}
	if g := in.Global(refusals); g != nil {
		g.Set(host.Refuse)
	}
	for i, pages := range host.Others {
		in.Global(othersName(i)).Set(pages)
	}
	var out Outcome
	var trap engine.Trap
	if out.Results, err = in.Call(funcName(int(fn)), args...); errors.As(err, &trap) {
		out.Trap = string(trap)
	} else if err != nil {
		return Outcome{}, fmt.Errorf("function %d: %w", fn, err)
	}
	out.State = m.state(in)
	if memory != nil && host.After != nil {
		host.After(memory.Bytes())
	}
	return out, nil
}

// Start returns the state of m after instantiation: imported globals are 0, and
// the memory is as small as m allows.
func Start(m *wasm.Module) (State, error) {
	bare, err := lay(m, nil)
	if err != nil {
		return State{}, err
	}
	for i, g := range m.Globals {
		bare.Globals[m.NumImported(wasm.KindGlobal)+i].Init = g.Init
	}
	for i := range bare.Memories {
		limits, err := m.Memory(uint32(i))
		if err != nil {
			return State{}, err
		}
		bare.Memories[i].Min = limits.Min
	}
	c, err := compile(bare, len(bare.Globals))
	if err != nil {
		return State{}, err
	}
	defer c.Close()
	store := engine.Default().NewStore()
	defer store.Close()
	in, err := store.Instantiate(c.code, nil)
	if err != nil {
		return State{}, err
	}
	return c.state(in), nil
}

// state reads the instance's.
func (m *Module) state(in engine.Instance) State {
	var st State
	for i := range m.globals {
		st.Globals = append(st.Globals, in.Global(globalName(i)).Get())
	}
	if memory := in.Memory("m0"); memory != nil {
		st.Pages = memory.Pages()
	}
	return st
}
