// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/bytecodealliance/wasmtime-go/v39"
)

// run is an instance in a store of its own.
type run struct {
	tank     uint64 // fuel that every call starts with
	store    *wasmtime.Store
	instance *wasmtime.Instance
	ink      *wasmtime.Global            // nil if the module does not count it
	steps    *wasmtime.Global            // nil if the module does not count them
	memories map[string]*wasmtime.Memory // imported, by MODULE.NAME
	funcs    map[string]function
}

// function is an export that has been looked up.
type function struct {
	call   *wasmtime.Func
	params []wasmtime.ValKind
}

// callFuel is what one call may use, as when a module is judged. The most that an
// allocator needs is clearing or copying a few MiB byte by byte.
const callFuel = 1 << 30

// ErrEndless says that a call was stopped, or a start function, because it had
// executed more than any allocator's does.
var ErrEndless = fmt.Errorf("still running after %d instructions", callFuel)

// tankFor returns the fuel for a run. The instrumented module executes what
// counts, too, and is only called where the other has returned.
func tankFor(names counters) uint64 {
	if names == (counters{}) {
		return callFuel
	}
	return math.MaxInt64
}

// outOfFuel is the trap code of exhausted fuel. The binding's constant
// OutOfFuel is one below what the library returns.
const outOfFuel = wasmtime.OutOfFuel + 1

// stopped returns the error in its own words where it is that of exhausted fuel.
func stopped(err error) error {
	var trap *wasmtime.Trap
	if errors.As(err, &trap) {
		if code := trap.Code(); code != nil && *code == outOfFuel {
			return ErrEndless
		}
	}
	return err
}

// Reason says in one line why an engine gave up: the last cause in its error,
// without the backtrace of wasm before and that of the engine itself behind.
func Reason(err error) string {
	text := err.Error()
	if _, cause, ok := strings.Cut(text, "Caused by:"); ok {
		text = cause
	}
	causes, _, _ := strings.Cut(strings.TrimSpace(text), "\n\n")
	lines := strings.Split(causes, "\n") // numbered where there are several
	line := strings.TrimSpace(lines[len(lines)-1])
	if number, rest, ok := strings.Cut(line, ": "); ok && strings.Trim(number, "0123456789") == "" {
		line = rest
	}
	line = strings.TrimPrefix(line, "wasm trap: ")
	if line == "wasm `unreachable` instruction executed" {
		return "unreachable executed"
	}
	return line
}

// start instantiates module, which has the named counters.
func start(module []byte, names counters, c Config) (*run, error) {
	compiled, err := wasmtime.NewModule(engine(), module)
	if err != nil {
		return nil, errors.New(Reason(err))
	}
	defer compiled.Close()
	r := &run{
		tank:     tankFor(names),
		store:    wasmtime.NewStore(engine()),
		memories: make(map[string]*wasmtime.Memory),
		funcs:    make(map[string]function),
	}
	if c.MaxMemory > 0 {
		r.limit(c.MaxMemory)
	}
	if err := r.store.SetFuel(r.tank); err != nil {
		return nil, err
	}
	imports, err := r.imports(compiled, c)
	if err != nil {
		return nil, err
	}
	if r.instance, err = wasmtime.NewInstance(r.store, compiled, imports); err != nil {
		return nil, fmt.Errorf("the module does not start: %s", Reason(stopped(err)))
	}
	r.ink, r.steps = r.global(names.ink), r.global(names.steps)
	return r, nil
}

func (r *run) limit(bytes int64) {
	const any = -1
	r.store.Limiter(bytes, any, any, any, any)
}

func (r *run) global(name string) *wasmtime.Global {
	if name == "" {
		return nil
	}
	return r.instance.GetExport(r.store, name).Global()
}

func (r *run) memory(name string) *wasmtime.Memory {
	if x := r.instance.GetExport(r.store, name); x != nil {
		return x.Memory()
	}
	return r.memories[name]
}

func (r *run) imports(module *wasmtime.Module, c Config) ([]wasmtime.AsExtern, error) {
	var list []wasmtime.AsExtern
	for _, im := range module.Imports() {
		name := im.Module()
		if n := im.Name(); n != nil {
			name += "." + *n
		}
		if c.Import == nil {
			return nil, fmt.Errorf("import %s: nobody supplies it", name)
		}
		x, err := c.Import(r.store, im)
		if err != nil {
			return nil, fmt.Errorf("import %s: %w", name, err)
		}
		if mem, ok := x.(*wasmtime.Memory); ok {
			r.memories[name] = mem
		}
		list = append(list, x)
	}
	return list, nil
}

func (r *run) function(name string) (function, error) {
	if f, ok := r.funcs[name]; ok {
		return f, nil
	}
	f := function{call: r.instance.GetFunc(r.store, name)}
	if f.call == nil {
		return f, fmt.Errorf("function %q is not exported", name)
	}
	for _, t := range f.call.Type(r.store).Params() {
		f.params = append(f.params, t.Kind())
	}
	r.funcs[name] = f
	return f, nil
}

func (r *run) call(name string, args []uint64) ([]uint64, Cost, error) {
	f, err := r.function(name)
	if err != nil {
		return nil, Cost{}, err
	}
	params, err := toWasm(f.params, args)
	if err != nil {
		return nil, Cost{}, fmt.Errorf("%s: %w", name, err)
	}
	if err := r.store.SetFuel(r.tank); err != nil {
		return nil, Cost{}, err
	}
	before := r.counted()
	got, callErr := f.call.Call(r.store, params...)
	fuelLeft, err := r.store.GetFuel()
	if err != nil {
		return nil, Cost{}, err
	}
	after := r.counted()
	cost := Cost{
		Instructions: after.Instructions - before.Instructions,
		Fuel:         r.tank - fuelLeft,
		Ink:          after.Ink - before.Ink,
	}
	if callErr != nil {
		return nil, cost, fmt.Errorf("%s: %w", name, stopped(callErr))
	}
	return fromWasm(got), cost, nil
}

// counted reads the counters, as far as the module has them.
func (r *run) counted() Cost {
	var c Cost
	if r.steps != nil {
		c.Instructions = uint64(r.steps.Get(r.store).I64())
	}
	if r.ink != nil {
		c.Ink = uint64(r.ink.Get(r.store).I64())
	}
	return c
}
