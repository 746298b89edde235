// SPDX-License-Identifier: MIT OR Apache-2.0

package ledger

import (
	"fmt"
	"math"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/unit"
)

var anyStrategy = strategy{
	terms: Terms{Statics: true, EmptyAnywhere: true, MayRefuse: true, OnlyDefined: true},
	open: func(c contract.Contract, base, own uint64) Ledger {
		return &thirdParty{newBump(c, base, own), c.ABI == contract.C}
	},
}

// A thirdParty module places blocks and grows the memory by rules of its own. It
// owes only what every allocator owes. Top and Own are those of a bump allocator:
// an estimate that brings the sizes of checks near the end of the memory.
type thirdParty struct {
	bump
	c bool // the functions are C's
}

func (a *thirdParty) Fill(size uint64) uint64 { return size }

func (a *thirdParty) Marked() uint64 { return 0 }

func (a *thirdParty) Rewound(uint64) {}

func (a *thirdParty) Idle(before, after uint64) *Breach { return nil }

func (a *thirdParty) Placed(r Request, at, pages uint64) *Breach {
	if !r.NoRoom {
		a.took(at-r.Lead+r.Room(), pages > r.Pages, pages)
	}
	return nil
}

// Refused: there is no reason to refuse while the memory can still grow by half as
// much again as was asked for, the alignment twice over and 2 pages. Above
// PTRDIFF_MAX, 2^31 - 1, no allocator for C owes a block: the difference of two
// addresses in it would not be a number of C's.
func (a *thirdParty) Refused(r Request) *Breach {
	need := r.Size + r.Size/2 + 2*r.Align + 2*contract.PageSize
	if a.c && need > math.MaxInt32 || r.Pages*contract.PageSize+need > Reach(a.grow, r.Limit) {
		return nil
	}
	return &Breach{"null", fmt.Sprintf("a block of %s, with room to grow from %s to %s", unit.Bytes(r.Size), unit.Pages(r.Pages), unit.Pages(r.Limit)), "null"}
}
