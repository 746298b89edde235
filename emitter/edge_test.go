// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter_test

import "testing"

// growers are contracts that differ in how the allocator finds and extends what
// is its own, growing by just what is needed up to 4 GiB.
var growers = []string{
	"",
	"--optimize=gas",
	"--optimize=size",
	"--oom=trap",
	"--oom=trap --optimize=gas",
	"--oom=trap --optimize=size",
	"--target=mvp",
	"--target=mvp --optimize=size",
	"--max-pages=65536",
	"--memory=import",
	"--heap-base=import:env.base",
	"--heap-base=import:env.base --optimize=size --oom=trap",
	"--heap-base=1",
	"--fixed-align=1",
	"--fixed-align=1 --optimize=gas",
	"--fixed-align=1 --optimize=size",
}

// TestEdgeCases is the workload of that name by which mini-alloc is measured,
// with every assertion of it.
func TestEdgeCases(t *testing.T) {
	for _, text := range growers {
		t.Run(text, func(t *testing.T) { edgeCases(t, compile(t, text).start(t, 0)) })
	}
}

func edgeCases(t *testing.T, h *host) {
	next := func(size uint64) uint64 { return h.must(h.alloc(size, 1)) }
	mem := func() uint64 { return h.pages() * page }
	expect := func(what string, got, want uint64) {
		t.Helper()
		if got != want {
			t.Fatalf("%s: %d, want %d", what, got, want)
		}
	}
	expect("pages at the start", h.pages(), 1)

	// No bytes use nothing up.
	first := next(0)
	expect("address of no bytes again", next(0), first)
	if first >= page {
		t.Fatalf("the first address %d is not in page 0", first)
	}
	expect("pages after no bytes", h.pages(), 1)

	// The first page to its last byte, then the second in two blocks.
	expect("address of the first page's rest", next(mem()-first), first)
	expect("pages after the first page's rest", h.pages(), 1)
	expect("address of the second page", next(1), page)
	expect("pages after the second page's byte", h.pages(), 2)
	expect("address of the second page's rest", next(mem()-page-1), page+1)
	expect("pages after the second page's rest", h.pages(), 2)

	// More than a page at once.
	expect("address of four pages", next(4*page), 2*page)
	expect("pages after four more", h.pages(), 6)

	rng := uint32(0)
	for h.pages() < 32768 {
		rng = rng*1664525 + 1013904223
		rest := uint64(-uint32(next(0)))
		var size uint64
		switch rng % 4 {
		case 0:
			size = uint64(rng % 1024)
		case 1:
			size = uint64(rng % 65536)
		case 2:
			// The address of what is left of the memory, as a size.
			size = next(mem() - next(0))
		case 3:
			size = uint64(rng % (200 * page))
		}
		at := next(min(size, rest))
		if at == mem() {
			expect("bytes at the memory's end", size, 0)
		} else if at > mem() {
			t.Fatalf("the address %#x is beyond the memory", at)
		}
	}
	h.intact()

	// The published figures of the workload. Its bytes follow from the base, for
	// the first page's rest is among them, and are those of a base of 8208.
	expect("calls", uint64(h.calls), 82)
	expect("pages at the end", h.pages(), 52416)
	expect("bytes asked for, but for the base", h.asked+h.base, 3_435_103_291+8208)
}
