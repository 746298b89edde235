// SPDX-License-Identifier: MIT OR Apache-2.0

package stylus

import "math"

// The price of memory (Nitro, arbos/programs/memory.go and params.go): so many pages are
// free in a transaction, each of the others has a price, and all together another, which
// rises by a constant factor with each page up to 31,873,999 gas for 128.
const (
	freePages = 2
	pageGas   = 1000
	steepness = 0.13497891552 // ln(31,874,000) / 128; Nitro has a table, of these values rounded down
)

// PageGas is the gas that a transaction pays for the pages of one contract's memory, the
// initial ones included.
func PageGas(pages uint64) uint64 {
	if pages <= freePages {
		return 0
	}
	together := func(pages uint64) uint64 { return uint64(math.Exp(steepness * float64(pages))) }
	return (pages-freePages)*pageGas + together(pages) - together(0)
}
