// SPDX-License-Identifier: MIT OR Apache-2.0

package ledger

import (
	"cmp"
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/unit"
)

var bumpStrategy = strategy{
	terms: Terms{Consecutive: true},
	open: func(c contract.Contract, base, own uint64) Ledger {
		b := newBump(c, base, own)
		return &b
	},
}

// A bump allocator places each block behind all others. It owes nothing for a block
// that is given back, but it may use that memory again: top is an upper bound. What a
// mark's release takes back is handed out again.
type bump struct {
	top     uint64 // end of everything handed out, alignment gaps included, at most
	high    uint64 // the highest that top has been before it moved down
	floor   uint64 // the lowest that top can be: the base, or the end of foreign pages below top
	space   uint64 // end of all addresses
	own     uint64 // end of the allocator's memory around top
	grow    contract.Grow
	rises   bool // the release of a mark above top moves top up to it
	dirty   bool // a host wrote to the memory before the first call
	refused refusal
}

func newBump(c contract.Contract, base, own uint64) bump {
	return bump{top: base, floor: base, space: c.Space(), own: own, grow: c.Grow, rises: c.ABI == contract.OPA, dirty: c.Dirty}
}

func (b *bump) Top() uint64 { return b.top }
func (b *bump) Own() uint64 { return b.own }

func (b *bump) Fill(size uint64) uint64 {
	if b.dirty {
		return size
	}
	return min(size, max(b.high, b.top)-b.top)
}

func (b *bump) Idle(before, after uint64) *Breach {
	if before != after {
		return &Breach{"growth", "the memory stays at " + unit.Pages(before), unit.Pages(after)}
	}
	return nil
}

// Ended: what was refused before may fit where a block was.
func (b *bump) Ended(...Block) { b.refused = refusal{} }

func (b *bump) Marked() uint64 { return b.top }

// Rewound: pages of somebody else lie below the floor, so that top stays above it.
func (b *bump) Rewound(from uint64) {
	b.refused = refusal{}
	b.high = max(b.high, b.top)
	if !b.rises {
		from = min(b.top, from)
	}
	b.top = max(from, b.floor)
}

func (b *bump) Refused(r Request) *Breach {
	if r.Old == nil {
		b.refused.note(b, r)
	} else if r.Size <= r.Old.Size() {
		return &Breach{"shrink", fmt.Sprintf("the block stays at %#x", r.Old.From), "null"}
	} else if b.stays(r) {
		return &Breach{"null", fmt.Sprintf("the newest block grows in place at %#x to %s, within %s", r.Old.From, unit.Bytes(r.Size), unit.Pages(r.Limit)), "null"}
	}
	if at, must := b.latest(r); must {
		return &Breach{"null", fmt.Sprintf("a block: there is room for %s at %#x, within %s", unit.Bytes(r.Size), at, unit.Pages(r.Limit)), "null"}
	}
	return nil
}

func (b *bump) Placed(r Request, at, pages uint64) *Breach {
	if r.NoRoom {
		return b.Idle(r.Pages, pages)
	}
	end := at - r.Lead + r.Room()
	if breach := cmp.Or(b.place(r, at), growth(b.grow, end, pages, r)); breach != nil {
		return breach
	}
	if r.Old != nil {
		b.Ended(*r.Old)
	}
	if mem := r.Pages * contract.PageSize; b.own < mem && end > b.own {
		b.floor = mem
	}
	// A block of size 0 can lie above top, and stays there; nothing is handed out.
	if r.Old == nil || at != r.Old.From || r.Size > r.Old.Size() {
		b.took(end, pages > r.Pages, pages)
	}
	return nil
}

// place judges where a block is. What a resize leaves in place is right.
func (b *bump) place(r Request, at uint64) *Breach {
	got := fmt.Sprintf("%#x", at)
	switch old := r.Old; {
	case old == nil && b.refused.covers(b, r):
		return &Breach{"refusal", fmt.Sprintf("null again: nothing has changed since a request for %s aligned to %d was refused", unit.Bytes(b.refused.size), b.refused.align), got}
	case old == nil:
	case at == old.From:
		return nil
	case r.Size <= old.Size():
		return &Breach{"shrink", fmt.Sprintf("the block stays at %#x", old.From), got}
	case b.stays(r):
		return &Breach{"in-place", fmt.Sprintf("the newest block grows in place at %#x", old.From), got}
	}
	if latest, _ := b.latest(r); at > latest {
		return &Breach{"waste", fmt.Sprintf("an address up to %#x", latest), got}
	}
	return nil
}

// latest returns the highest address that the block may have, and whether there
// must be a block.
//
// The pages behind own are somebody else's if the memory is larger: a block that
// does not fit below own then starts behind them.
func (b *bump) latest(r Request) (at uint64, must bool) {
	mem, next := r.Pages*contract.PageSize, Up(b.top, r.Align)
	if next+r.Room() <= b.own {
		return next + r.Lead, next < b.space
	}
	if b.own < mem {
		next = Up(max(b.top, mem), r.Align)
	}
	// A block of size 0 has an address inside the memory too, or at its end,
	// but never 2^32, which is null.
	return next + r.Lead, next+r.Room() <= Reach(b.grow, r.Limit) && next < b.space
}

// stays reports whether the block to resize must grow in place.
func (b *bump) stays(r Request) bool {
	if r.Old.Size() == 0 || r.Old.To != b.top {
		return false
	}
	end := r.Old.From + r.Size
	return end <= b.own || b.own == r.Pages*contract.PageSize && end <= Reach(b.grow, r.Limit)
}

// took enters that everything up to end is handed out, and that the allocator grew
// the memory, if it did.
func (b *bump) took(end uint64, grew bool, pages uint64) {
	b.top = max(b.top, end)
	if grew {
		b.own = pages * contract.PageSize
	}
}

// A refusal is the smallest request that was refused in a state of the ledger. A
// request for as much in the same state has to be refused as well, since a refusal
// changes nothing.
type refusal struct {
	noted             bool
	size, align       uint64 // bytes
	top, pages, limit uint64 // the state
}

func (f *refusal) same(b *bump, r Request) bool {
	return f.noted && f.top == b.top && f.pages == r.Pages && f.limit == r.Limit
}

// note keeps a request that was refused, if none that is smaller is known.
func (f *refusal) note(b *bump, r Request) {
	if !f.same(b, r) || r.Size <= f.size && r.Align <= f.align {
		*f = refusal{true, r.Size, r.Align, b.top, r.Pages, r.Limit}
	}
}

// covers reports whether a request asks for as much as the one that was refused.
func (f *refusal) covers(b *bump, r Request) bool {
	return f.same(b, r) && r.Size >= f.size && r.Align >= f.align
}
