// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import "github.com/genalloc/genalloc/contract"

// A bump says when a bump allocator must succeed, and how far up its next
// block may be at most. It follows what was handed out: the addresses come from
// the module, not from here.
type bump struct {
	top uint64 // end of everything handed out, alignment gaps included, at most
	own uint64 // end of the allocator's memory around top
}

// latest returns the highest address at which a block may be placed in a
// memory of mem bytes that can grow to limit bytes, and whether it must be.
//
// The pages behind own are somebody else's if mem is larger: a block that does
// not fit below own then starts behind them.
func (b *bump) latest(size, align, mem, limit uint64) (ptr uint64, must bool) {
	next := up(b.top, align)
	if next+size <= b.own {
		return next, next < addressSpace
	}
	ptr = next
	if b.own < mem {
		ptr = up(max(b.top, mem), align)
	}
	// A block of size 0 has an address inside the memory too, or at its end,
	// but never 2^32, which is null.
	return ptr, ptr+size <= limit && ptr < addressSpace
}

// stays reports whether a block that grows to size bytes must stay in place.
func (b *bump) stays(old span, size, mem, limit uint64) bool {
	if old.from == old.to || old.to != b.top {
		return false
	}
	end := old.from + size
	return end <= b.own || b.own == mem && end <= limit
}

// took notes that the allocator handed out s, and grew the memory to mem
// bytes if grew is set.
func (b *bump) took(s span, grew bool, mem uint64) {
	b.top = max(b.top, s.to)
	if grew {
		b.own = mem
	}
}

// addressSpace is the end of a 32-bit memory.
const addressSpace = 1 << 32

// growth returns by how many pages the policy grows a memory of the given
// pages for a block that needs so many more, with growth beyond limit refused.
func growth(g contract.Grow, need, pages, limit uint64) uint64 {
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
