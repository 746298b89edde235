// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings

import (
	"math/bits"

	"github.com/genalloc/genalloc/contract"
)

// listsNumbers are what the inlined code of lists mentions. See Contract.FirstHead.
type listsNumbers struct {
	Heads    uint32 // how many there are
	First    uint32 // the number of the first one
	Classes  uint32 // in each doubling of the size
	TopBits  int    // 31 less log2 of Classes
	UnitBits int    // log2 of the step in which sizes are told apart
	Unit1    uint32 // that step, less 1
	Below    uint32 // the bits of a size of 2^31 that do not tell its class
	Low      uint32 // bits that are set in each size less 1, for --min-align
	Largest  uint32 // size in units, less 1, of the largest class
	Limited  bool   // there are no heads for larger ones
}

func inlineLists(c contract.Contract) *inlining {
	classBits := bits.Len32(c.Classes) - 1
	n := listsNumbers{
		Heads:    c.HeadsSize() / 4,
		First:    c.FirstHead(),
		Classes:  c.Classes,
		TopBits:  31 - classBits,
		UnitBits: bits.Len32(c.ListUnit()) - 1,
		Unit1:    c.ListUnit() - 1,
		Below:    1<<(31-classBits) - 1,
		Largest:  uint32(c.ClassSize(c.MaxBlock, 1)-1) / c.ListUnit(),
		Limited:  c.LimitsBlocks(),
	}
	if c.Align() > c.ListUnit() {
		n.Low = c.Align() - 1
	}
	return &inlining{
		blocks: map[contract.Role]string{contract.Allocates: "lists", contract.Frees: "lists"},
		Own:    n,
	}
}
