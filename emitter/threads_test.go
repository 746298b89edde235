// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/emitter"
)

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
		"--strategy=lists --threads --heap-base=1024",
		"--strategy=lists --classes=1 --threads --chunk=1 --heap-base=2001",
		"--strategy=lists --max-block=4096 --threads --heap-base=8 --optimize=size",
		"--strategy=lists --classes=8 --threads --min-align=16 --heap-base=1024 --optimize=gas",
		"--strategy=lists --threads --heap-base=linker",
		"--strategy=lists --threads --heap-base=import:env.base",
		"--strategy=lists --max-block=4096 --threads --chunk=1 --heap-base=linker --optimize=size",
	} {
		t.Run(text, func(t *testing.T) {
			for seed := range uint64(4) {
				random := rand.New(rand.NewPCG(seed, 16))
				s := share(t, text, 3, 64)
				for refused, steps := 0, 0; refused < 30 && steps < 5000; steps++ {
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

// handOver makes many blocks in one instance and frees each in another, which is up to some
// blocks behind.
const handOver = `(module
  (import "" "" (func $alloc (param i32 i32) (result i32)))
  (import "" "" (func $dealloc (param i32 i32 i32)))
  (memory 1)
  (func (export "run") (param $times i32) (param $size i32) (result i32)
    (local $i i32) (local $block i32) (local $slot i32)
    (loop $next
      (local.set $slot (i32.and (i32.shl (local.get $i) (i32.const 2)) (i32.const 0x3ff)))
      (if (local.tee $block (i32.load (local.get $slot)))
        (then (call $dealloc (local.get $block) (local.get $size) (i32.const 8))))
      (i32.store (local.get $slot) (local.tee $block (call $alloc (local.get $size) (i32.const 8))))
      (if (i32.eqz (local.get $block)) (then (return (local.get $i))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $times))))
    (local.get $i)))`

// TestThreadsHandOver: what one thread makes and another frees, many times over, stays in
// few pages.
func TestThreadsHandOver(t *testing.T) {
	const times, most = 300_000, 16
	s := share(t, "--strategy=lists --threads --heap-base=1024", 2, 1024)
	b, err := wasmtime.Wat2Wasm(handOver)
	must(t, err)
	driver, err := wasmtime.NewModule(engine(), b)
	must(t, err)
	defer driver.Close()
	for _, size := range []uint64{128, 24} {
		instance, err := wasmtime.NewInstance(s.store, driver, []wasmtime.AsExtern{s.allocs[0], s.frees[1]})
		must(t, err)
		if n := caller(t, s.store, instance, func(name string) string { return name })("run", uint64(times), size); n != times {
			t.Fatalf("after %d blocks of %d bytes there is no more", n, size)
		}
		if pages := s.helper("size"); pages > most {
			t.Errorf("the memory has %d pages, want %d at most", pages, most)
		} else {
			t.Logf("%d blocks of %d bytes: %d pages", times, size, pages)
		}
	}
}

// TestThreadsBursts: many blocks of one thread that another frees are all used again, and
// none is handed out twice.
func TestThreadsBursts(t *testing.T) {
	for _, base := range []string{"1024", "linker"} {
		t.Run(base, func(t *testing.T) { bursts(t, "--strategy=lists --threads --heap-base="+base) })
	}
}

func bursts(t *testing.T, text string) {
	s := share(t, text, 2, 64)
	pages := uint64(0)
	for round := range 6 {
		for i := range 6000 {
			if !s.alloc(i%(1+round%2), "alloc", 100, 8) {
				t.Fatalf("round %d: no block after %d", round, i)
			}
		}
		for len(s.blocks) > 0 {
			s.free((round+1)%2, len(s.blocks)-1)
		}
		switch now := s.helper("size"); {
		case round == 1:
			pages = now
		case round > 1 && now > pages:
			t.Errorf("round %d: the memory has %d pages, and had %d after the second", round, now, pages)
		}
	}
}

// TestThreadsFull: where no page is left, a thread that has no memory of its own gets no block,
// but others use what it frees. It has lists as soon as there is a page for them, whatever its
// first call is.
func TestThreadsFull(t *testing.T) {
	s := share(t, "--strategy=lists --threads --heap-base=linker", 3, 5)
	for s.alloc(0, "alloc", 1000, 8) {
	}
	count := len(s.blocks)
	for range 40 {
		s.free(1, len(s.blocks)/2)
	}
	if s.alloc(1, "alloc", 1000, 8) || s.realloc(2, 0, 2000) {
		t.Error("a thread has a block, and no page for the heads of its lists")
	}
	for s.alloc(0, "alloc", 1000, 8) {
	}
	if len(s.blocks) != count {
		t.Errorf("%d blocks fit, and %d did before", len(s.blocks), count)
	}
	s = share(t, "--strategy=lists --threads --heap-base=linker", 3, 7)
	for range 4 {
		s.alloc(0, "alloc", 1000, 8)
	}
	if !s.realloc(2, 1, 2000) {
		t.Error("a block does not move in the first call of a thread")
	}
	at := s.blocks[0].from
	if s.free(1, 0); s.instances[1]("alloc", uint64(1000), uint64(8)) != at {
		t.Error("what a thread frees in its first call is not in its lists")
	}
}

// TestThreadsStacks: an instance traps where the memory has no room at the start for the stacks
// behind the heap base, and starts where they just fit.
func TestThreadsStacks(t *testing.T) {
	m := compile(t, "--strategy=lists --threads --heap-base=import:env.base")
	last := page - uint64(m.contract.StacksRoom())
	for _, tt := range []struct {
		base   uint64
		starts bool
	}{{last, true}, {last + 1, false}, {page, false}, {1<<32 - 1, false}} {
		b, err := wasmtime.Wat2Wasm(fmt.Sprintf(helper, 1, 8, uint32(tt.base)))
		must(t, err)
		h, err := wasmtime.NewModule(engine(), b)
		must(t, err)
		defer h.Close()
		store := wasmtime.NewStore(engine())
		defer store.Close()
		must(t, store.SetFuel(1<<20))
		made, err := wasmtime.NewInstance(store, h, nil)
		must(t, err)
		imports := []wasmtime.AsExtern{made.GetExport(store, "memory"), made.GetExport(store, "base")}
		if _, err := wasmtime.NewInstance(store, m.module, imports); (err == nil) != tt.starts {
			t.Errorf("heap base %d: %v", tt.base, err)
		}
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
