// SPDX-License-Identifier: MIT OR Apache-2.0

// Package ledger says what an allocator owes after each call.
//
// Some promises hold for every allocator: a block is aligned, inside the memory
// and apart from every other block. They are judged without a ledger. A ledger
// adds what one strategy owes: how high a block may lie, which request must not be
// refused, by how much the memory may grow, and what a refusal or the end of a
// block changes.
//
// A ledger computes no address of its own. It follows the addresses that the module
// returned and states bounds on the next one. Each strategy is one file and one row
// of the table.
package ledger

import (
	"github.com/genalloc/genalloc/contract"
)

// A Ledger follows one instance of an allocator.
type Ledger interface {
	// Placed judges a block at an address and enters it. pages is the size of
	// the memory after the call. A resized block ends here.
	Placed(r Request, at, pages uint64) *Breach
	// Refused judges a request that got no block, and notes the refusal.
	Refused(r Request) *Breach
	// Idle judges the size of the memory, in pages before and after, around a
	// call that hands out nothing.
	Idle(before, after uint64) *Breach
	// Ended enters that one call ended the life of blocks, the oldest first.
	Ended(blocks ...Block)
	// Marked is the address from which on the release of a mark takes memory back that
	// is made now; 0 if it takes back what was handed out since, wherever that lies.
	Marked() uint64
	// Rewound enters that a release took back what lies from an address on; a reset,
	// all that there is.
	Rewound(from uint64)
	// Fill returns how many bytes of a zeroed block of that size the allocator
	// has to clear by force, at most. The others are zero without a fill.
	Fill(size uint64) uint64
	// Top is the end of all that was handed out, or more: the address from which
	// on memory is unused. Own is the end of the allocator's memory around it.
	// Checks choose sizes by them.
	Top() uint64
	Own() uint64
}

// Terms are what a strategy's modules may do whatever the calls are. The zero value
// is the strictest.
type Terms struct {
	// Statics: what is below the heap base belongs to the module, and so does
	// every page that is there before the first call, as linkers lay memory out.
	Statics bool
	// EmptyAnywhere: a block of size 0 may have any aligned address, and for C be null.
	EmptyAnywhere bool
	// MayRefuse: a request that would fit may be refused, though that counts.
	MayRefuse bool
	// OnlyDefined: calls that the standard of their ABI leaves open are not made.
	OnlyDefined bool
	// Consecutive: as long as no block ends, each begins at the first aligned
	// address behind the one before.
	Consecutive bool
}

// A strategy is what this package knows of one.
type strategy struct {
	terms Terms
	open  func(c contract.Contract, base, own uint64) Ledger
}

var strategies = map[contract.Strategy]strategy{
	contract.Bump:  bumpStrategy,
	contract.Stack: stackStrategy,
	contract.Lists: listsStrategy,
	contract.Any:   anyStrategy,
}

// New opens the ledger of the contract's strategy, for a heap base in a memory of mem
// bytes before the module starts.
func New(c contract.Contract, base, mem uint64) Ledger {
	l := LayoutOf(c, base, mem)
	return of(c).open(c, l.Start, l.Own)
}

// of returns the strategy by which a contract is judged. Whatever lies beneath a layer that
// finds misuse, what it hands out is the layer's affair. Lists of threads hand out what other
// threads gave back when it suits them.
func of(c contract.Contract) strategy {
	switch {
	case c.Threads && c.ListUnit() == 0:
		return threadsStrategy
	case !c.Threads && c.Debug == contract.DebugOff:
		return strategies[c.Strategy]
	}
	return strategy{terms: Terms{MayRefuse: true}, open: strategies[contract.Any].open}
}

// TermsOf returns the terms of the contract's strategy.
func TermsOf(c contract.Contract) Terms { return of(c).terms }

// A Request is a call that asks for a block, and the memory in which it is made.
type Request struct {
	Size   uint64 // bytes
	Lead   uint64 // bytes that the ABI keeps before the block
	Align  uint64 // alignment in bytes of the lead and the block together
	NoRoom bool   // the ABI has an address for blocks of size 0, so that they take no room
	Old    *Block // the block to resize; nil for a new one
	Pages  uint64 // size of the memory before the call
	Limit  uint64 // pages; growth beyond is refused
}

// Room returns the bytes that the lead and the block take.
func (r Request) Room() uint64 { return room(r.Lead, r.Size) }

// room: behind a lead, a block takes a byte at least. Otherwise a block of size 0
// could be at 2^32, which is null.
func room(lead, size uint64) uint64 {
	if lead > 0 {
		size = max(size, 1)
	}
	return lead + size
}

// A Block is memory that was handed out.
type Block struct {
	Span
	Lead uint64 // bytes before it that the ABI keeps
}

// Room returns the bytes that the lead and the block take.
func (b Block) Room() Span {
	from := b.From - b.Lead
	return Span{from, from + room(b.Lead, b.Size())}
}

// A Breach is a promise that a call broke. Its text forms one sentence: expected
// this, got that.
type Breach struct {
	Rule     string // what was broken: waste, growth, …
	Expected string
	Got      string
}

func (b *Breach) Error() string { return b.Expected + " expected, got " + b.Got }
