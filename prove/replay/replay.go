// SPDX-License-Identifier: MIT OR Apache-2.0

// Package replay runs a function of a module in wasmtime from a state that the
// module itself could not be asked to take: any values of its globals, any size
// of its memory. The prover holds its counterexamples against it, and its tests
// the symbolic executor.
//
// The code that runs is the module's own; what stands around it is laid bare.
// Imports become definitions (a called import traps), every global is mutable
// and exported, every function is exported, and segments and the start function
// are left out, since the state is given from outside.
package replay

import (
	"errors"
	"fmt"
	"strings"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/wasm"
)

// fuel is what one call may execute, in instructions.
const fuel = 1 << 28

// State is what a call starts from and leaves.
type State struct {
	Globals []uint64 // by index, imports included; i32 zero-extended
	Pages   uint64   // size of memory 0
}

// Outcome is what became of a call.
type Outcome struct {
	Results []uint64 // i32 zero-extended
	Trap    string   // the engine's message; empty if the function returned
	State   State
}

// Module is a bare module, compiled.
type Module struct {
	engine *wasmtime.Engine
	module *wasmtime.Module
	types  []wasm.ValType // of the globals
	is64   bool
}

// Compile lays m bare and compiles it. m stays as it is. Close frees the result.
func Compile(m *wasm.Module) (*Module, error) {
	bare, err := lay(m)
	if err != nil {
		return nil, err
	}
	return compile(bare, len(bare.Globals))
}

// CompileAsking is Compile for a module that asks before it grows its memory: see
// Host.Refuse.
func CompileAsking(m *wasm.Module) (*Module, error) {
	bare, err := lay(m)
	if err != nil {
		return nil, err
	}
	globals := len(bare.Globals)
	ask(bare)
	return compile(bare, globals)
}

// compile compiles a module whose first globals are its state.
func compile(bare *wasm.Module, globals int) (*Module, error) {
	file, err := bare.Encode()
	if err != nil {
		return nil, err
	}
	config := wasmtime.NewConfig()
	config.SetConsumeFuel(true)
	config.SetWasmMemory64(true)
	c := &Module{engine: wasmtime.NewEngineWithConfig(config)}
	if c.module, err = wasmtime.NewModule(c.engine, file); err != nil {
		c.engine.Close()
		return nil, fmt.Errorf("module: %s", firstLine(err))
	}
	for _, g := range bare.Globals[:globals] {
		c.types = append(c.types, g.Type.Type)
	}
	c.is64 = len(bare.Memories) > 0 && bare.Memories[0].Is64
	return c, nil
}

// Close frees the compiled code.
func (m *Module) Close() {
	m.module.Close()
	m.engine.Close()
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

func globalName(i int) string { return fmt.Sprintf("g%d", i) }
func funcName(i int) string   { return fmt.Sprintf("f%d", i) }

// lay returns m with its state open to the host.
func lay(m *wasm.Module) (*wasm.Module, error) {
	bare := &wasm.Module{Types: m.Types, Tables: m.Tables}
	for _, imp := range m.Imports {
		switch imp.Kind {
		case wasm.KindFunc:
			trap := []wasm.Instr{{Op: wasm.OpUnreachable}, wasm.End()}
			bare.Funcs = append(bare.Funcs, wasm.Func{Type: imp.Type, Body: trap})
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
		bare.Memories[i].Min = 0
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
	// first one's lowest. It needs CompileAsking.
	Refuse uint64

	// Before and After, if not nil, get the memory's bytes before and after the
	// call, to write and to read.
	Before, After func(memory []byte)
}

// Call calls function fn, by its index, from the state st.
func (m *Module) Call(fn uint32, args []uint64, st State, host Host) (Outcome, error) {
	store := wasmtime.NewStore(m.engine)
	defer store.Close()
	// The memory's size in bytes; the counts of other things are not limited.
	store.Limiter(int64(host.Limit)*wasm.PageSize, -1, -1, -1, -1)
	if err := store.SetFuel(fuel); err != nil {
		return Outcome{}, err
	}
	inst, err := wasmtime.NewInstance(store, m.module, nil)
	if err != nil {
		return Outcome{}, err
	}
	var memory *wasmtime.Memory
	if x := inst.GetExport(store, "m0"); x != nil {
		memory = x.Memory()
		if _, err := memory.Grow(store, st.Pages); err != nil {
			return Outcome{}, fmt.Errorf("memory of %d pages: %s", st.Pages, firstLine(err))
		}
		if host.Before != nil {
			host.Before(memory.UnsafeData(store))
		}
	}
	for i, t := range m.types {
		if err := inst.GetExport(store, globalName(i)).Global().Set(store, value(t, st.Globals[i])); err != nil {
			return Outcome{}, fmt.Errorf("global %d: %s", i, firstLine(err))
		}
	}
	if x := inst.GetExport(store, refusals); x != nil {
		if err := x.Global().Set(store, wasmtime.ValI64(int64(host.Refuse))); err != nil {
			return Outcome{}, fmt.Errorf("refusals: %s", firstLine(err))
		}
	}
	out, err := m.call(store, inst.GetFunc(store, funcName(int(fn))), args)
	if err != nil {
		return Outcome{}, err
	}
	for i := range m.types {
		v := inst.GetExport(store, globalName(i)).Global().Get(store)
		out.State.Globals = append(out.State.Globals, bits(v))
	}
	if memory != nil {
		out.State.Pages = memory.Size(store)
		if host.After != nil {
			host.After(memory.UnsafeData(store))
		}
	}
	return out, nil
}

func (m *Module) call(store *wasmtime.Store, f *wasmtime.Func, args []uint64) (Outcome, error) {
	if f == nil {
		return Outcome{}, errors.New("function: no such index")
	}
	var in []any
	for i, p := range f.Type(store).Params() {
		if p.Kind() == wasmtime.KindI64 {
			in = append(in, int64(args[i]))
		} else {
			in = append(in, int32(uint32(args[i])))
		}
	}
	result, err := f.Call(store, in...)
	if err != nil {
		var trap *wasmtime.Trap
		if errors.As(err, &trap) {
			return Outcome{Trap: trapText(trap)}, nil
		}
		return Outcome{}, errors.New(firstLine(err))
	}
	var out Outcome
	switch r := result.(type) {
	case nil:
	case int32:
		out.Results = []uint64{uint64(uint32(r))}
	case int64:
		out.Results = []uint64{uint64(r)}
	case []wasmtime.Val:
		for _, v := range r {
			out.Results = append(out.Results, bits(v))
		}
	default:
		return Outcome{}, fmt.Errorf("result of type %T", result)
	}
	return out, nil
}

// trapText picks the reason out of a trap's message, whose last line it is.
func trapText(t *wasmtime.Trap) string {
	if code := t.Code(); code != nil {
		if text, ok := codes[*code]; ok {
			return text
		}
	}
	lines := strings.Split(strings.TrimSpace(t.Message()), "\n")
	return lines[len(lines)-1]
}

// codes are the traps that the executor knows, in the specification's words.
var codes = map[wasmtime.TrapCode]string{
	wasmtime.MemoryOutOfBounds:      "out of bounds memory access",
	wasmtime.UnreachableCodeReached: "unreachable",
	wasmtime.IntegerDivisionByZero:  "integer divide by zero",
	wasmtime.StackOverflow:          "call stack exhausted",
	wasmtime.OutOfFuel:              Endless,
}

// Endless is the Trap of a call that did not come to an end in 2^28 instructions.
const Endless = "no end"

func value(t wasm.ValType, v uint64) wasmtime.Val {
	if t == wasm.I64 {
		return wasmtime.ValI64(int64(v))
	}
	return wasmtime.ValI32(int32(uint32(v)))
}

func bits(v wasmtime.Val) uint64 {
	if v.Kind() == wasmtime.KindI64 {
		return uint64(v.I64())
	}
	return uint64(uint32(v.I32()))
}
