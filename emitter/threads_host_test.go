// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/contract"
)

// helper makes the shared memory, and looks into it, which the host cannot. Its pages are
// foreign to the allocators.
const helper = `(module
  (memory (export "memory") %d %d shared)
  (global (export "base") i32 (i32.const %d))
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "fill") (param $at i32) (param $byte i32) (param $size i32)
    (memory.fill (local.get $at) (local.get $byte) (local.get $size)))
  ;; Is each byte the given one?
  (func (export "holds") (param $at i32) (param $byte i32) (param $size i32) (result i32)
    (loop $next
      (if (i32.eqz (local.get $size)) (then (return (i32.const 1))))
      (local.set $size (i32.sub (local.get $size) (i32.const 1)))
      (br_if $next (i32.eq (local.get $byte) (i32.load8_u (i32.add (local.get $at) (local.get $size))))))
    (i32.const 0)))`

// A block is live, and holds one byte all over.
type block struct {
	span
	align uint64
	byte  int32
}

// threads are instances over one memory, whose calls the test interleaves as it likes.
type threads struct {
	t         testing.TB
	c         contract.Contract
	base      uint64
	helper    func(name string, args ...any) uint64
	instances []func(name string, args ...any) uint64 // the ABI's own names
	allocs    []*wasmtime.Func                        // of each instance
	frees     []*wasmtime.Func
	store     *wasmtime.Store
	blocks    []block // by address
	filled    bool    // blocks are filled, and looked at
}

// share starts n instances over a memory of the contract's that may grow to so many pages.
func share(t testing.TB, text string, n int, limit uint64) *threads {
	t.Helper()
	m := compile(t, text)
	s := &threads{t: t, c: m.contract, base: uint64(m.contract.HeapBase.Address), filled: true}
	if m.contract.HeapBase.Imported() {
		s.base = importedBase
	}
	wat := fmt.Sprintf(helper, m.contract.InitialPages, limit, s.base)
	b, err := wasmtime.Wat2Wasm(wat)
	must(t, err)
	h, err := wasmtime.NewModule(engine(), b)
	must(t, err)
	t.Cleanup(h.Close)
	store := wasmtime.NewStore(engine())
	t.Cleanup(store.Close)
	must(t, store.SetFuel(1<<50))
	made, err := wasmtime.NewInstance(store, h, nil)
	must(t, err)
	s.store = store
	s.helper = caller(t, store, made, func(name string) string { return name })
	for range n {
		s.instances = append(s.instances, s.start(store, made, m))
	}
	return s
}

// start instantiates the module with the helper's memory.
func (s *threads) start(store *wasmtime.Store, made *wasmtime.Instance, m compiled) func(string, ...any) uint64 {
	s.t.Helper()
	linker := wasmtime.NewLinker(engine())
	defer linker.Close()
	for _, im := range m.contract.Imports() {
		export := made.GetExport(store, map[string]string{"memory": "memory", "global": "base"}[im.Kind])
		must(s.t, linker.Define(store, im.Module, im.Name, export))
	}
	instance, err := linker.Instantiate(store, m.module)
	must(s.t, err)
	s.allocs = append(s.allocs, instance.GetFunc(store, m.contract.ExportName("alloc")))
	s.frees = append(s.frees, instance.GetFunc(store, m.contract.ExportName("dealloc")))
	return caller(s.t, store, instance, m.contract.ExportName)
}

func caller(t testing.TB, store *wasmtime.Store, instance *wasmtime.Instance, export func(string) string) func(string, ...any) uint64 {
	return func(name string, args ...any) uint64 {
		t.Helper()
		for i, a := range args {
			if n, ok := a.(uint64); ok {
				args[i] = int32(uint32(n))
			}
		}
		result, err := instance.GetFunc(store, export(name)).Call(store, args...)
		must(t, err)
		n, _ := result.(int32)
		return uint64(uint32(n))
	}
}

// add books a block and checks that it is where it may be.
func (s *threads) add(b block) {
	s.t.Helper()
	i, _ := slices.BinarySearchFunc(s.blocks, b.from, func(x block, at uint64) int { return int(int64(x.from) - int64(at)) })
	switch memory := s.helper("size") * page; {
	case b.from%b.align != 0:
		s.t.Fatalf("block at %d is not aligned to %d", b.from, b.align)
	case b.from < s.base || b.to > memory:
		s.t.Fatalf("block %v is not between the base %d and the memory's end %d", b.span, s.base, memory)
	case b.from == b.to: // no byte is anybody's
		return
	case i < len(s.blocks) && s.blocks[i].from < b.to, i > 0 && s.blocks[i-1].to > b.from:
		s.t.Fatalf("block %v overlaps another", b.span)
	}
	s.blocks = slices.Insert(s.blocks, i, b)
	if s.filled {
		s.helper("fill", b.from, b.byte, b.to-b.from)
	}
}

// alloc asks an instance for a block, and returns whether there was one.
func (s *threads) alloc(thread int, name string, size, align uint64) bool {
	s.t.Helper()
	at := s.instances[thread](name, size, align)
	if at == 0 {
		return false
	}
	if name != "alloc" && s.helper("holds", at, int32(0), size) == 0 {
		s.t.Fatalf("%s(%d, %d): block at %d is not 0", name, size, align, at)
	}
	s.add(block{span{at, at + size}, align, int32(1 + len(s.blocks)%250)})
	return true
}

// realloc resizes a block on any thread, which need not have made it.
func (s *threads) realloc(thread, i int, size uint64) bool {
	s.t.Helper()
	old := s.blocks[i]
	s.looks(old)
	at := s.instances[thread]("realloc", old.from, old.to-old.from, old.align, size)
	if at == 0 {
		return false
	}
	s.blocks = slices.Delete(s.blocks, i, i+1)
	if s.filled && s.helper("holds", at, old.byte, min(size, old.to-old.from)) == 0 {
		s.t.Fatalf("realloc of %v to %d bytes: contents lost", old.span, size)
	}
	s.add(block{span{at, at + size}, old.align, old.byte})
	return true
}

// free gives a block back on any thread.
func (s *threads) free(thread, i int) {
	s.t.Helper()
	b := s.blocks[i]
	s.looks(b)
	s.blocks = slices.Delete(s.blocks, i, i+1)
	s.instances[thread]("dealloc", b.from, b.to-b.from, b.align)
}

// looks checks that nobody else wrote a block.
func (s *threads) looks(b block) {
	s.t.Helper()
	if s.filled && s.helper("holds", b.from, b.byte, b.to-b.from) == 0 {
		s.t.Fatalf("block %v was written by somebody else", b.span)
	}
}

// step makes one call at random, and returns whether it was met.
func (s *threads) step(random *rand.Rand) bool {
	s.t.Helper()
	thread := random.IntN(len(s.instances))
	size := uint64(random.IntN(1 << (1 + random.IntN(18))))
	align := uint64(1) << random.IntN(1+random.IntN(18))
	names := []string{"alloc", "alloc_zeroed"}
	switch {
	case s.c.FixedAlign != 0 && random.IntN(4) == 0 || random.IntN(40) == 0:
		s.helper("grow", uint64(random.IntN(2)))
		return true
	case s.c.FixedAlign != 0:
		return s.fixed(thread, size)
	case len(s.blocks) > 0 && s.c.Reuse() != contract.ReusesNothing && random.IntN(5) < 2:
		s.free(thread, random.IntN(len(s.blocks)))
		return true
	case len(s.blocks) > 0 && random.IntN(3) == 0:
		i := random.IntN(len(s.blocks))
		if random.IntN(2) == 0 { // blocks near the end grow in place now and then
			i = len(s.blocks) - 1
		}
		return s.realloc(thread, i, size)
	}
	return s.alloc(thread, names[random.IntN(2)], size, align)
}

// fixed asks for a block of the one alignment that there is.
func (s *threads) fixed(thread int, size uint64) bool {
	s.t.Helper()
	at := s.instances[thread]("alloc", size)
	if at != 0 {
		s.add(block{span{at, at + size}, uint64(s.c.FixedAlign), int32(1 + len(s.blocks)%250)})
	}
	return at != 0
}
