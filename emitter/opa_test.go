// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter_test

import (
	"bytes"
	"testing"

	"github.com/genalloc/genalloc/contract"
)

// TestHeapPointer does with opa's pointer what its hosts do, and what the judge, for whom a
// mark means nothing, does not: it starts the heap, and moves the pointer up behind bytes of
// the host's own, for which this grows the memory.
func TestHeapPointer(t *testing.T) {
	for _, flags := range []string{
		"", "--strategy=stack", "--min-align=8", "--grow=double --max-pages=100", "--heap-base=import:env.base", "--grow=never --initial-pages=9",
	} {
		t.Run(flags, func(t *testing.T) {
			h := compile(t, "--abi=opa "+flags).start(t, 0)
			const base, input = 4096, 3*page + 104
			h.call("opa_malloc_init", base)
			if got := h.call("opa_heap_ptr_get"); got != base {
				t.Fatalf("the heap starts at %d, want %d", got, base)
			}
			for round := range 3 {
				if h.pages() < 4 {
					_, err := h.memory.Grow(h.store, 3)
					must(t, err)
				}
				want := bytes.Repeat([]byte{byte(round + 1)}, input)
				copy(h.bytes()[base:], want)
				h.call("opa_heap_ptr_set", base+input)
				end := uint64(base + input)
				for size := uint64(1); size < 100_000; size = size*3 + 1 {
					block := h.call("opa_malloc", size)
					if block < end || block%contract.OPAAlign != 0 {
						t.Fatalf("round %d: a block of %d bytes at %d, and the pointer was at %d", round, size, block, end)
					}
					end = block + size
					clear(h.bytes()[block:end])
				}
				if !bytes.Equal(h.bytes()[base:base+input], want) {
					t.Errorf("round %d: the host's bytes have changed", round)
				}
				if h.call("opa_heap_ptr_set", base); h.call("opa_heap_ptr_get") != base {
					t.Errorf("round %d: the pointer stays at %d", round, h.call("opa_heap_ptr_get"))
				}
			}
			if pages := h.pages(); pages > 9 {
				t.Errorf("%d pages at the end", pages)
			}
		})
	}
}
