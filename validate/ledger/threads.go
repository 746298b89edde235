// SPDX-License-Identifier: MIT OR Apache-2.0

package ledger

import (
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/unit"
)

// threadsStrategy is that of a module whose memory threads share, judged by the one
// instance that there is.
var threadsStrategy = strategy{
	open: func(c contract.Contract, base, own uint64) Ledger {
		t := &threads{bump: newBump(c, base, own), chunk: uint64(c.Chunk), large: uint64(c.LargeBlock())}
		if c.Memory == contract.ImportMemory {
			t.top, t.own, t.empty = own, own, true
		}
		l := LayoutOf(c, base, own)
		t.next, t.end = l.Shared.From, l.Shared.To
		return t
	},
}

// A thread has a chunk of pages, up to own, and places each block behind the one before. A
// block that does not fit is placed in pages that the thread claims: of those that the
// memory has at the start, or by growth. These are a chunk, unless the block would be a
// large part of it or so much is refused; then they are what the block needs wherever they
// lie, as others may have the page behind the chunk. If nobody has, the chunk goes on.
// Otherwise the larger rest, of the chunk or of the new pages, is the chunk from then on.
type threads struct {
	bump
	chunk, large uint64 // pages: of a chunk, and above which a block has its own
	next, end    uint64 // what nobody has claimed of the memory at the start
	empty        bool   // there is no chunk yet
	lost         bool   // a resize may have claimed twice, and the chunk is not known
}

// A claim is where the pages lie that a request claims, and whether there are such.
type claim struct {
	from, pages uint64
	grows       bool // the memory
	ok          bool
}

// fits reports whether the chunk has room for a block. A size of 0 counts as 1.
func (t *threads) fits(r Request) bool {
	return !t.empty && Up(t.top, r.Align)+max(r.Room(), 1) <= t.own
}

// claims returns what a request claims. Pages are aligned to their own size and to nothing
// else, and a page more than that takes is allowed for an alignment of a page or larger.
func (t *threads) claims(r Request) claim {
	room := max(r.Room(), 1)
	if r.Align >= contract.PageSize {
		room += r.Align
	}
	need := Up(room, contract.PageSize) / contract.PageSize
	want := need
	if need <= t.large {
		want = t.chunk
	}
	if rest := (t.end - t.next) / contract.PageSize; rest >= need {
		return claim{from: t.next, pages: min(want, rest), ok: true}
	}
	if r.Pages+want > r.Limit {
		want = need
	}
	return claim{from: r.Pages * contract.PageSize, pages: want, grows: true, ok: r.Pages+want <= r.Limit}
}

func (t *threads) Refused(r Request) *Breach {
	if r.Old == nil {
		t.refused.note(&t.bump, r)
	} else if r.Size <= r.Old.Size() {
		return t.bump.Refused(r)
	}
	x := t.claims(r)
	t.lost = t.lost || r.Old != nil && t.prolongs(r) && !t.claims(t.behind(r)).grows
	if t.lost || !t.fits(r) && !x.ok {
		return nil
	}
	return &Breach{"null", fmt.Sprintf("a block: there is room for %s in %s, within %s", unit.Bytes(r.Size), unit.Pages(max(r.Pages, x.from/contract.PageSize+x.pages)), unit.Pages(r.Limit)), "null"}
}

func (t *threads) Placed(r Request, at, pages uint64) *Breach {
	switch {
	case r.NoRoom:
		return t.Idle(r.Pages, pages)
	case r.Old != nil:
		return t.resized(r, at, pages)
	}
	if t.refused.covers(&t.bump, r) {
		return t.place(r, at)
	}
	from, grown := Up(t.top, r.Align), uint64(0)
	x := t.claims(r)
	prolongs := !t.empty && x.from == t.own
	if !t.fits(r) {
		if x.grows {
			grown = x.pages
		}
		if !prolongs {
			from = Up(x.from, r.Align)
		}
	}
	switch got := pages - r.Pages; {
	case t.lost:
	case got != grown:
		return &Breach{"growth", "growth by " + unit.Pages(grown), fmt.Sprintf("%d, from %d to %d", got, r.Pages, pages)}
	case at > from+r.Lead:
		return &Breach{"waste", fmt.Sprintf("an address up to %#x", from+r.Lead), fmt.Sprintf("%#x", at)}
	}
	t.took(r, at, x, prolongs)
	return nil
}

// took enters a block, and the chunk behind it.
func (t *threads) took(r Request, at uint64, x claim, prolongs bool) {
	end, claimed := at-r.Lead+r.Room(), x.from+x.pages*contract.PageSize
	switch {
	case t.fits(r):
		t.top = end
		return
	case prolongs:
		t.top, t.own = end, claimed
	case t.empty || claimed-end >= t.own-t.top:
		t.top, t.own = end, claimed
	}
	if t.empty = false; !x.grows {
		t.next = claimed
	}
}

// behind is the request for the bytes that a larger block lacks.
func (t *threads) behind(r Request) Request {
	return Request{Size: r.Size - min(r.Size, r.Old.Size()), Align: 1, Pages: r.Pages, Limit: r.Limit}
}

// prolongs reports whether the block to resize is the newest, at the end of the memory. Then
// the bytes behind it are asked for first. What it gets elsewhere instead stays claimed, and
// the block moves.
func (t *threads) prolongs(r Request) bool {
	return r.Old.Size() > 0 && r.Old.To == t.top && t.own == r.Pages*contract.PageSize
}

// resized judges a block that was resized. One that shrinks stays, and so does the newest
// one where the chunk has room.
func (t *threads) resized(r Request, at, pages uint64) *Breach {
	old := *r.Old
	behind := t.behind(r)
	newest := old.Size() > 0 && old.To == t.top
	stays := r.Size <= old.Size() || newest && t.fits(behind)
	switch {
	case t.lost:
	case stays && at != old.From:
		rule := "in-place"
		if r.Size <= old.Size() {
			rule = "shrink"
		}
		return &Breach{rule, fmt.Sprintf("the block stays at %#x", old.From), fmt.Sprintf("%#x", at)}
	case stays:
		if breach := t.Idle(r.Pages, pages); breach != nil {
			return breach
		}
		if newest && r.Size > old.Size() {
			t.top = at + r.Size
		}
	case t.prolongs(r):
		switch x := t.claims(behind); {
		case x.grows && at == old.From && pages == r.Pages+x.pages:
			t.top, t.own = old.From+r.Size, pages*contract.PageSize
		case x.grows && x.ok && t.own <= AddressSpace/2: // it may move where addresses are negative
			return &Breach{"in-place", fmt.Sprintf("the block stays at %#x, where %s prolong the chunk", old.From, unit.Pages(x.pages)), fmt.Sprintf("%#x in %s", at, unit.Pages(pages))}
		default:
			t.lost = true
		}
	case at == old.From && pages == r.Pages && (at > t.top || at+r.Size <= t.own): // as it was rounded up
		if at <= t.top {
			t.top = max(t.top, at+r.Size)
		}
	default:
		r.Old = nil
		t.refused = refusal{}
		if breach := t.Placed(r, at, pages); breach != nil {
			return breach
		}
	}
	t.Ended(old)
	return nil
}
