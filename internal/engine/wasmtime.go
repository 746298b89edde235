// SPDX-License-Identifier: MIT OR Apache-2.0

package engine

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/wasm"
)

// callFuel is what one call may burn, in instructions. The most that a correct
// allocator needs is clearing or copying a few MiB byte by byte.
const callFuel = 1 << 30

type wasmtimeEngine struct {
	engine *wasmtime.Engine
	counts bool
}

// NewWasmtime starts wasmtime, which counts fuel.
func NewWasmtime() Engine { return newWasmtime(true) }

// NewUncounted starts wasmtime without fuel, to take the time of code: nothing
// stops a call that never returns.
func NewUncounted() Engine { return newWasmtime(false) }

func newWasmtime(counts bool) Engine {
	c := wasmtime.NewConfig()
	c.SetConsumeFuel(counts)
	c.SetWasmMemory64(true)
	c.SetWasmMultiMemory(true)
	c.SetWasmThreads(true)
	c.SetWasmTailCall(true)
	return &wasmtimeEngine{wasmtime.NewEngineWithConfig(c), counts}
}

func (e *wasmtimeEngine) Name() string     { return Wasmtime }
func (e *wasmtimeEngine) MaxPages() uint64 { return allPages }
func (e *wasmtimeEngine) Close()           { e.engine.Close() }

func (e *wasmtimeEngine) Compile(file []byte) (Module, error) {
	m, err := wasmtime.NewModule(e.engine, file)
	if err != nil {
		return nil, errors.New(lastCause(err.Error()))
	}
	return m, nil
}

func (e *wasmtimeEngine) NewStore() Store {
	return &wasmtimeStore{engine: e, store: wasmtime.NewStore(e.engine), fuel: callFuel}
}

type wasmtimeStore struct {
	engine *wasmtimeEngine
	store  *wasmtime.Store
	fuel   uint64
	failed error // of the host function that stopped the call
}

func (s *wasmtimeStore) Engine() Engine     { return s.engine }
func (s *wasmtimeStore) Refuel(fuel uint64) { s.fuel = fuel }
func (s *wasmtimeStore) Close()             { s.store.Close() }

func (s *wasmtimeStore) Limit(pages uint64) {
	const any = -1
	s.store.Limiter(int64(min(pages, math.MaxInt64/wasm.PageSize)*wasm.PageSize), any, any, any, any)
}

func (s *wasmtimeStore) Burned() uint64 {
	left, err := s.store.GetFuel()
	if err != nil {
		return 0
	}
	return s.fuel - left
}

// start readies the store for a call.
func (s *wasmtimeStore) start() error {
	s.failed = nil
	if !s.engine.counts {
		return nil
	}
	return s.store.SetFuel(s.fuel)
}

func (s *wasmtimeStore) Instantiate(m Module, imports Imports) (Instance, error) {
	module := m.(*wasmtime.Module)
	var externs []wasmtime.AsExtern
	for _, im := range module.Imports() {
		var x wasmtime.AsExtern
		if from, ok := imports[im.Module()].(*wasmtimeInstance); ok {
			x = from.extern(*im.Name())
		}
		if x == nil {
			return nil, fmt.Errorf("import %s.%s: nobody supplies it", im.Module(), *im.Name())
		}
		externs = append(externs, x)
	}
	if err := s.start(); err != nil {
		return nil, err
	}
	instance, err := wasmtime.NewInstance(s.store, module, externs)
	if err != nil {
		return nil, s.error(err)
	}
	in := &wasmtimeInstance{store: s, imports: imports, funcs: map[string]wasmtimeFunc{}}
	in.extern = func(name string) wasmtime.AsExtern {
		if x := instance.GetExport(s.store, name); x != nil {
			return x
		}
		if m, ok := imports.memory(name).(*wasmtimeMemory); ok {
			return m.memory
		}
		return nil
	}
	return in, initialize(in)
}

func (s *wasmtimeStore) Host(functions map[string]Func) (Instance, error) {
	externs := map[string]wasmtime.AsExtern{}
	for name, f := range functions {
		externs[name] = wasmtime.NewFunc(s.store, funcType(f.Type), func(_ *wasmtime.Caller, params []wasmtime.Val) ([]wasmtime.Val, *wasmtime.Trap) {
			var args []uint64
			for _, p := range params {
				args = append(args, bits(p)...)
			}
			got, err := f.Call(args)
			if err != nil {
				s.failed = err
				return nil, wasmtime.NewTrap("host function failed")
			}
			results := make([]wasmtime.Val, len(got))
			for i, r := range got {
				results[i], _ = value(kinds[f.Type.Results[i]], r)
			}
			return results, nil
		})
	}
	return &wasmtimeInstance{store: s, extern: func(name string) wasmtime.AsExtern { return externs[name] }}, nil
}

// wasmtimeInstance is what extern finds: a module's instance, or host functions.
type wasmtimeInstance struct {
	store   *wasmtimeStore
	extern  func(name string) wasmtime.AsExtern // nil if there is none
	imports Imports
	funcs   map[string]wasmtimeFunc
}

// wasmtimeFunc is an export that has been looked up.
type wasmtimeFunc struct {
	call   *wasmtime.Func
	params []*wasmtime.ValType
}

func (in *wasmtimeInstance) function(export string) (wasmtimeFunc, bool) {
	f, ok := in.funcs[export]
	if ok {
		return f, true
	}
	x, ok := in.extern(export).(*wasmtime.Extern)
	if !ok || x.Func() == nil {
		return f, false
	}
	f.call = x.Func()
	f.params = f.call.Type(in.store.store).Params()
	in.funcs[export] = f
	return f, true
}

func (in *wasmtimeInstance) Exports(function string) bool {
	_, ok := in.function(function)
	return ok
}

func (in *wasmtimeInstance) Call(export string, args ...uint64) ([]uint64, error) {
	f, ok := in.function(export)
	if !ok {
		return nil, errors.New("not exported")
	}
	if len(args) != len(f.params) {
		return nil, fmt.Errorf("%d arguments, want %d", len(args), len(f.params))
	}
	params := make([]any, len(args))
	for i, a := range args {
		v, ok := value(f.params[i].Kind(), a)
		if !ok {
			return nil, errors.New("references cannot be passed")
		}
		params[i] = v
	}
	if err := in.store.start(); err != nil {
		return nil, err
	}
	got, err := f.call.Call(in.store.store, params...)
	if err != nil {
		return nil, in.store.error(err)
	}
	return bits(got), nil
}

func (in *wasmtimeInstance) Memory(name string) Memory {
	switch x := in.extern(name).(type) {
	case *wasmtime.Extern:
		if m := x.Memory(); m != nil {
			return &wasmtimeMemory{in.store.store, m}
		}
	case *wasmtime.Memory:
		return &wasmtimeMemory{in.store.store, x}
	}
	return nil
}

func (in *wasmtimeInstance) Global(export string) Global {
	x, ok := in.extern(export).(*wasmtime.Extern)
	if !ok || x.Global() == nil {
		return nil
	}
	t := x.Global().Type(in.store.store)
	if _, number := value(t.Content().Kind(), 0); !number || !t.Mutable() {
		return nil
	}
	return &wasmtimeGlobal{in.store.store, x.Global(), t.Content().Kind()}
}

type wasmtimeMemory struct {
	store  *wasmtime.Store
	memory *wasmtime.Memory
}

func (m *wasmtimeMemory) Pages() uint64 { return m.memory.Size(m.store) }
func (m *wasmtimeMemory) Bytes() []byte { return m.memory.UnsafeData(m.store) }

func (m *wasmtimeMemory) Read(at uint64, b []byte)  { copy(b, m.Bytes()[at:]) }
func (m *wasmtimeMemory) Write(at uint64, b []byte) { copy(m.Bytes()[at:], b) }

func (m *wasmtimeMemory) Grow(delta uint64) bool {
	_, err := m.memory.Grow(m.store, delta)
	return err == nil
}

type wasmtimeGlobal struct {
	store  *wasmtime.Store
	global *wasmtime.Global
	kind   wasmtime.ValKind
}

func (g *wasmtimeGlobal) Get() uint64 { return bits(g.global.Get(g.store))[0] }

func (g *wasmtimeGlobal) Set(to uint64) {
	v, _ := value(g.kind, to)
	g.global.Set(g.store, v) // fails for another type or an immutable global
}

// error words what stopped a call or the start of an instance.
func (s *wasmtimeStore) error(err error) error {
	if s.failed != nil {
		return s.failed
	}
	text := lastCause(err.Error())
	var t *wasmtime.Trap
	var e *wasmtime.Error
	if errors.As(err, &e) {
		if status, ok := e.ExitStatus(); ok {
			return Exit(status)
		}
	}
	if !errors.As(err, &t) {
		return errors.New(text)
	}
	if code := t.Code(); code != nil && wasmtimeTraps[*code] != "" {
		return wasmtimeTraps[*code]
	}
	return Trap(strings.TrimPrefix(text, "wasm trap: "))
}
