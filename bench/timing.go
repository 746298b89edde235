// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/internal/engine"
)

// timing is the engine that nothing is counted in.
var timing = sync.OnceValue(engine.NewUncounted)

// A racer is a subject compiled with its driver.
type racer struct {
	*subject
	allocator, driver engine.Module
}

func (s *subject) compile(e engine.Engine) (r racer, err error) {
	r.subject = s
	if r.allocator, err = e.Compile(s.File); err != nil {
		return r, err
	}
	if r.driver, err = compiled(e, s.driver); err != nil {
		r.allocator.Close()
	}
	return r, err
}

func (r racer) close() { r.allocator.Close() }

// drivers are compiled once: allocators of the same functions have the same.
var drivers = struct {
	sync.Mutex
	modules map[driverKey]engine.Module
}{modules: map[driverKey]engine.Module{}}

type driverKey struct {
	engine engine.Engine
	text   string
}

// compiled returns the driver of a text for an engine.
func compiled(e engine.Engine, text string) (engine.Module, error) {
	drivers.Lock()
	defer drivers.Unlock()
	key := driverKey{e, text}
	if m := drivers.modules[key]; m != nil {
		return m, nil
	}
	file, err := engine.Assemble(text)
	if err != nil {
		return nil, fmt.Errorf("driver: %w", err)
	}
	m, err := e.Compile(file)
	if err != nil {
		return nil, fmt.Errorf("driver: %w", err)
	}
	drivers.modules[key] = m
	return m, nil
}

// takeTimes adds the times to the report, whose modules are the subjects in
// their order.
func takeTimes(ctx context.Context, subjects []*subject, report *Report, o Options) error {
	var racers []racer
	for _, s := range subjects {
		r, err := s.compile(timing())
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		defer r.close()
		racers = append(racers, r)
	}
	for i := range o.Workloads {
		o.Progress("timing " + o.Workloads[i].Name)
		if err := race(ctx, racers, report, i, o.Rounds); err != nil {
			return err
		}
	}
	return nil
}

// race times one workload.
func race(ctx context.Context, racers []racer, report *Report, workload, rounds int) error {
	times := make([][2][]float64, len(racers)) // untouched and touched
	for range rounds {
		for i, r := range racers {
			if err := ctx.Err(); err != nil {
				return err
			}
			w, err := timedWorkload(report, i, workload)
			if err != nil {
				return err
			}
			if w == nil {
				continue
			}
			for t, touch := range []bool{false, true} {
				ns, failed := r.time(w, touch)
				if failed != "" {
					report.Modules[i].Results[workload].note("not timed: " + failed)
					continue
				}
				times[i][t] = append(times[i][t], ns)
			}
		}
	}
	for i, t := range times {
		result := &report.Modules[i].Results[workload]
		result.Untouched, result.Touched = wall(t[0]), wall(t[1])
	}
	return nil
}

// timedWorkload is what module i does for a workload, or nil.
func timedWorkload(report *Report, i, workload int) (*Workload, error) {
	r := &report.Modules[i].Results[workload]
	switch {
	case r.Absent != "":
		return nil, nil
	case r.Workload == edgeCases && r.replayed():
		return replayedEdgeCases()
	}
	return &report.Workloads[workload], nil
}

// time runs a workload on a fresh instance and returns the nanoseconds of one
// of its Ops, or why it failed.
func (r racer) time(w *Workload, touch bool) (ns float64, failed string) {
	store := timing().NewStore()
	defer store.Close()
	_, d, err := r.link(store)
	if err != nil {
		return 0, err.Error()
	}
	if err := d.prepare(w); err != nil {
		return 0, err.Error()
	}
	start := time.Now()
	number, err := d.call(w, w.timed, touch)
	took := time.Since(start)
	switch {
	case err != nil:
		return 0, reason(err)
	case number != 0:
		return 0, w.failure(number)
	}
	return float64(took.Nanoseconds()) / float64(w.timed.ops), ""
}

// link instantiates allocator and driver side by side.
func (r racer) link(store engine.Store) (allocator engine.Instance, d driver, err error) {
	imports, err := cost.Host(r.File, r.Contract)(store)
	if err != nil {
		return nil, d, err
	}
	if allocator, err = store.Instantiate(r.allocator, imports); err != nil {
		return nil, d, err
	}
	memory := allocator.Memory(r.Contract.MemoryName)
	if memory == nil {
		return nil, d, fmt.Errorf("memory %q not found: name it with --memory-name", r.Contract.MemoryName)
	}
	host, err := growing(store, memory.Grow)
	if err != nil {
		return nil, d, err
	}
	d.Instance, err = store.Instantiate(r.driver, beside(allocator, allocator, host))
	return allocator, d, err
}

// wall sums up the times of the rounds.
func wall(ns []float64) *Wall {
	if len(ns) == 0 {
		return nil
	}
	slices.Sort(ns)
	n := len(ns)
	return &Wall{Median: (ns[(n-1)/2] + ns[n/2]) / 2, Min: ns[0], Max: ns[n-1]}
}
