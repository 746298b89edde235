// SPDX-License-Identifier: MIT OR Apache-2.0

package judge

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/genalloc/genalloc/validate/ledger"
)

// The model's intervals against the same question asked byte by byte.
func TestOwners(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var owner [64]*Block
		var o owners
		draw := func(n int) uint64 { return uint64(rapid.IntRange(0, n).Draw(t, "n")) }
		for range draw(30) {
			from := draw(60)
			b := &Block{Block: ledger.Block{Span: ledger.Span{From: from, To: min(from+draw(12), 64)}}}
			var hit bool
			for _, other := range owner[b.From:b.To] {
				hit = hit || other != nil
			}
			found := o.clash(b.Span, nil)
			if (found != nil) != hit {
				t.Fatalf("%v: clash with %v, want %v", b.Span, found, hit)
			}
			if found != nil {
				if o.clash(b.Span, found) == found {
					t.Fatalf("%v: clash with the block left out", b.Span)
				}
				o.remove(found)
				for i := range owner {
					if owner[i] == found {
						owner[i] = nil
					}
				}
				continue
			}
			o.add(b)
			for i := b.From; i < b.To; i++ {
				owner[i] = b
			}
		}
	})
}
