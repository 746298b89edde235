// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
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

// looks checks that nobody else wrote a block.
func (s *threads) looks(b block) {
	s.t.Helper()
	if s.filled && s.helper("holds", b.from, b.byte, b.to-b.from) == 0 {
		s.t.Fatalf("block %v was written by somebody else", b.span)
	}
}

// TestThreads interleaves random calls of three instances with growth by others until the
// memory is full, and looks at each block in the end.
func TestThreads(t *testing.T) {
	for _, text := range []string{
		"--threads",
		"--threads --max-pages=64 --oom=null --chunk=1",
		"--threads --chunk=3 --min-align=8",
		"--threads --fixed-align=16",
		"--threads --fixed-align=131072",
		"--threads --optimize=size",
		"--threads --dirty",
		"--threads --initial-pages=40 --heap-base=1024",
		"--threads --initial-pages=2 --heap-base=65533 --chunk=2",
		"--threads --initial-pages=24 --heap-base=import:env.base",
		"--threads --heap-base=import:env.base",
	} {
		t.Run(text, func(t *testing.T) {
			for seed := range uint64(4) {
				random := rand.New(rand.NewPCG(seed, 16))
				s := share(t, text, 3, 64)
				for refused := 0; refused < 30; {
					if !s.step(random) {
						refused++
					}
				}
				for _, b := range s.blocks {
					s.looks(b)
				}
			}
		})
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

// exhaust asks three instances in turn for blocks until none has one, and returns how many
// there were.
const exhaust = `(module
  (import "" "" (func $0 (param i32 i32) (result i32)))
  (import "" "" (func $1 (param i32 i32) (result i32)))
  (import "" "" (func $2 (param i32 i32) (result i32)))
  (func (export "exhaust") (param $size i32) (result i32)
    (local $count i32) (local $met i32)
    (loop $next
      (local.set $met
        (i32.add
          (i32.add
            (i32.ne (call $0 (local.get $size) (i32.const 8)) (i32.const 0))
            (i32.ne (call $1 (local.get $size) (i32.const 8)) (i32.const 0)))
          (i32.ne (call $2 (local.get $size) (i32.const 8)) (i32.const 0))))
      (local.set $count (i32.add (local.get $count) (local.get $met)))
      (br_if $next (local.get $met)))
    (local.get $count)))`

// TestThreadsUse holds three instances that allocate in turn until the memory is full to
// how much of it they have used.
func TestThreadsUse(t *testing.T) {
	b, err := wasmtime.Wat2Wasm(exhaust)
	must(t, err)
	driver, err := wasmtime.NewModule(engine(), b)
	must(t, err)
	defer driver.Close()
	for _, text := range []string{"--threads", "--threads --initial-pages=64 --heap-base=1024"} {
		for size, least := range map[uint64]float64{24: 0.99, 5000: 0.98, 70_000: 0.90, 1 << 20: 0.90} {
			s := share(t, text, 3, 1024)
			instance, err := wasmtime.NewInstance(s.store, driver, []wasmtime.AsExtern{s.allocs[0], s.allocs[1], s.allocs[2]})
			must(t, err)
			used := size * caller(t, s.store, instance, func(name string) string { return name })("exhaust", size)
			share := float64(used) / (1024 * page)
			if share < least {
				t.Errorf("%s: blocks of %d bytes use %.1f %% of the memory, want %.0f %%", text, size, 100*share, 100*least)
			}
			t.Logf("%s: blocks of %d bytes use %.1f %% of the memory", text, size, 100*share)
		}
	}
}

// TestThreadsGrowInPlace: the newest block of a thread grows in its chunk, and over its end
// where that is the memory's.
func TestThreadsGrowInPlace(t *testing.T) {
	s := share(t, "--threads", 2, 512)
	at := s.instances[0]("alloc", uint64(100), uint64(8))
	for size := uint64(100); size < 8<<20; size *= 2 {
		if got := s.instances[0]("realloc", at, size, uint64(8), 2*size); got != at {
			t.Fatalf("the newest block moved from %d to %d when it grew to %d bytes", at, got, 2*size)
		}
	}
	other := s.instances[1]("alloc", uint64(1), uint64(1))
	end := s.helper("size") * page
	if other < at+8<<20 || other >= end {
		t.Fatalf("another thread's block lies at %d, want it behind %d", other, at+8<<20)
	}
	if got := s.instances[0]("realloc", at, uint64(8<<20), uint64(8), uint64(10<<20)); got != 0 && got < end {
		t.Fatalf("a block of 10 MiB lies at %d, where others' pages are", got)
	}
}

// TestThreadsEnd: the last byte below 4 GiB is handed out, a size of 0 there gives null and
// loses nothing, and no size or alignment wraps around.
func TestThreadsEnd(t *testing.T) {
	s := share(t, "--threads", 2, 65536)
	s.filled = false
	if old := s.helper("grow", uint64(65536-1-2)); old != 1 {
		t.Fatalf("the memory grew from %d pages", old)
	}
	for _, size := range []uint64{1 << 31, 1<<32 - 1, 1<<32 - 65536, 3 * page} {
		for _, align := range []uint64{1, 16, page, 1 << 31} {
			if at := s.instances[0]("alloc", size, align); at != 0 {
				t.Fatalf("alloc(%d, %d) returns %d where two pages are left", size, align, at)
			}
		}
	}
	first := s.instances[0]("alloc", uint64(2*page-100), uint64(1))
	if first != end-2*page {
		t.Fatalf("a block of two pages less 100 bytes lies at %d", first)
	}
	for _, align := range []uint64{128, 1 << 20, 1 << 31} {
		if at := s.instances[0]("alloc", uint64(0), align); at != 0 {
			t.Errorf("a block of size 0 lies at %d", at)
		}
	}
	if at := s.instances[0]("realloc", first, uint64(2*page-100), uint64(1), uint64(2*page)); at != first {
		t.Errorf("the last block does not grow to the end of 4 GiB: %d", at)
	}
	for thread := range 2 {
		if at := s.instances[thread]("realloc", first, uint64(2*page), uint64(1), uint64(2*page+1)); at != 0 {
			t.Errorf("thread %d: a block grows beyond 4 GiB: %d", thread, at)
		}
	}
}

// TestThreadsRefused: a request that is refused changes nothing: what fitted still fits.
func TestThreadsRefused(t *testing.T) {
	s := share(t, "--threads --initial-pages=3 --heap-base=1024", 2, 8)
	at := s.instances[0]("alloc", uint64(8), uint64(8))
	if s.instances[0]("alloc", uint64(9*page), uint64(8)) != 0 || s.instances[1]("alloc", uint64(9*page), uint64(8)) != 0 {
		t.Fatal("nine pages of eight are handed out")
	}
	if next := s.instances[0]("alloc", uint64(8), uint64(8)); next != at+8 {
		t.Errorf("after a refusal the next block lies at %d, want %d", next, at+8)
	}
	if at/page != 1 {
		t.Errorf("the first block lies at %d, want it in the pages that the memory has at the start", at)
	}
}

// TestThreadsLarge: a block too large for the pages at the start, or for a share of a chunk,
// has pages of its own, and what is left of either is used afterwards.
func TestThreadsLarge(t *testing.T) {
	s := share(t, "--threads --initial-pages=3 --heap-base=1024", 2, 64)
	if at := s.instances[0]("alloc", uint64(3*page), uint64(8)); at < 3*page {
		t.Errorf("three pages lie at %d, where there are two", at)
	}
	small := s.instances[1]("alloc", uint64(8), uint64(8))
	s.helper("grow", uint64(1))
	end := s.helper("size") * page
	if at := s.instances[1]("alloc", uint64(5*page), uint64(8)); at != end || s.helper("size")*page != end+5*page {
		t.Errorf("five pages lie at %d in a memory of %d pages, want them at %d and no page more", at, s.helper("size"), end)
	}
	if next := s.instances[1]("alloc", uint64(8), uint64(8)); next != small+8 {
		t.Errorf("after a large block the next one lies at %d, want %d", next, small+8)
	}
}

// TestThreadsOwner: the instance that makes the memory has the pages at the start, and those
// that import it have others.
func TestThreadsOwner(t *testing.T) {
	m := compile(t, "--threads --memory=export --initial-pages=2 --max-pages=64")
	store := wasmtime.NewStore(engine())
	t.Cleanup(store.Close)
	must(t, store.SetFuel(1<<40))
	owner, err := wasmtime.NewInstance(store, m.module, nil)
	must(t, err)
	linker := wasmtime.NewLinker(engine())
	defer linker.Close()
	must(t, linker.Define(store, "env", "memory", owner.GetExport(store, "memory")))
	other, err := linker.Instantiate(store, compile(t, "--threads").module)
	must(t, err)
	first := caller(t, store, owner, m.contract.ExportName)("alloc", uint64(16), uint64(8))
	second := caller(t, store, other, m.contract.ExportName)("alloc", uint64(16), uint64(8))
	if first != 1024 || second != 2*page {
		t.Errorf("blocks at %d and %d, want 1024 and %d", first, second, 2*page)
	}
}

// TestThreadsAtomics: only modules that share pages from the start have atomic instructions.
func TestThreadsAtomics(t *testing.T) {
	for text, want := range map[string]bool{
		"--threads": false, "--threads --initial-pages=2 --heap-base=131072": false, "--threads --memory=export --max-pages=9 --initial-pages=4": false,
		"--threads --initial-pages=2 --heap-base=1024": true, "--threads --heap-base=import:env.base": true, "--heap-base=linker --threads": true,
	} {
		wat, err := emitter.WAT(parse(t, text))
		must(t, err)
		if strings.Contains(wat, "atomic.rmw") != want {
			t.Errorf("%s: atomic instructions: %t, want %t", text, !want, want)
		}
	}
}
