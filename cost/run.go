// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"fmt"
	"math"

	"github.com/genalloc/genalloc/internal/engine"
)

// run is an instance in a store of its own.
type run struct {
	store    engine.Store
	instance engine.Instance
	ink      engine.Global // nil if the module does not count it
	steps    engine.Global // nil if the module does not count them
}

// start instantiates module, which has the named counters.
func start(module []byte, names counters, c Config) (_ *run, err error) {
	r := &run{store: engine.Default().NewStore()}
	defer func() {
		if err != nil {
			r.store.Close()
		}
	}()
	if names != (counters{}) {
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
	r.ink, r.steps = r.global(names.ink), r.global(names.steps)
	return r, nil
}

func (r *run) global(name string) engine.Global {
	if name == "" {
		return nil
	}
	return r.instance.Global(name)
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
