// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter_test

import (
	"bytes"
	"testing"
)

// TestZeroSizeInsideMemory asks for blocks of no bytes at every alignment: an
// address inside the memory, for which it grows where it must.
func TestZeroSizeInsideMemory(t *testing.T) {
	for _, text := range growers {
		m := compile(t, text)
		if m.contract.FixedAlign != 0 {
			continue
		}
		t.Run(text, func(t *testing.T) {
			for shift := range 32 {
				align := uint64(1) << shift
				h := m.start(t, 0)
				ptr := h.must(h.alloc(0, align))
				if again := h.must(h.alloc(0, align)); again != ptr {
					t.Errorf("no bytes aligned to %d are at %#x and then at %#x", align, ptr, again)
				}
				if next := h.must(h.alloc(1, 1)); next >= ptr+align {
					t.Errorf("no bytes aligned to %d at %#x, and the next block at %#x: more than padding is used up", align, ptr, next)
				}
				// From the very end of the memory.
				h.must(h.alloc(h.pages()*page-h.top(), 1))
				h.must(h.alloc(0, min(align, 1<<30)))
				h.intact()
			}
		})
	}
}

// TestZeroSizeWithoutRoom is the request of no bytes that takes pages, where
// there are none.
func TestZeroSizeWithoutRoom(t *testing.T) {
	for _, text := range []string{"", "--optimize=gas", "--optimize=size", "--oom=trap", "--max-pages=1", "--grow=never", "--grow=double"} {
		t.Run(text, func(t *testing.T) {
			h := compile(t, text).start(t, 1)
			h.refused(func() uint64 { return h.alloc(0, 1<<17) })
			h.must(h.alloc(page-h.top(), 1))
			if got := h.must(h.alloc(0, 1)); got != page {
				t.Errorf("no bytes at the memory's end are at %#x, want %#x", got, page)
			}
			h.refused(func() uint64 { return h.alloc(1, 1) })
		})
	}
}

// TestZeroedCostsWhatAllocCosts compares the instructions of twins of which one
// asks for zeroes: fresh pages have them for nothing.
func TestZeroedCostsWhatAllocCosts(t *testing.T) {
	for _, text := range append([]string{"--grow=double", "--min-align=16", "--fixed-align=8", "--min-align=131072"}, growers...) {
		t.Run(text, func(t *testing.T) {
			m := compile(t, text)
			plain, zeroed := m.start(t, 0), m.start(t, 0)
			for _, size := range []uint64{0, 1, 16, 100, 4096, 65536, 1, 1 << 20, 7} {
				a := plain.fuel(func() { plain.must(plain.alloc(size, 8)) })
				z := zeroed.fuel(func() { zeroed.must(zeroed.allocZeroed(size, 8)) })
				if a == 0 || a != z {
					t.Errorf("%d bytes cost %d with alloc and %d with alloc_zeroed", size, a, z)
				}
			}
		})
	}
}

// TestDirtyIsFilled runs where the host has left bytes all over the memory.
func TestDirtyIsFilled(t *testing.T) {
	for _, text := range []string{"--dirty", "--dirty --target=mvp", "--dirty --oom=trap", "--dirty --fixed-align=16 --target=cosmwasm", "--dirty --optimize=size"} {
		t.Run(text, func(t *testing.T) {
			h := compile(t, text+" --initial-pages=4").start(t, 0)
			mem := h.bytes()
			for i := range mem {
				mem[i] = 0xff
			}
			for _, size := range []uint64{1, 15, 16, 17, 1000, 65536, 0, 1} {
				ptr := h.must(h.allocZeroed(size, 1))
				if after := h.bytes()[ptr+size]; after != 0xff {
					t.Errorf("alloc_zeroed(%d) writes %d behind its block", size, after)
				}
			}
			h.intact()
		})
	}
}

// TestUsedBytesAreNotFresh gives back bytes in every way, and asks for zeroes.
func TestUsedBytesAreNotFresh(t *testing.T) {
	for _, text := range append([]string{"--grow=double", "--min-align=8"}, growers...) {
		t.Run(text, func(t *testing.T) {
			h := compile(t, text).start(t, 0)
			soil := func(ptr, size uint64) { copy(h.bytes()[ptr:], bytes.Repeat([]byte{0xa5}, int(size))) }
			for _, size := range []uint64{64, 1000, 65536, 200_000} {
				ptr := h.must(h.alloc(size, 8))
				soil(ptr, size)
				if got := h.realloc(ptr, size, 8, 10); got != ptr {
					t.Fatalf("the newest block moves from %#x to %#x to shrink", ptr, got)
				}
				h.must(h.allocZeroed(size, 1))
				ptr = h.must(h.alloc(size, 8))
				soil(ptr, size)
				h.dealloc(ptr, size, 8)
				h.must(h.allocZeroed(2*size, 1))
			}
		})
	}
}

// TestNewestGrowsInPlace grows the newest block within a page and across pages,
// and one that is not the newest.
func TestNewestGrowsInPlace(t *testing.T) {
	for _, text := range append([]string{"--grow=double", "--grow=chunk=3", "--min-align=8", "--fixed-align=16", "--max-pages=40"}, growers...) {
		t.Run(text, func(t *testing.T) {
			h := compile(t, text).start(t, 0)
			older := h.must(h.alloc(24, 8))
			ptr, size := h.must(h.alloc(1, 8)), uint64(1)
			for _, more := range []uint64{2, 3, 100, 60_000, 65_536, 65_537, 400_000, 1 << 20} {
				if got := h.must(h.realloc(ptr, size, 8, more)); got != ptr {
					t.Fatalf("the newest block of %d bytes moves from %#x to %#x to get %d", size, ptr, got, more)
				}
				size = more
			}
			if got := h.must(h.realloc(older, 24, 8, 48)); got == older {
				t.Fatal("a block grows over the next one")
			}
			h.intact()
		})
	}
}

// TestNewestAfterZeroSize grows a block behind which there is only one of no bytes.
func TestNewestAfterZeroSize(t *testing.T) {
	for _, text := range growers {
		t.Run(text, func(t *testing.T) {
			h := compile(t, text).start(t, 0)
			ptr := h.must(h.alloc(100, 1))
			h.top()
			h.must(h.realloc(ptr, 100, 1, 100_000))
			none := h.top()
			h.must(h.realloc(none, 0, 1, 70_000))
			h.intact()
		})
	}
}
