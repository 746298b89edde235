// SPDX-License-Identifier: MIT OR Apache-2.0

package judge

import (
	"slices"
	"sort"

	"github.com/genalloc/genalloc/validate/ledger"
)

// A Block is a live allocation.
type Block struct {
	Number int // in scripts
	ledger.Block
	align  uint64 // bytes
	handle uint64 // what the ABI knows it by
	seed   uint64 // of its pattern

	given   bool   // it has memory of its own, and a number
	history uint64 // how many allocations were before the one that made it
	counted bool   // by a module that counts
	bytes   uint64 // what it is counted for
}

// SizeOr returns the block's size, or n if there is no block.
func (b *Block) SizeOr(n uint64) uint64 {
	if b == nil {
		return n
	}
	return b.Size()
}

// FromOr returns the block's address, or addr if there is no block.
func (b *Block) FromOr(addr uint64) uint64 {
	if b == nil {
		return addr
	}
	return b.From
}

// owners is a model that tracks every byte's owner: a live block, a host that grew
// the memory, or nobody. It learns from what calls returned and knows no strategy.
type owners struct {
	base    uint64
	live    []*Block      // size above 0, by address; disjoint
	foreign []ledger.Span // pages that others grew, by address; disjoint
	mem     uint64        // bytes
}

// after returns the index of the first live block that ends behind addr.
func (o *owners) after(addr uint64) int {
	return sort.Search(len(o.live), func(i int) bool { return o.live[i].To > addr })
}

// clash returns a live block other than except that shares a byte with s.
func (o *owners) clash(s ledger.Span, except *Block) *Block {
	for i := o.after(s.From); i < len(o.live) && o.live[i].From < s.To; i++ {
		if o.live[i] != except && o.live[i].Overlaps(s) {
			return o.live[i]
		}
	}
	return nil
}

// trespass returns foreign pages that share a byte with s, if there are any.
func (o *owners) trespass(s ledger.Span) (ledger.Span, bool) {
	for _, f := range o.foreign {
		if f.Overlaps(s) {
			return f, true
		}
	}
	return ledger.Span{}, false
}

func (o *owners) add(b *Block) {
	if b.Size() > 0 {
		o.live = slices.Insert(o.live, o.after(b.From), b)
	}
}

func (o *owners) remove(b *Block) {
	if i := o.after(b.From); i < len(o.live) && o.live[i] == b {
		o.live = slices.Delete(o.live, i, i+1)
	}
}

// grown enters that somebody else grew the memory to mem bytes.
func (o *owners) grown(mem uint64) {
	if mem > o.mem {
		o.foreign = append(o.foreign, ledger.Span{From: o.mem, To: mem})
	}
	o.mem = mem
}
