// SPDX-License-Identifier: MIT OR Apache-2.0

package ledger

import (
	"testing"

	"github.com/genalloc/genalloc/contract"
)

func TestStep(t *testing.T) {
	exact, double := contract.Grow{Policy: contract.GrowExact}, contract.Grow{Policy: contract.GrowDouble}
	chunk := contract.Grow{Policy: contract.GrowChunk, Chunk: 4}
	for _, test := range []struct {
		policy                   contract.Grow
		need, pages, limit, want uint64
	}{
		{exact, 3, 1, 65536, 3},
		{chunk, 1, 1, 65536, 4},
		{chunk, 4, 1, 65536, 4},
		{chunk, 5, 1, 65536, 8},
		{chunk, 5, 1, 9, 8},
		{chunk, 5, 1, 8, 5},
		{double, 1, 6, 65536, 6},
		{double, 7, 6, 65536, 7},
		{double, 1, 6, 11, 1},
	} {
		if got := step(test.policy, test.need, test.pages, test.limit); got != test.want {
			t.Errorf("step(%v, need %d, pages %d, limit %d) = %d, want %d", test.policy, test.need, test.pages, test.limit, got, test.want)
		}
	}
}
