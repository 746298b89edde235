// SPDX-License-Identifier: MIT OR Apache-2.0

package ledger

import "github.com/genalloc/genalloc/contract"

// A Layout says whose memory is whose when a module has started, in bytes.
type Layout struct {
	Heads   Span   // the allocator's own words; empty if it has none
	Start   uint64 // the lowest address that is handed out
	Own     uint64 // end of the allocator's memory around it
	Foreign Span   // pages that were somebody else's before
	Shared  Span   // pages that threads share out
	Mem     uint64 // end of the memory
}

// LayoutOf returns the layout for a heap base and a memory of mem bytes before the
// module starts. The allocator owns the pages that the contract declares, and the rest
// of the page in which an imported base lies. Heads of lists that do not fit there, or
// a block's header behind them, get a page of their own behind the memory.
func LayoutOf(c contract.Contract, base, mem uint64) Layout {
	own := uint64(c.InitialPages) * contract.PageSize
	if c.HeapBase.Imported() {
		own = max(own, Up(base, contract.PageSize))
	}
	own = min(own, mem)
	l := Layout{Start: base, Own: own, Foreign: Span{own, mem}, Mem: mem}
	switch {
	case c.HeadsSize() > 0 && c.Threads:
		l.placeStacks(c, base)
	case c.HeadsSize() > 0:
		l.placeHeads(c, base)
	case c.SharesStart():
		l.placeWord(c, base)
	}
	return l
}

// placeStacks: threads find each other's blocks at the base, or below it where the linker
// lays that out. Their heads are in pages that each claims: one at least, as a module starts.
func (l *Layout) placeStacks(c contract.Contract, base uint64) {
	from, size := uint64(c.Stacks()), uint64(c.StacksSize())
	switch {
	case c.HeapBase.Linker:
		from = (max(base, size) - size) &^ 7
	case c.HeapBase.Imported():
		from = Up(base, 8)
	}
	if l.Heads = (Span{from, from + size}); c.HasStart() {
		l.Mem += contract.PageSize
	}
}

// placeWord: threads count the pages taken of those at the start in a word at the base, or
// in one that the linker lays out below it.
func (l *Layout) placeWord(c contract.Contract, base uint64) {
	const word = 4
	from := Up(base, word)
	if c.HeapBase.Linker {
		from = (max(base, word) - word) &^ (word - 1)
	}
	l.Heads = Span{from, from + word}
	first := Up(max(base, l.Heads.To), contract.PageSize)
	l.Shared = Span{first, max(first, l.Own)}
}

func (l *Layout) placeHeads(c contract.Contract, base uint64) {
	size, headAlign := uint64(c.HeadsSize()), uint64(c.PointerSize())
	from := Up(base, headAlign)
	switch {
	case c.HeapBase.Linker: // which lays them out below the base, as data
		from = (max(base, size) - size) &^ (headAlign - 1)
		l.Heads = Span{from, from + size}
		return
	case c.HeapBase.Imported() && from+size+uint64(c.ListHeader()) > l.Own:
		from = l.Mem
		l.Mem += contract.PageSize
		l.Own = l.Mem
	case !c.HeapBase.Imported():
		// Those of a small base begin a little further up: heads that do not exist, for
		// sizes above --max-block, would lie below 0.
		size += max(from, uint64(c.FirstHead())*headAlign) - from
	}
	l.Heads = Span{from, from + size}
	l.Start = l.Heads.To
}
