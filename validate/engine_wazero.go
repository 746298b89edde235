// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/sys"

	"github.com/genalloc/genalloc/contract"
)

// callTime is how long a call may take before wazero, which has no fuel, is
// told to stop it. No right allocator comes near it; where wasmtime runs too,
// its fuel finds the module first.
const callTime = 20 * time.Second

// timedCalls is how many calls share one callTime: setting a timer for each
// would cost half as much as the call.
const timedCalls = 1024

type wazeroEngine struct {
	runtime  wazero.Runtime
	patience time.Duration
}

func newWazero() engine {
	// Closing the module is then what ends a call that never returns.
	config := wazero.NewRuntimeConfig().WithCloseOnContextDone(true)
	return &wazeroEngine{wazero.NewRuntimeWithConfig(context.Background(), config), callTime}
}

func (e *wazeroEngine) name() string { return Wazero }

// wazero's compiler engine traps on every access to a memory of exactly 2^32
// bytes, so the largest that is compared is a page smaller.
func (e *wazeroEngine) maxPages() uint64 { return contract.MaxPages - 1 }
func (e *wazeroEngine) close()           { e.runtime.Close(context.Background()) }

func (e *wazeroEngine) compile(file []byte, c contract.Contract) (compiled, error) {
	module, err := e.runtime.CompileModule(context.Background(), file)
	if err != nil {
		return nil, errors.New(oneLine(err.Error()))
	}
	return &wazeroModule{e.runtime, module, c, e.patience}, nil
}

type wazeroModule struct {
	runtime  wazero.Runtime
	module   wazero.CompiledModule
	contract contract.Contract
	patience time.Duration
}

func (m *wazeroModule) close() { m.module.Close(context.Background()) }

func (m *wazeroModule) instantiate(s Setup) (instance, error) {
	in := &wazeroInstance{stack: make([]uint64, 4), patience: m.patience}
	in.limit(s.Limit)
	if err := in.start(m, s); err != nil {
		in.close()
		return nil, err
	}
	return in, nil
}

type wazeroInstance struct {
	modules  []api.Module // the allocator last
	memory   api.Memory
	space    *space
	bound    uint64 // bytes
	funcs    map[string]api.Function
	stack    []uint64
	calls    int
	patience time.Duration
	timer    *time.Timer // stops a call that never returns
}

func (in *wazeroInstance) start(m *wazeroModule, s Setup) error {
	list, err := providers(m.contract, s)
	if err != nil {
		return err
	}
	ctx := experimental.WithMemoryAllocator(context.Background(), experimental.MemoryAllocatorFunc(in.allocate))
	supplied := map[string]api.Module{}
	ctx = experimental.WithImportResolver(ctx, func(name string) api.Module { return supplied[name] })
	for _, p := range list {
		// Closed with the runtime; the compiler keeps one copy per content.
		mod, err := m.runtime.InstantiateWithConfig(ctx, p.file, wazero.NewModuleConfig().WithName(""))
		if err != nil {
			return err
		}
		in.modules = append(in.modules, mod)
		supplied[p.module] = mod
		if m.contract.Memory == contract.ImportMemory && in.memory == nil {
			in.memory = mod.Memory()
		}
	}
	limited, cancel := context.WithTimeout(ctx, in.patience)
	defer cancel()
	mod, err := m.runtime.InstantiateModule(limited, m.module, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		return wazeroError(err)
	}
	in.modules = append(in.modules, mod)
	in.timer = time.AfterFunc(in.patience, func() { mod.CloseWithExitCode(context.Background(), 1) })
	if in.memory == nil {
		in.memory = mod.ExportedMemory(m.contract.MemoryName)
	}
	if in.memory == nil || in.space == nil {
		return fmt.Errorf("memory %q not found", m.contract.MemoryName)
	}
	in.funcs = map[string]api.Function{}
	for _, f := range m.contract.Signatures() {
		fn := mod.ExportedFunction(f.Export)
		if fn == nil {
			return fmt.Errorf("function %q not found", f.Export)
		}
		in.funcs[f.Name] = fn
	}
	return nil
}

func (in *wazeroInstance) call(function string, args []uint64) (uint64, error) {
	fn := in.funcs[function]
	copy(in.stack, args)
	if in.calls++; in.calls%timedCalls == 0 {
		in.timer.Reset(in.patience)
	}
	if err := fn.CallWithStack(context.Background(), in.stack); err != nil {
		return 0, wazeroError(err)
	}
	if len(fn.Definition().ResultTypes()) == 0 {
		return 0, nil
	}
	return uint64(uint32(in.stack[0])), nil
}

func wazeroError(err error) error {
	text := strings.TrimPrefix(oneLine(err.Error()), "wasm error: ")
	var exit *sys.ExitError
	switch {
	case errors.As(err, &exit):
		return &trap{trapEndless, "still running when its time was up"}
	case text == "unreachable":
		return &trap{trapUnreachable, "unreachable executed"}
	}
	return &trap{trapOther, text}
}

func (in *wazeroInstance) pages() uint64 { return uint64(len(in.space.used)) / contract.PageSize }
func (in *wazeroInstance) bytes() []byte { return in.space.used }

func (in *wazeroInstance) grow(delta uint64) bool {
	if delta > contract.MaxPages {
		return false
	}
	_, ok := in.memory.Grow(uint32(delta))
	return ok
}

func (in *wazeroInstance) limit(pages uint64) { in.bound = pages * contract.PageSize }

func (in *wazeroInstance) close() {
	if in.timer != nil {
		in.timer.Stop()
	}
	for _, m := range in.modules {
		m.Close(context.Background())
	}
	if in.space != nil {
		in.space.release()
	}
}

// allocate is called by wazero for the memory; it is what makes growth fail
// at the limit, and what makes 4 GiB cost no more than what is touched.
func (in *wazeroInstance) allocate(_, most uint64) experimental.LinearMemory {
	if in.space != nil {
		in.space.release() // a module with several memories: the last one counts
	}
	in.space = &space{within: &in.bound}
	in.space.reserve(most)
	return in.space
}

// A space is the address space of one memory.
type space struct {
	all, used []byte
	within    *uint64 // bytes
}

// Reallocate implements experimental.LinearMemory.
func (s *space) Reallocate(size uint64) []byte {
	if size > *s.within || !s.extend(size) {
		return nil
	}
	s.used = s.all[:size:size]
	return s.used
}

// Free implements experimental.LinearMemory. wazero calls it when a module is
// closed, which the timer may do while code still runs: too early to unmap.
func (s *space) Free() {}
