// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/genalloc/genalloc/internal/engine"
)

// Cost is what one call cost.
type Cost struct {
	Instructions uint64 // executed; where a trap cuts a basic block short, the whole block
	Fuel         uint64 // wasmtime units
	Ink          uint64 // 0 with Config.FuelOnly
}

// Config says how a Meter runs its module.
type Config struct {
	// Host supplies the imports. It is asked once per store: a Meter has one for
	// fuel and one for ink, and their states must not meet. nil stands for a
	// module without imports.
	Host func(engine.Store) (engine.Imports, error)

	// FuelOnly leaves ink out, which makes room for modules that Stylus does
	// not allow.
	FuelOnly bool
}

// Meter runs a module twice in step: as it is, for fuel, and instrumented, for
// ink and the number of instructions.
type Meter struct {
	fuel  *run
	count *run
}

// New instantiates module under both meters. It fails if Stylus does not allow
// the module, unless c.FuelOnly is set, and if the module does not start.
func New(module []byte, c Config) (*Meter, error) {
	fuel, err := start(module, nil, c)
	if err != nil {
		return nil, err
	}
	tallies := []tally{stepsTally, inkTally}
	if c.FuelOnly {
		tallies = tallies[:1]
	}
	counting, names, err := instrument(module, all, tallies...)
	if err != nil {
		fuel.store.Close()
		return nil, err
	}
	count, err := start(counting, names, c)
	if err != nil {
		fuel.store.Close()
		return nil, fmt.Errorf("instrumented module: %w", err)
	}
	return &Meter{fuel, count}, nil
}

// Call calls an exported function and returns its results and what the callee
// cost: no call instruction is part of it, since the caller is not wasm. Integers
// are passed and returned in the low bits, floats as their bits. Where the
// callee traps, the cost is that up to the trap. Where it runs on and on, the
// error is [engine.Endless].
func (m *Meter) Call(name string, args ...uint64) ([]uint64, Cost, error) {
	results, cost, err := m.fuel.call(name, args)
	if errors.Is(err, engine.Endless) {
		return nil, cost, err
	}
	again, counted, againErr := m.count.call(name, args)
	cost.Instructions, cost.Ink = counted.Instructions, counted.Ink
	switch {
	case err == nil && againErr == nil && !slices.Equal(results, again):
		return nil, cost, fmt.Errorf("%s: two runs disagree, %d and %d: the imports are not deterministic", name, results, again)
	case err == nil && againErr != nil:
		return nil, cost, fmt.Errorf("%s: only the instrumented run failed: %w", name, againErr)
	case err != nil && againErr == nil:
		return nil, cost, fmt.Errorf("%s: only the run under fuel failed: %w", name, err)
	}
	return results, cost, err
}

// Instance returns the instance under fuel and its store. Looking at it and
// importing its memory is fine; calling it or writing into its memory makes the
// two runs differ.
func (m *Meter) Instance() (engine.Instance, engine.Store) {
	return m.fuel.instance, m.fuel.store
}

// Grow grows the memory of that name by delta pages as another party would, and
// reports whether it could.
func (m *Meter) Grow(name string, delta uint64) bool {
	for _, r := range []*run{m.fuel, m.count} {
		if mem := r.instance.Memory(name); mem == nil || !mem.Grow(delta) {
			return false
		}
	}
	return true
}

// Limit makes growth of any memory beyond that many pages fail from now on.
func (m *Meter) Limit(pages uint64) {
	m.fuel.store.Limit(pages)
	m.count.store.Limit(pages)
}

// Close gives back what the engine holds for m at once, rather than when the
// garbage collector finds out. m must not be used afterwards.
func (m *Meter) Close() {
	m.fuel.store.Close()
	m.count.store.Close()
}

// run is an instance in a store of its own.
type run struct {
	store    engine.Store
	instance engine.Instance
	ink      engine.Global // nil if the module does not count it
	steps    engine.Global // nil if the module does not count them
}

// start instantiates module, which has the named counters: of its instructions, and of
// ink.
func start(module []byte, names []string, c Config) (_ *run, err error) {
	r := &run{store: engine.Default().NewStore()}
	defer func() {
		if err != nil {
			r.store.Close()
		}
	}()
	if names != nil {
		// The instrumented module burns fuel for its counters too, and is only
		// called where the other has returned.
		r.store.Refuel(math.MaxInt64)
	}
	var imports engine.Imports
	if c.Host != nil {
		if imports, err = c.Host(r.store); err != nil {
			return nil, err
		}
	}
	if r.instance, err = engine.Instantiate(r.store, module, imports); err != nil {
		return nil, err
	}
	for i, counter := range []*engine.Global{&r.steps, &r.ink}[:len(names)] {
		*counter = r.instance.Global(names[i])
	}
	return r, nil
}

func (r *run) call(name string, args []uint64) ([]uint64, Cost, error) {
	before := r.counted()
	results, err := r.instance.Call(name, args...)
	after := r.counted()
	cost := Cost{
		Instructions: after.Instructions - before.Instructions,
		Fuel:         r.store.Burned(),
		Ink:          after.Ink - before.Ink,
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return results, cost, err
}

// counted reads the counters, as far as the module has them.
func (r *run) counted() Cost {
	var c Cost
	if r.steps != nil {
		c.Instructions = r.steps.Get()
	}
	if r.ink != nil {
		c.Ink = r.ink.Get()
	}
	return c
}
