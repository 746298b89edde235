// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"errors"
	"math"

	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/internal/engine"
)

// A Replay is what a trace costs on one module, from the first operation to the last.
type Replay struct {
	Ink      *uint64 // of the allocator alone; nil where Stylus does not allow the module
	Fuel     uint64
	CosmWasm uint64 // gas
	Pages    uint64 // of the memory at the end
	Heap     uint64 // bytes from the lowest block to the end of the highest
	Live     uint64 // the most bytes that were live at once
	Absent   string // why it cannot be run; there are no figures then
}

// replayFuel stops a module that never returns, after a minute or so.
const replayFuel = 1 << 36

// Replay runs a workload of [Compile] on a module. The module counts for itself, so that
// a million operations take no more than a second. Growth beyond so many pages is refused.
func (w *Workload) Replay(m Module, pages uint64) (*Replay, error) {
	s, err := newSubject(m)
	if err != nil {
		return nil, err
	}
	if lack := s.lacks(w); lack != "" {
		return &Replay{Absent: lack}, nil
	}
	var names cost.Counters
	if s.File, names, err = cost.Count(m.File); err != nil {
		return nil, err
	}
	racer, err := s.compile(engine.Default())
	if err != nil {
		return nil, err
	}
	defer racer.close()
	store := engine.Default().NewStore()
	defer store.Close()
	store.Refuel(replayFuel)
	allocator, d, err := racer.link(store)
	if err != nil {
		return nil, err
	}
	if err := d.prepare(w); err != nil {
		return nil, err
	}
	store.Limit(pages) // now that the driver's own memory has its size
	start := readCounters(allocator, names)
	switch failed, err := d.call(w, w.metered, false); {
	case errors.Is(err, engine.Endless):
		return nil, err
	case err != nil:
		return &Replay{Absent: reason(err)}, nil
	case failed != 0:
		return &Replay{Absent: w.failure(failed)}, nil
	}
	r := readCounters(allocator, names)
	r.Fuel -= start.Fuel
	r.CosmWasm -= start.CosmWasm
	if r.Ink != nil {
		*r.Ink -= *start.Ink
	}
	r.Pages = allocator.Memory(s.Contract.MemoryName).Pages()
	if low, high := d.Global("low").Get(), d.Global("high").Get(); high >= low {
		r.Heap = high - low + 1
	}
	r.Live = w.script.peak
	return r, nil
}

// readCounters reads what an instance has counted so far.
func readCounters(in engine.Instance, names cost.Counters) *Replay {
	r := &Replay{Fuel: in.Global(names.Fuel).Get(), CosmWasm: in.Global(names.CosmWasm).Get()}
	if names.Ink != "" {
		ink := in.Global(names.Ink).Get()
		r.Ink = &ink
	}
	return r
}

// Time runs a workload of [Compile] on a module several times, with a byte of each block
// written, and returns the least nanoseconds that it took, the loop around the calls
// included.
func (w *Workload) Time(m Module, rounds int) (ns float64, err error) {
	s, err := newSubject(m)
	if err != nil {
		return 0, err
	}
	r, err := s.compile(timing())
	if err != nil {
		return 0, err
	}
	defer r.close()
	ns = math.Inf(1)
	for range rounds {
		took, failed := r.time(w, true)
		if failed != "" {
			return 0, errors.New(failed)
		}
		ns = min(ns, took)
	}
	return ns, nil
}
