// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings

import "github.com/genalloc/genalloc/contract"

// bumpNumbers are what bump's inlined code mentions.
type bumpNumbers struct {
	Window      uint32 // bytes less 1: in the page that top lies in, a block needs no other check
	Round       bool   // an address is rounded up to the alignment that the caller names
	Large       bool   // blocks are aligned to more than a page, which top is not
	Next        bool   // each block's end is rounded up to the least alignment, so that top is a multiple of it
	AlignMinus1 uint32 // of the least alignment
}

func inlineBump(c contract.Contract) *inlining {
	in := &inlining{
		blocks: map[contract.Role]string{contract.Allocates: "bump", contract.Frees: "bump", contract.Resizes: "bump"},
		Own: bumpNumbers{
			Window:      contract.PageSize - 1,
			Round:       c.FixedAlign == 0,
			Large:       c.Align() > contract.PageSize,
			Next:        c.Align() > 1 && c.Align() <= contract.PageSize,
			AlignMinus1: c.Align() - 1,
		},
	}
	if !c.Dirty && !c.HasRole(contract.Releases, contract.Resets) {
		in.blocks[contract.AllocatesZeroed] = "bump" // all memory is fresh
	}
	return in
}
