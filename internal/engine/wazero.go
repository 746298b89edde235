// SPDX-License-Identifier: MIT OR Apache-2.0

package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unsafe"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/sys"

	"github.com/genalloc/genalloc/wasm"
)

// callTime is how long a call may take before wazero, which has no fuel, is
// told to stop it. No correct allocator comes near it.
const callTime = 20 * time.Second

// timedCalls is how many calls share one callTime: setting a timer for each
// would cost half as much as the call.
const timedCalls = 1024

type wazeroEngine struct {
	runtime  wazero.Runtime
	patience time.Duration
}

// NewWazero starts wazero.
func NewWazero() Engine {
	// Closing the module is then what ends a call that never returns.
	config := wazero.NewRuntimeConfig().WithCloseOnContextDone(true).
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesThreads)
	return &wazeroEngine{wazero.NewRuntimeWithConfig(context.Background(), config), callTime}
}

func (e *wazeroEngine) Name() string { return Wazero }

// MaxPages is a page short of 4 GiB: wazero's compiler traps on every access to a
// memory of exactly 2^32 bytes.
func (e *wazeroEngine) MaxPages() uint64 { return allPages - 1 }
func (e *wazeroEngine) Close()           { e.runtime.Close(context.Background()) }

func (e *wazeroEngine) Compile(file []byte) (Module, error) {
	m, err := e.runtime.CompileModule(context.Background(), file)
	if err != nil {
		return nil, errors.New(firstLine(err))
	}
	return wazeroModule{m}, nil
}

// wazeroModule is freed with its engine, which has one copy of equal modules.
type wazeroModule struct{ wazero.CompiledModule }

func (wazeroModule) Close() {}

func (e *wazeroEngine) NewStore() Store {
	return &wazeroStore{engine: e, bound: allPages * wasm.PageSize}
}

type wazeroStore struct {
	engine    *wazeroEngine
	bound     uint64 // of memories, in bytes
	spaces    []*space
	instances []*wazeroInstance
	failed    error // of the host function that stopped the call
}

func (s *wazeroStore) Engine() Engine     { return s.engine }
func (s *wazeroStore) Limit(pages uint64) { s.bound = pages * wasm.PageSize }
func (s *wazeroStore) Refuel(uint64)      {}
func (s *wazeroStore) Burned() uint64     { return 0 }

func (s *wazeroStore) Close() {
	for _, in := range s.instances {
		if in.timer != nil {
			in.timer.Stop()
		}
		in.module.Close(context.Background())
	}
	for _, x := range s.spaces {
		x.release()
	}
}

func (s *wazeroStore) Instantiate(m Module, imports Imports) (Instance, error) {
	ctx := experimental.WithMemoryAllocator(context.Background(), experimental.MemoryAllocatorFunc(s.allocate))
	ctx = experimental.WithImportResolver(ctx, func(name string) api.Module {
		if from, ok := imports[name].(*wazeroInstance); ok {
			return from.module
		}
		return nil
	})
	s.failed = nil
	ctx, cancel := context.WithTimeout(ctx, s.engine.patience)
	defer cancel()
	config := wazero.NewModuleConfig().WithName("").WithStartFunctions()
	module, err := s.engine.runtime.InstantiateModule(ctx, m.(wazeroModule).CompiledModule, config)
	if err != nil {
		return nil, s.error(err)
	}
	in := &wazeroInstance{store: s, module: module, imports: imports, funcs: map[string]api.Function{}}
	s.instances = append(s.instances, in)
	for _, x := range s.spaces {
		if uint64(len(x.used)) > s.bound {
			return nil, fmt.Errorf("memory of %d pages exceeds the limit", len(x.used)/wasm.PageSize)
		}
	}
	return in, initialize(in)
}

func (s *wazeroStore) Host(functions map[string]Func) (Instance, error) {
	b := s.engine.runtime.NewHostModuleBuilder("host")
	for name, f := range functions {
		b.NewFunctionBuilder().WithGoFunction(api.GoFunc(func(_ context.Context, stack []uint64) {
			results, err := f.Call(extended(stack, types(f.Type.Params)))
			if err != nil {
				s.failed = err
				panic(err)
			}
			copy(stack, results)
		}), types(f.Type.Params), types(f.Type.Results)).Export(name)
	}
	m, err := b.Compile(context.Background())
	if err != nil {
		return nil, err
	}
	return s.Instantiate(wazeroModule{m}, nil)
}

func types(list []wasm.ValType) (types []api.ValueType) {
	for _, t := range list {
		types = append(types, api.ValueType(t))
	}
	return types
}

type wazeroInstance struct {
	store   *wazeroStore
	module  api.Module
	imports Imports
	funcs   map[string]api.Function
	calls   int
	timer   *time.Timer // stops a call that never returns; nil before the first
}

func (in *wazeroInstance) function(export string) (api.Function, bool) {
	f, ok := in.funcs[export]
	if !ok {
		if f = in.module.ExportedFunction(export); f == nil {
			return nil, false
		}
		in.funcs[export] = f
	}
	return f, true
}

func (in *wazeroInstance) Exports(function string) bool {
	_, ok := in.function(function)
	return ok
}

func (in *wazeroInstance) Call(export string, args ...uint64) ([]uint64, error) {
	f, ok := in.function(export)
	if !ok {
		return nil, errors.New("not exported")
	}
	t := f.Definition()
	if n := len(t.ParamTypes()); len(args) != n {
		return nil, fmt.Errorf("%d arguments, want %d", len(args), n)
	}
	results := t.ResultTypes()
	stack := make([]uint64, max(len(args), len(results)))
	copy(stack, args)
	in.setTimer()
	in.store.failed = nil
	if err := f.CallWithStack(context.Background(), stack); err != nil {
		return nil, in.store.error(err)
	}
	return extended(stack, results), nil
}

// extended returns a copy of the values on the stack: wazero leaves what it likes
// in the upper halves of those with 32 bits.
func extended(stack []uint64, types []api.ValueType) (values []uint64) {
	for i, t := range types {
		v := stack[i]
		if t == api.ValueTypeI32 || t == api.ValueTypeF32 {
			v = uint64(uint32(v))
		}
		values = append(values, v)
	}
	return values
}

// setTimer starts the timer anew once in timedCalls calls. A module that is never
// called must stay open: it may own the memory of another.
func (in *wazeroInstance) setTimer() {
	switch patience := in.store.engine.patience; {
	case in.timer == nil:
		in.timer = time.AfterFunc(patience, func() { in.module.CloseWithExitCode(context.Background(), 1) })
	case in.calls%timedCalls == 0:
		in.timer.Reset(patience)
	}
	in.calls++
}

func (in *wazeroInstance) Memory(name string) Memory {
	if m := in.module.ExportedMemory(name); m != nil {
		return wazeroMemory{m}
	}
	return in.imports.memory(name)
}

func (in *wazeroInstance) Global(export string) Global {
	if g, ok := in.module.ExportedGlobal(export).(api.MutableGlobal); ok {
		return g
	}
	return nil
}

type wazeroMemory struct{ memory api.Memory }

func (m wazeroMemory) Pages() uint64 {
	pages, _ := m.memory.Grow(0) // Size is 0 for 4 GiB
	return uint64(pages)
}

func (m wazeroMemory) Bytes() []byte {
	first, ok := m.memory.Read(0, 1)
	if !ok {
		return nil
	}
	return unsafe.Slice(&first[0], m.Pages()*wasm.PageSize)
}

func (m wazeroMemory) Read(at uint64, b []byte)  { copy(b, m.Bytes()[at:]) }
func (m wazeroMemory) Write(at uint64, b []byte) { copy(m.Bytes()[at:], b) }

func (m wazeroMemory) Grow(delta uint64) bool {
	if delta > allPages {
		return false
	}
	_, ok := m.memory.Grow(uint32(delta))
	return ok
}

func (s *wazeroStore) error(err error) error {
	if s.failed != nil {
		return s.failed
	}
	var exit *sys.ExitError
	if errors.As(err, &exit) {
		return Endless
	}
	text := firstLine(err)
	_, reason, trapped := strings.Cut(text, "wasm error: ")
	if !trapped {
		reason = text // as for an overflow of the stack
	}
	switch {
	case wazeroTraps[reason] != "":
		return wazeroTraps[reason]
	case trapped:
		return Trap(reason)
	}
	return errors.New(text)
}

// allocate is called by wazero for each memory. It makes growth fail at the limit,
// and 4 GiB cost no more than what is touched.
func (s *wazeroStore) allocate(_, most uint64) experimental.LinearMemory {
	x := &space{within: &s.bound}
	x.reserve(most)
	s.spaces = append(s.spaces, x)
	return x
}

// A space is the address space of one memory.
type space struct {
	all, used []byte
	grows     bool    // it has its first size
	within    *uint64 // bytes that it grows to
}

// Reallocate implements experimental.LinearMemory. wazero does not expect the first
// call to fail.
func (s *space) Reallocate(size uint64) []byte {
	if s.grows && size > *s.within || !s.extend(size) {
		return nil
	}
	s.used, s.grows = s.all[:size:size], true
	return s.used
}

// Free implements experimental.LinearMemory. wazero calls it when a module is
// closed, which the timer may do while code still runs: too early to unmap.
func (s *space) Free() {}
