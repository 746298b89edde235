// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"slices"
	"sort"

	"github.com/genalloc/genalloc/contract"
)

// A span is the bytes [from, to). Addresses are 64 bits wide here, so that no
// sum of two of them wraps.
type span struct{ from, to uint64 }

// overlaps reports whether they share a byte. An empty span shares none.
func (s span) overlaps(o span) bool { return max(s.from, o.from) < min(s.to, o.to) }

// A block is a live allocation.
type block struct {
	number int
	span
	align  uint64
	handle uint64 // what the ABI knows it by
	seed   uint64 // of its pattern
}

func (b *block) size() uint64 { return b.to - b.from }

// An oracle knows whom each byte of the memory belongs to. It is told what
// calls returned, and remembers intervals: it knows no allocator.
type oracle struct {
	base    uint64
	live    []*block // size above 0, by address; disjoint
	foreign []span   // pages that others grew, by address; disjoint
	mem     uint64   // bytes
}

// after returns the index of the first live block that ends behind addr.
func (o *oracle) after(addr uint64) int {
	return sort.Search(len(o.live), func(i int) bool { return o.live[i].to > addr })
}

// clash returns a live block other than except that shares a byte with s.
func (o *oracle) clash(s span, except *block) *block {
	for i := o.after(s.from); i < len(o.live) && o.live[i].from < s.to; i++ {
		if o.live[i] != except && o.live[i].overlaps(s) {
			return o.live[i]
		}
	}
	return nil
}

// trespass returns foreign pages that share a byte with s.
func (o *oracle) trespass(s span) (span, bool) {
	for _, f := range o.foreign {
		if f.overlaps(s) {
			return f, true
		}
	}
	return span{}, false
}

func (o *oracle) add(b *block) {
	if b.size() > 0 {
		o.live = slices.Insert(o.live, o.after(b.from), b)
	}
}

func (o *oracle) remove(b *block) {
	if i := o.after(b.from); i < len(o.live) && o.live[i] == b {
		o.live = slices.Delete(o.live, i, i+1)
	}
}

// grown notes that somebody else grew the memory to mem bytes.
func (o *oracle) grown(mem uint64) {
	if mem > o.mem {
		o.foreign = append(o.foreign, span{o.mem, mem})
	}
	o.mem = mem
}

// up rounds addr up to a multiple of align, a power of two.
func up(addr, align uint64) uint64 { return (addr + align - 1) &^ (align - 1) }

// pagesFor is the size in pages of the smallest memory of that many bytes.
func pagesFor(bytes uint64) uint64 { return up(bytes, contract.PageSize) / contract.PageSize }

// ours returns the end of what belongs to the allocator before the first call
// in a memory of mem bytes: what it declares, and the rest of the page where
// an imported base lies.
func ours(c contract.Contract, base, mem uint64) uint64 {
	end := uint64(c.InitialPages) * contract.PageSize
	if c.HeapBase.Imported() {
		end = max(end, up(base, contract.PageSize))
	}
	return min(end, mem)
}
