// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"errors"
	"fmt"
	"strings"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/contract"
)

// callFuel is what one call may execute, in instructions. The most that a
// right allocator needs is clearing or copying a few MiB byte by byte.
const callFuel = 1 << 30

// outOfFuel is the trap code of exhausted fuel. The binding's constant
// OutOfFuel is one below what the library returns.
const outOfFuel = wasmtime.OutOfFuel + 1

type wasmtimeEngine struct{ engine *wasmtime.Engine }

func newWasmtime() engine {
	config := wasmtime.NewConfig()
	config.SetConsumeFuel(true)
	return &wasmtimeEngine{wasmtime.NewEngineWithConfig(config)}
}

func (e *wasmtimeEngine) name() string     { return Wasmtime }
func (e *wasmtimeEngine) maxPages() uint64 { return contract.MaxPages }
func (e *wasmtimeEngine) close()           { e.engine.Close() }

func (e *wasmtimeEngine) compile(file []byte, c contract.Contract) (compiled, error) {
	module, err := wasmtime.NewModule(e.engine, file)
	if err != nil {
		return nil, errors.New(oneLine(err.Error()))
	}
	return &wasmtimeModule{engine: e.engine, module: module, contract: c}, nil
}

type wasmtimeModule struct {
	engine   *wasmtime.Engine
	module   *wasmtime.Module
	contract contract.Contract
}

func (m *wasmtimeModule) close() { m.module.Close() }

func (m *wasmtimeModule) instantiate(s Setup) (instance, error) {
	in := &wasmtimeInstance{store: wasmtime.NewStore(m.engine)}
	if err := in.start(m, s); err != nil {
		in.close()
		return nil, err
	}
	return in, nil
}

type wasmtimeInstance struct {
	store  *wasmtime.Store
	memory *wasmtime.Memory
	funcs  map[string]*wasmtime.Func
	args   []any
}

func (in *wasmtimeInstance) start(m *wasmtimeModule, s Setup) error {
	in.limit(s.Limit)
	if err := in.store.SetFuel(callFuel); err != nil {
		return err
	}
	linker := wasmtime.NewLinker(m.engine)
	defer linker.Close()
	provided, err := in.provide(m, linker, s)
	if err != nil {
		return err
	}
	inst, err := linker.Instantiate(in.store, m.module)
	if err != nil {
		return wasmtimeError(err)
	}
	if m.contract.Memory == contract.ImportMemory {
		in.memory = provided
	} else if x := inst.GetExport(in.store, m.contract.MemoryName); x != nil {
		in.memory = x.Memory()
	}
	if in.memory == nil {
		return fmt.Errorf("memory %q not found", m.contract.MemoryName)
	}
	in.funcs = map[string]*wasmtime.Func{}
	for _, f := range m.contract.Signatures() {
		fn := inst.GetFunc(in.store, f.Export)
		if fn == nil {
			return fmt.Errorf("function %q not found", f.Export)
		}
		in.funcs[f.Name] = fn
	}
	return nil
}

// provide instantiates what supplies the imports, and returns the imported
// memory if there is one.
func (in *wasmtimeInstance) provide(m *wasmtimeModule, linker *wasmtime.Linker, s Setup) (*wasmtime.Memory, error) {
	list, err := providers(m.contract, s)
	if err != nil {
		return nil, err
	}
	var memory *wasmtime.Memory
	for _, p := range list {
		module, err := wasmtime.NewModule(m.engine, p.file)
		if err != nil {
			return nil, err
		}
		defer module.Close()
		inst, err := wasmtime.NewInstance(in.store, module, nil)
		if err != nil {
			return nil, err
		}
		if err := linker.DefineInstance(in.store, p.module, inst); err != nil {
			return nil, err
		}
		for _, x := range inst.Exports(in.store) {
			if x.Memory() != nil {
				memory = x.Memory()
			}
		}
	}
	return memory, nil
}

func (in *wasmtimeInstance) call(function string, args []uint64) (uint64, error) {
	in.args = in.args[:0]
	for _, a := range args {
		in.args = append(in.args, int32(uint32(a)))
	}
	if err := in.store.SetFuel(callFuel); err != nil {
		return 0, err
	}
	result, err := in.funcs[function].Call(in.store, in.args...)
	if err != nil {
		return 0, wasmtimeError(err)
	}
	ptr, _ := result.(int32)
	return uint64(uint32(ptr)), nil
}

func wasmtimeError(err error) error {
	t, ok := err.(*wasmtime.Trap)
	if !ok {
		return errors.New(oneLine(err.Error()))
	}
	switch code := t.Code(); {
	case code != nil && *code == wasmtime.UnreachableCodeReached:
		return &trap{trapUnreachable, "unreachable executed"}
	case code != nil && *code == outOfFuel:
		return &trap{trapEndless, fmt.Sprintf("still running after %d instructions", callFuel)}
	}
	// The message is a backtrace with the reason in its last line.
	text := t.Message()
	if _, reason, ok := strings.Cut(text, "wasm trap: "); ok {
		text = reason
	}
	return &trap{trapOther, oneLine(text)}
}

func (in *wasmtimeInstance) pages() uint64 { return in.memory.Size(in.store) }
func (in *wasmtimeInstance) bytes() []byte { return in.memory.UnsafeData(in.store) }

func (in *wasmtimeInstance) grow(delta uint64) bool {
	_, err := in.memory.Grow(in.store, delta)
	return err == nil
}

func (in *wasmtimeInstance) limit(pages uint64) {
	in.store.Limiter(int64(pages*contract.PageSize), -1, -1, -1, -1)
}

func (in *wasmtimeInstance) close() { in.store.Close() }
