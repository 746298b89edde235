// SPDX-License-Identifier: MIT OR Apache-2.0

package engine_test

import (
	"sync"
	"testing"

	"github.com/genalloc/genalloc/internal/engine"
)

// TestShared: instances of several stores add to one word of a shared memory, each in a
// goroutine of its own, and no addition is lost.
func TestShared(t *testing.T) {
	const threads, times = 3, 1000
	each(t, func(t *testing.T, s engine.Store) {
		memory := instantiate(t, s, `(module (memory (export "memory") 1 2 shared))`, nil)
		var all sync.WaitGroup
		for range threads {
			own := s.Engine().NewStore()
			defer own.Close()
			in := instantiate(t, own, `(module (import "env" "memory" (memory 1 2 shared))
				(func (export "add") (param i32) (result i32)
					(i32.atomic.rmw.add (i32.const 8) (local.get 0)))
				(func (export "grow") (result i32) (memory.grow (i32.const 1))))`, engine.Imports{"env": memory})
			all.Go(func() {
				for range times {
					if _, err := in.Call("add", 1); err != nil {
						t.Error(err)
					}
				}
				if _, err := in.Call("grow"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		last := instantiate(t, s, `(module (import "env" "memory" (memory 1 2 shared))
			(func (export "state") (result i32 i32) (i32.load (i32.const 8)) (memory.size)))`, engine.Imports{"env": memory})
		if got, err := last.Call("state"); err != nil || got[0] != threads*times || got[1] != 2 {
			t.Errorf("got %d and %v, want a sum of %d in 2 pages", got, err, threads*times)
		}
	})
}
