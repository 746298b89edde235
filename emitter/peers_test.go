// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter_test

import "testing"

// Each test here is named for an allocator that gets it wrong.

// Where the heap's end lands on 2^32, mini-alloc's state becomes the one before
// the first call, and it hands the heap out once more from its base.
func TestMiniAllocResetAt4GiB(t *testing.T) {
	for _, text := range whole {
		t.Run(text, func(t *testing.T) {
			h := compile(t, text).start(t, 0)
			h.must(h.alloc(16, 8))
			h.must(h.alloc(end-h.top(), 1))
			for range 4 {
				h.refused(func() uint64 { return h.alloc(16, 8) })
			}
			h.intact()
		})
	}
}

// After anyone else's memory.grow, mini-alloc hands out pages that are not its
// own, and those as zeroes.
func TestMiniAllocForeignPages(t *testing.T) {
	for _, text := range append([]string{"--grow=double", "--grow=chunk=2", "--min-align=8"}, growers...) {
		t.Run(text, func(t *testing.T) {
			m := compile(t, text)
			for early := range uint64(3) {
				h := m.start(t, 0)
				if early > 0 {
					h.grow(early)
				}
				h.must(h.allocZeroed(100, 8))
				h.must(h.allocZeroed(h.pages()*page, 8))
				h.grow(1)
				h.must(h.allocZeroed(page-1, 1))
				h.must(h.allocZeroed(page, 1))
				h.intact()
			}
		})
	}
}

// With lol_alloc's leaking allocator, emmalloc and AssemblyScript's stub, the
// address of the 64th block of 64 MiB wraps past 2^32, and the next ones lie on
// earlier ones.
func TestLolAllocWrap64MiBBlocks(t *testing.T) {
	for _, text := range whole {
		t.Run(text, func(t *testing.T) {
			h := compile(t, text).start(t, 0)
			for range 63 {
				h.must(h.alloc(64<<20, 1))
			}
			for range 70 {
				h.refused(func() uint64 { return h.alloc(64<<20, 1) })
			}
			h.must(h.alloc(end-h.top(), 1))
			h.intact()
		})
	}
}

// The same allocators add any size to an address without a second look.
func TestEmmallocSizeWraps(t *testing.T) {
	for _, text := range whole {
		t.Run(text, func(t *testing.T) {
			m := compile(t, text)
			for back := range uint64(7) {
				h := m.start(t, 0)
				first := h.must(h.alloc(16, 8))
				h.refused(func() uint64 { return h.alloc(end-1-back, 1) })
				h.refused(func() uint64 { return h.realloc(first, 16, 8, end-1-back) })
				h.must(h.alloc(16, 8))
				h.intact()
				h.store.Close()
			}
		})
	}
}

// From an alignment of 2^17, lol_alloc's pointers are out of bounds.
func TestLolAllocAlign131072(t *testing.T) {
	for _, text := range append([]string{"--grow=double", "--grow=chunk=3", "--min-align=16", "--min-align=131072"}, growers...) {
		m := compile(t, text)
		if m.contract.FixedAlign != 0 {
			continue
		}
		t.Run(text, func(t *testing.T) {
			for shift := range 32 {
				align := uint64(1) << shift
				for _, size := range []uint64{1, 100, page, page + 1, 3 * page} {
					h := m.start(t, 0)
					h.must(h.alloc(size, align))
					h.must(h.alloc(1, 1))
					aligned := (h.top() + align - 1) &^ (align - 1)
					if aligned+size <= end {
						h.must(h.alloc(size, align))
					} else {
						h.refused(func() uint64 { return h.alloc(size, align) })
					}
					h.must(h.allocZeroed(size, 1))
					h.intact()
					h.store.Close()
				}
			}
		})
	}
}

// On a fresh heap with 4 GiB free, wee_alloc returns null for these sizes.
func TestWeeAllocNullOnFreshHeap(t *testing.T) {
	for _, text := range []string{"", "--optimize=gas", "--optimize=size", "--heap-base=import:env.base", "--grow=double"} {
		t.Run(text, func(t *testing.T) {
			m := compile(t, text)
			for size := uint64(63_476); size <= 65_528; size++ {
				h := m.start(t, 0)
				h.must(h.alloc(size, 16))
				h.store.Close()
			}
		})
	}
}

// Emmalloc and AssemblyScript's stub write over pages that somebody else grew.
func TestEmmallocForeignGrowth(t *testing.T) {
	for _, text := range append([]string{"--grow=double", "--grow=chunk=5", "--oom=trap --grow=double"}, growers...) {
		t.Run(text, func(t *testing.T) {
			h := compile(t, text).start(t, 0)
			ptr, size := h.must(h.alloc(100, 8)), uint64(100)
			for step := range uint64(12) {
				h.grow(1 + step%2)
				more := size + step*20_000
				ptr, size = h.must(h.realloc(ptr, size, 8, more)), more
				h.grow(1)
				h.must(h.alloc(step*30_000, 1))
				h.intact()
			}
		})
	}
}

// Walloc leaves a fifth of a limit unused.
func TestWallocWholeLimitUsable(t *testing.T) {
	for _, text := range []string{
		"", "--optimize=gas", "--optimize=size", "--oom=trap", "--max-pages=5", "--grow=double", "--grow=chunk=4",
		"--max-pages=5 --grow=chunk=3", "--target=mvp", "--heap-base=import:env.base", "--memory=import",
		"--initial-pages=5 --max-pages=5", "--initial-pages=5 --grow=never",
	} {
		t.Run(text, func(t *testing.T) {
			h := compile(t, text).start(t, 5)
			used := uint64(0)
			for _, size := range []uint64{5000, 1000, 100, 10, 1} {
				for h.alloc(size, 1) != 0 {
					used += size
				}
			}
			if want := 5*page - h.base; used != want {
				t.Errorf("%d bytes of %d can be used", used, want)
			}
			h.intact()
		})
	}
}

// A block that ends at 2^32 is lost to lol_alloc's free list.
func TestFreeListBlockEndingAt4GiB(t *testing.T) {
	for _, text := range whole {
		t.Run(text, func(t *testing.T) {
			h := compile(t, text).start(t, 0)
			h.must(h.alloc(end-h.top()-2*page, 1))
			from := h.top()
			last := h.must(h.alloc(8, 8))
			if last != from {
				t.Fatalf("the last pages' first block is at %#x, want %#x", last, from)
			}
			// By growing in place up to the last byte, which is used.
			size := end - last
			if got := h.must(h.realloc(last, 8, 8, size)); got != last {
				t.Fatalf("the newest block moves from %#x to %#x", last, got)
			}
			h.refused(func() uint64 { return h.alloc(1, 1) })
			if got := h.realloc(last, size, 8, size-1); got != last {
				t.Fatalf("the block at %#x moves to %#x to shrink", last, got)
			}
			h.dealloc(last, size-1, 8)
			h.refused(func() uint64 { return h.alloc(page, 1) })
			h.intact()
		})
	}
}

// After exhaustion at 4 GiB, talc hands out address 0 and up, and then duplicates.
func TestTalcAfterExhaustion(t *testing.T) {
	for _, text := range whole {
		t.Run(text, func(t *testing.T) {
			h := compile(t, text).start(t, 0)
			for _, size := range []uint64{256 << 20, 1 << 20, 10_000, 99} {
				for h.alloc(size, 1) != 0 {
				}
			}
			if top := h.alloc(0, 1); top != 0 {
				h.must(h.alloc(end-top, 1))
			}
			for range 200 {
				h.refused(func() uint64 { return h.alloc(1, 1) })
				h.refused(func() uint64 { return h.alloc(4096, 8) })
			}
			h.intact()
		})
	}
}
