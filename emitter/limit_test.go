// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter_test

import (
	"math/rand/v2"
	"testing"
)

// whole are contracts whose memory can reach 4 GiB, in ways of their own.
var whole = append([]string{
	"--grow=double",
	"--grow=double --oom=trap",
	"--grow=chunk=7 --optimize=size",
	"--min-align=8",
	"--fixed-align=16",
	"--min-align=65536",
	"--initial-pages=65536",
	"--initial-pages=65536 --grow=never --oom=trap",
	"--initial-pages=65536 --heap-base=import:env.base --min-align=8 --optimize=size",
	"--dirty",
}, growers...)

// top is where the next block starts.
func (h *host) top() uint64 {
	h.t.Helper()
	return h.must(h.alloc(0, 1))
}

// TestFill4GiBWithOneBlock hands out everything at once, and asks again.
func TestFill4GiBWithOneBlock(t *testing.T) {
	for _, text := range whole {
		t.Run(text, func(t *testing.T) {
			h := compile(t, text).start(t, 0)
			first := h.top()
			if got := h.must(h.alloc(end-first, 1)); got != first {
				t.Fatalf("the block of all memory is at %#x, want %#x", got, first)
			}
			full(h)
		})
	}
}

// TestFill4GiBWithMixedBlocks gets there in steps, refused ones among them.
func TestFill4GiBWithMixedBlocks(t *testing.T) {
	for _, text := range whole {
		t.Run(text, func(t *testing.T) {
			h := compile(t, text).start(t, 0)
			random := rand.New(rand.NewPCG(3, 4))
			for end-h.top() > 300<<20 {
				// Sizes and alignments of every magnitude, the large ones rarely.
				size := random.Uint64N(1 << random.Uint64N(28))
				align := uint64(1) << min(random.Uint64N(28), random.Uint64N(28))
				h.must(h.alloc(size, align))
				if random.Uint64N(4) == 0 {
					h.refused(func() uint64 { return h.alloc(end-h.top()+1, 1) })
				}
			}
			h.intact()
			h.must(h.alloc(end-h.top()-3*page, 1))
			for range 2 {
				h.must(h.alloc(page, 1))
			}
			h.refused(func() uint64 { return h.alloc(end-h.top()+1, 1) })
			h.must(h.alloc(end-h.top(), 1))
			full(h)
		})
	}
}

// full checks a memory of 4 GiB of which every byte is handed out.
func full(h *host) {
	h.t.Helper()
	if h.pages() != end/page {
		h.t.Fatalf("the memory has %d pages, want all %d", h.pages(), end/page)
	}
	last := h.taken[len(h.taken)-1]
	if last.to != end {
		h.t.Fatalf("the last block ends at %#x, want 2^32", last.to)
	}
	for range 3 {
		for _, align := range []uint64{1, 8, 1 << 17, 1 << 31} {
			for _, size := range []uint64{0, 1, 8, page, end - 1, end - page} {
				h.refused(func() uint64 { return h.alloc(size, align) })
			}
		}
		h.refused(func() uint64 { return h.allocZeroed(1, 1) })
		if size := last.to - last.from; size < end-1 {
			h.refused(func() uint64 { return h.realloc(last.from, size, 1, size+1) })
		}
	}
	h.intact()
	// The last block can still shrink and be given back, and neither makes room.
	if got := h.realloc(last.from, last.to-last.from, 1, 1); got != last.from {
		h.t.Fatalf("the block at %#x moves to %#x to shrink", last.from, got)
	}
	h.dealloc(last.from, 1, 1)
	h.intact()
}

// TestFailureChangesNothing runs the same requests on two instances, with
// hopeless ones thrown in on the second: the rest must be met alike.
func TestFailureChangesNothing(t *testing.T) {
	const limit = 64 // pages
	for _, text := range append([]string{"--max-pages=64", "--grow=never --initial-pages=64", "--grow=never --initial-pages=7"}, whole[:6]...) {
		t.Run(text, func(t *testing.T) { failuresChangeNothing(t, compile(t, text), limit) })
	}
	for _, text := range growers {
		t.Run(text, func(t *testing.T) { failuresChangeNothing(t, compile(t, text), limit) })
	}
}

func failuresChangeNothing(t *testing.T, m compiled, limit uint64) {
	plain, tried := m.start(t, limit), m.start(t, limit)
	random := rand.New(rand.NewPCG(5, 6))
	hopeless := func() {
		for range random.Uint64N(4) {
			size := limit*page + random.Uint64N(end-limit*page)
			align := uint64(1) << random.Uint64N(32)
			tried.refused(func() uint64 { return tried.alloc(size, align) })
			tried.refused(func() uint64 { return tried.allocZeroed(size, align) })
		}
		if m.contract.FixedAlign == 0 {
			tried.refused(func() uint64 { return tried.alloc(1, 1<<31) })
		}
	}
	var newest span
	newestAlign := uint64(1)
	for step := range 300 {
		hopeless()
		size := random.Uint64N(1 << random.Uint64N(18))
		align := uint64(1) << random.Uint64N(10)
		want, got := plain.alloc(size, align), tried.alloc(size, align)
		if got != want {
			t.Fatalf("step %d: alloc(%d, %d) = %#x after failures, %#x without", step, size, align, got, want)
		}
		if want != 0 {
			newest, newestAlign = span{want, want + size}, align
		}
		if step%7 == 0 && newest.to > newest.from {
			old, more := newest.to-newest.from, newest.to-newest.from+random.Uint64N(1000)
			tried.refused(func() uint64 { return tried.realloc(newest.from, old, newestAlign, limit*page+random.Uint64N(page)) })
			want, got := plain.realloc(newest.from, old, newestAlign, more), tried.realloc(newest.from, old, newestAlign, more)
			if got != want {
				t.Fatalf("step %d: realloc(%#x, %d, %d, %d) = %#x after failures, %#x without", step, newest.from, old, newestAlign, more, got, want)
			}
			if want != 0 {
				newest = span{want, want + more}
			}
		}
		if step%11 == 0 && plain.pages() < limit && plain.pages() < uint64(m.contract.PageLimit()) {
			plain.grow(1)
			tried.grow(1)
		}
		if plain.pages() != tried.pages() {
			t.Fatalf("step %d: %d pages after failures, %d without", step, tried.pages(), plain.pages())
		}
	}
	tried.intact()
}

// TestFailsOnlyWhereItMust asks for one byte more than there is, and then for
// what there is, at each distance from the limit.
func TestFailsOnlyWhereItMust(t *testing.T) {
	for _, text := range []string{
		"", "--optimize=gas", "--optimize=size", "--oom=trap", "--grow=double", "--grow=chunk=4", "--target=mvp",
		"--heap-base=import:env.base", "--memory=import", "--max-pages=9",
	} {
		t.Run(text, func(t *testing.T) {
			m := compile(t, text)
			for limit := range uint64(9) {
				h := m.start(t, limit+1)
				for used := uint64(0); used < (limit+1)*page-h.top(); used += 30011 {
					h.must(h.alloc(min(used, 100), 1))
					rest := (limit+1)*page - h.top()
					h.refused(func() uint64 { return h.alloc(rest+1, 1) })
				}
				h.must(h.alloc((limit+1)*page-h.top(), 1))
				h.refused(func() uint64 { return h.alloc(1, 1) })
				h.intact()
			}
		})
	}
}
