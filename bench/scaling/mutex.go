// SPDX-License-Identifier: MIT OR Apache-2.0

package scaling

import (
	"fmt"

	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/wasm"
)

// Mutex returns a subject of an allocator for one thread that exports malloc and free:
// each call holds a mutex, as in a C library for threads. The mutex waits and is woken as
// that of a C library is.
func Mutex(name string, file []byte) (Subject, error) {
	first, pages, err := shared(file, true)
	if err != nil {
		return Subject{}, fmt.Errorf("%s: %w", name, err)
	}
	later, _, err := shared(file, false)
	if err != nil {
		return Subject{}, fmt.Errorf("%s: %w", name, err)
	}
	lock, err := engine.Assemble(fmt.Sprintf(mutexText, MaxPages, mutexAddress))
	if err != nil {
		return Subject{}, err
	}
	s := Subject{Name: name, Alloc: "malloc", Free: "free", Size: []int{24}, Pages: pages}
	s.add = func(store engine.Store, env engine.Instance, thread int) (engine.Instance, error) {
		f := first
		if thread > 0 {
			f = later
		}
		allocator, err := engine.Instantiate(store, f, engine.Imports{"env": env})
		if err != nil {
			return nil, err
		}
		return engine.Instantiate(store, lock, engine.Imports{"env": env, "one": allocator})
	}
	return s, nil
}

// shared returns the module with its memory imported and shared. Only the first instance
// sets the memory up; the others would put the allocator's state back. It returns the pages
// that the memory starts with.
func shared(file []byte, first bool) (module []byte, pages uint64, err error) {
	m, err := wasm.Decode(file)
	if err != nil {
		return nil, 0, err
	}
	if len(m.Memories) != 1 || len(m.Imports) > 0 {
		return nil, 0, fmt.Errorf("the module has imports, or not one memory of its own")
	}
	memory := m.Memories[0]
	memory.Shared, memory.HasMax, memory.Max = true, true, MaxPages
	m.Imports = []wasm.Import{{Module: "env", Name: "memory", Kind: wasm.KindMemory, Memory: memory}}
	m.Memories = nil
	if !first {
		m.Data = nil
	}
	module, err = m.Encode()
	return module, memory.Min, err
}

// mutexAddress is an aligned word below the program's data, where null points, too.
const mutexAddress = 16

// mutexText locks as Drepper's "Futexes Are Tricky" has it: 0 is free, 1 is locked, 2 is
// locked and somebody waits.
const mutexText = `(module
	(import "env" "memory" (memory 1 %d shared))
	(import "one" "malloc" (func $malloc (param i32) (result i32)))
	(import "one" "free" (func $free (param i32)))
	(global $mutex i32 (i32.const %d))
	(func $lock
		(local $old i32)
		(if (local.tee $old (i32.atomic.rmw.cmpxchg (global.get $mutex) (i32.const 0) (i32.const 1)))
			(then
				(if (i32.ne (local.get $old) (i32.const 2))
					(then (local.set $old (i32.atomic.rmw.xchg (global.get $mutex) (i32.const 2)))))
				(block $held
					(loop $wait
						(br_if $held (i32.eqz (local.get $old)))
						(drop (memory.atomic.wait32 (global.get $mutex) (i32.const 2) (i64.const -1)))
						(local.set $old (i32.atomic.rmw.xchg (global.get $mutex) (i32.const 2)))
						(br $wait))))))
	(func $unlock
		(if (i32.eq (i32.atomic.rmw.xchg (global.get $mutex) (i32.const 0)) (i32.const 2))
			(then (drop (memory.atomic.notify (global.get $mutex) (i32.const 1))))))
	(func (export "malloc") (param i32) (result i32)
		(local $block i32)
		(call $lock)
		(local.set $block (call $malloc (local.get 0)))
		(call $unlock)
		(local.get $block))
	(func (export "free") (param i32)
		(call $lock)
		(call $free (local.get 0))
		(call $unlock)))`
