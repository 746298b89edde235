// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"errors"
	"fmt"
	"sync"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/trace"
	"github.com/genalloc/genalloc/wasm"
)

// meterOnce runs one workload with every call going through a meter.
func (s *subject) meterOnce(w *Workload) (*Result, error) {
	meter, err := cost.New(s.File, cost.Config{Host: cost.Host(s.File, s.Contract), FuelOnly: s.noInk != ""})
	if err != nil {
		return nil, err
	}
	defer meter.Close()
	allocator, store := meter.Instance()
	if allocator.Memory(s.Contract.MemoryName) == nil {
		return nil, fmt.Errorf("memory %q not found: name it with --memory-name", s.Contract.MemoryName)
	}
	var total cost.Cost
	blocks := newFootprint()
	functions, err := s.binding.hosted(store, func(c call) ([]uint64, error) {
		results, spent, err := meter.Call(c.export, c.args...)
		total.Fuel += spent.Fuel
		total.Ink += spent.Ink
		if err == nil {
			blocks.note(c, results)
		}
		return results, err
	})
	if err != nil {
		return nil, err
	}
	host, err := growing(store, func(pages uint64) bool { return meter.Grow(s.Contract.MemoryName, pages) })
	if err != nil {
		return nil, err
	}
	module, err := compiled(engine.Default(), s.driver)
	if err != nil {
		return nil, err
	}
	d, err := store.Instantiate(module, beside(functions, allocator, host))
	if err != nil {
		return nil, fmt.Errorf("driver: %w", err)
	}
	r := &Result{Workload: w.Name}
	switch failed, err := (driver{d}).run(w, w.metered, false); {
	case errors.Is(err, engine.Endless):
		// It would be for every workload, and in the timing without end.
		return nil, err
	case err != nil:
		r.Absent = reason(err)
	case failed != 0:
		r.Absent = w.failure(failed)
	default:
		r.Ops = w.metered.ops
		r.Fuel, r.Ink = per(total.Fuel, r.Ops), per(total.Ink, r.Ops)
		if s.noInk != "" {
			r.Ink = nil
		}
		r.Heap, r.Live = blocks.heap(), blocks.peak
	}
	return r, nil
}

func per(total uint64, ops uint32) *float64 {
	average := float64(total) / float64(ops)
	return &average
}

// driver is the driver's instance.
type driver struct{ engine.Instance }

// beside are the imports of a driver: calls go to functions, memory is the instance that
// has the allocator's, and host grows it.
func beside(functions, memory, host engine.Instance) engine.Imports {
	return engine.Imports{functionsModule: functions, memoryModule: memory, hostModule: host}
}

// prepare writes the workload's script into the driver's own memory.
func (d driver) prepare(w *Workload) error {
	if w.script == nil {
		return nil
	}
	own := d.Memory("own")
	pages := (w.script.bytes() + contract.PageSize - 1) / contract.PageSize
	if have := own.Pages(); pages > have && !own.Grow(pages-have) {
		return fmt.Errorf("driver: no room for the trace of %d pages", pages)
	}
	copy(own.Bytes(), w.script.ops)
	return nil
}

// run prepares a workload, runs it, and returns what the driver's function does.
func (d driver) run(w *Workload, a amount, touch bool) (failed uint32, err error) {
	if err := d.prepare(w); err != nil {
		return 0, err
	}
	return d.call(w, a, touch)
}

func (d driver) call(w *Workload, a amount, touch bool) (failed uint32, err error) {
	results, err := d.Call(w.function, w.args(a, touch)...)
	if err != nil {
		return 0, err
	}
	return uint32(results[0]), nil
}

// failure words the number that the driver's function returns.
func (w *Workload) failure(number uint32) string {
	if w.function == edgeCases {
		return fmt.Sprintf("assertion %d fails", number)
	}
	return fmt.Sprintf("allocation or operation %d is refused", number)
}

// reason words what stopped the driver or the allocator.
func reason(err error) string {
	var trap engine.Trap
	if errors.As(err, &trap) {
		err = trap // which function it was does not matter
	}
	return "it traps: " + err.Error()
}

// replayedEdgeCases is edge_cases as a script: the sizes that the driver asks
// for of an allocator which passes.
var replayedEdgeCases = sync.OnceValues(func() (*Workload, error) {
	sizes, err := edgeSizes(contract.MaxPages)
	if err != nil {
		return nil, err
	}
	s := new(script)
	for _, size := range sizes {
		s.add(trace.Op{Kind: trace.Alloc, Size: uint32(size), Align: 1}, 1)
	}
	w := s.workload(edgeCases, "")
	return &w, nil
})

// edgeSizes runs the driver's edge_cases over a host function that knows only
// where the next block goes, in a memory of up to limit pages, and returns the
// sizes that it is asked for.
func edgeSizes(limit uint64) ([]uint64, error) {
	b := &binding{memory: "memory", calls: map[contract.Role]form{contract.Allocates: {export: "place", places: []int{0}, results: 1}}}
	file, err := engine.Assemble(b.driver())
	if err != nil {
		return nil, fmt.Errorf("driver: %w", err)
	}
	store := timing().NewStore()
	defer store.Close()
	store.Limit(limit)
	imports, err := engine.Provide(store, []engine.Supply{{Import: wasm.Import{
		Module: memoryModule, Name: b.memory, Kind: wasm.KindMemory, Memory: wasm.Limits{Min: 1},
	}}})
	if err != nil {
		return nil, err
	}
	memory := imports[memoryModule].Memory(b.memory)
	var sizes []uint64
	next := uint64(contract.Default().HeapBase.Address)
	functions, err := b.hosted(store, func(c call) ([]uint64, error) {
		size, _ := c.operand(contract.SizeParam)
		sizes = append(sizes, size)
		ptr := next
		next += size
		pages := (next + contract.PageSize - 1) / contract.PageSize
		if have := memory.Pages(); pages > have && !memory.Grow(pages-have) {
			return []uint64{0}, nil
		}
		return []uint64{ptr}, nil
	})
	if err != nil {
		return nil, err
	}
	host, err := growing(store, memory.Grow)
	if err != nil {
		return nil, err
	}
	d, err := engine.Instantiate(store, file, beside(functions, imports[memoryModule], host))
	if err != nil {
		return nil, fmt.Errorf("driver: %w", err)
	}
	failed, err := driver{d}.call(&Workload{function: edgeCases}, amount{1, 1}, false)
	if err != nil {
		return nil, fmt.Errorf("driver: edge_cases: %w", err)
	}
	if failed != 0 {
		return nil, fmt.Errorf("driver: edge_cases fails at assertion %d", failed)
	}
	return sizes, nil
}
