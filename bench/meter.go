// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"errors"
	"fmt"
	"sync"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/cost"
)

// meterOnce runs one workload with every call going through a meter.
func (s *subject) meterOnce(w *Workload) (*Result, error) {
	meter, err := cost.New(s.File, cost.Config{Import: cost.Host(s.Contract), FuelOnly: s.noInk != ""})
	if err != nil {
		return nil, err
	}
	defer meter.Close()
	memory, store := meter.Memory(s.Contract.MemoryName)
	if memory == nil {
		return nil, fmt.Errorf("memory %q not found: name it with --memory-name", s.Contract.MemoryName)
	}
	c := &call{meter: meter}
	d, err := startDriver(store, s.driver, func(im *wasmtime.ImportType) wasmtime.AsExtern {
		if t := im.Type().FuncType(); t != nil {
			return wasmtime.NewFunc(store, t, c.through(*im.Name()))
		}
		return memory
	})
	if err != nil {
		return nil, err
	}
	r := &Result{Workload: w.Name}
	switch failed, err := d.run(w, w.metered, false); {
	case errors.Is(c.err, cost.ErrEndless):
		// It would be for every workload, and in the timing without end.
		return nil, c.err
	case c.err != nil:
		r.Absent = reason(c.err)
	case err != nil:
		r.Absent = reason(err)
	case failed != 0:
		r.Absent = w.failure(failed)
	default:
		r.Ops = w.metered.ops
		r.Fuel, r.Ink = per(c.total.Fuel, r.Ops), per(c.total.Ink, r.Ops)
		if s.noInk != "" {
			r.Ink = nil
		}
		pages := memory.Size(store)
		r.Pages = &pages
	}
	return r, nil
}

func per(total uint64, ops uint32) *float64 {
	average := float64(total) / float64(ops)
	return &average
}

// call passes the driver's calls to a meter and adds up what they cost.
type call struct {
	meter *cost.Meter
	total cost.Cost
	err   error // the first
}

// stopped ends the driver's run; the reason is in call.err.
const stopped = "the allocator trapped"

func (c *call) through(export string) func(*wasmtime.Caller, []wasmtime.Val) ([]wasmtime.Val, *wasmtime.Trap) {
	return func(_ *wasmtime.Caller, params []wasmtime.Val) ([]wasmtime.Val, *wasmtime.Trap) {
		args := make([]uint64, len(params))
		for i, p := range params {
			args[i] = uint64(uint32(p.I32()))
		}
		results, spent, err := c.meter.Call(export, args...)
		c.total.Fuel += spent.Fuel
		c.total.Ink += spent.Ink
		if err != nil {
			c.err = err
			return nil, wasmtime.NewTrap(stopped)
		}
		values := make([]wasmtime.Val, len(results))
		for i, r := range results {
			values[i] = wasmtime.ValI32(int32(uint32(r)))
		}
		return values, nil
	}
}

// driver is the driver's instance.
type driver struct {
	store    *wasmtime.Store
	instance *wasmtime.Instance
}

// startDriver instantiates the driver beside an allocator that is in store.
func startDriver(store *wasmtime.Store, file []byte, supply func(*wasmtime.ImportType) wasmtime.AsExtern) (*driver, error) {
	module, err := wasmtime.NewModule(store.Engine, file)
	if err != nil {
		return nil, fmt.Errorf("driver: %w", err)
	}
	defer module.Close()
	return linkDriver(store, module, supply)
}

func linkDriver(store *wasmtime.Store, module *wasmtime.Module, supply func(*wasmtime.ImportType) wasmtime.AsExtern) (*driver, error) {
	var imports []wasmtime.AsExtern
	for _, im := range module.Imports() {
		imports = append(imports, supply(im))
	}
	instance, err := wasmtime.NewInstance(store, module, imports)
	if err != nil {
		return nil, fmt.Errorf("driver: %w", err)
	}
	return &driver{store, instance}, nil
}

// prepare writes the workload's script into the driver's own memory.
func (d *driver) prepare(w *Workload) error {
	if w.script == nil {
		return nil
	}
	own := d.instance.GetExport(d.store, "own").Memory()
	if pages := (w.script.bytes() + contract.PageSize - 1) / contract.PageSize; pages > own.Size(d.store) {
		if _, err := own.Grow(d.store, pages-own.Size(d.store)); err != nil {
			return fmt.Errorf("driver: no room for the trace: %w", err)
		}
	}
	copy(own.UnsafeData(d.store), w.script.ops)
	return nil
}

// run prepares a workload, runs it, and returns what the driver's function does.
func (d *driver) run(w *Workload, a amount, touch bool) (failed uint32, err error) {
	if err := d.prepare(w); err != nil {
		return 0, err
	}
	return d.call(w, a, touch)
}

func (d *driver) call(w *Workload, a amount, touch bool) (failed uint32, err error) {
	var args []any
	for _, v := range w.args(a, touch) {
		args = append(args, int32(v))
	}
	result, err := d.instance.GetFunc(d.store, w.function).Call(d.store, args...)
	if err != nil {
		return 0, err
	}
	return uint32(result.(int32)), nil
}

// failure words the number that the driver's function returns.
func (w *Workload) failure(number uint32) string {
	if w.function == "edge_cases" {
		return fmt.Sprintf("assertion %d fails", number)
	}
	return fmt.Sprintf("allocation or operation %d is refused", number)
}

// reason words what stopped the driver or the allocator.
func reason(err error) string { return "it traps: " + cost.Reason(err) }

// replayedEdgeCases is edge_cases as a script: the sizes that the driver asks
// for of an allocator which passes.
var replayedEdgeCases = sync.OnceValues(func() (*Workload, error) {
	sizes, err := edgeSizes()
	if err != nil {
		return nil, err
	}
	s := &script{align: 1}
	for _, size := range sizes {
		s.alloc(size)
	}
	return &Workload{
		Name: edgeCases, Op: "run", function: "replay", script: s,
		metered: amount{s.count(), 1}, timed: amount{s.count(), 1},
	}, nil
})
