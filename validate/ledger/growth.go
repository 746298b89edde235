// SPDX-License-Identifier: MIT OR Apache-2.0

package ledger

import (
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/unit"
)

// Reach returns the end in bytes of the largest memory that the allocator can get.
func Reach(g contract.Grow, limit uint64) uint64 {
	if g.Policy == contract.GrowNever {
		return 0
	}
	return limit * contract.PageSize
}

// growth judges by how much the call grew the memory for a block that ends at end.
func growth(g contract.Grow, end, pages uint64, r Request) *Breach {
	want := uint64(0)
	if to := Up(end, contract.PageSize) / contract.PageSize; to > r.Pages {
		want = step(g, to-r.Pages, r.Pages, r.Limit)
	}
	if got := pages - r.Pages; got != want {
		return &Breach{"growth", "growth by " + unit.Pages(want), fmt.Sprintf("%d, from %d to %d", got, r.Pages, pages)}
	}
	return nil
}

// step returns by how many pages the policy grows a memory of the given pages for a
// block that needs so many more, with growth beyond limit refused.
func step(g contract.Grow, need, pages, limit uint64) uint64 {
	want := need
	switch g.Policy {
	case contract.GrowChunk:
		chunk := uint64(g.Chunk)
		want = (need + chunk - 1) / chunk * chunk
	case contract.GrowDouble:
		want = max(need, pages)
	}
	if pages+want > limit {
		return need
	}
	return want
}
