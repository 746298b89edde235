// SPDX-License-Identifier: MIT OR Apache-2.0

package ledger

import (
	"cmp"
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/unit"
)

var listsStrategy = strategy{
	open: func(c contract.Contract, base, own uint64) Ledger {
		l := &lists{bump: newBump(c, base, own), c: c, blocks: map[uint64]taken{}, free: map[uint64]int{}, barren: map[uint64]bool{}, peak: peak{live: map[uint64]int{}, most: map[uint64]int{}}}
		l.top = l.next(base, uint64(max(c.ListUnit(), c.Align())))
		return l
	},
}

// A lists allocator gives each block the bytes of its class, and hands out those of blocks
// that ended to requests of their class. Fresh memory lies behind top, which is the end of
// all that was handed out or may be in a list.
//
// Beside the blocks that ended, lists hold pieces of memory that no block took. How it was
// cut is not known, and so less is owed for it.
type lists struct {
	bump
	c      contract.Contract
	blocks map[uint64]taken // by the address that they have with their lead
	live   spans            // the bytes of blocks
	ended  spans            // those of blocks that ended, and of which nothing was handed out since
	free   map[uint64]int   // by class, in bytes: how many ended
	pieces bool             // there may be some
	rests  spans            // memory behind or in front of blocks, of which nothing was handed out since
	loose  spans            // all that is left of such memory
	left   spans            // of memory that blocks stay whole in: what regions left for the lists
	barren map[uint64]bool  // classes in whose lists nothing of that is
	last   attempt          // the last refusal
	peak   peak
}

// A taken is the memory of a block. One of C's with a large alignment lies somewhere in a
// longer block; where it is not known in which, these are its own bytes alone.
type taken struct {
	Span
	class uint64 // bytes
	vague bool
}

// An attempt is a request in a state that no block changed since.
type attempt struct{ class, pages, limit uint64 }

func (l *lists) Fill(size uint64) uint64 {
	if l.dirty {
		return size
	}
	return min(size, l.top-l.floor)
}

// of returns the memory of a block, if it has some: one of size 0 has none under an ABI
// with an address for it.
func (l *lists) of(b *Block) (taken, bool) {
	if b == nil || b.Size() == 0 && (l.c.ABI == contract.CABI || l.c.ABI == contract.WasmBindgen) {
		return taken{}, false
	}
	t, ok := l.blocks[b.From-b.Lead]
	return t, ok
}

func (l *lists) Ended(blocks ...Block) {
	for _, b := range blocks {
		if t, ok := l.of(&b); ok {
			l.end(b, t)
		}
	}
}

func (l *lists) end(b Block, t taken) {
	l.last = attempt{}
	delete(l.blocks, b.From-b.Lead)
	l.peak.live[t.class]--
	l.live.drop(t.Span)
	if t.vague {
		l.pieces = true
		return
	}
	l.ended.replace(t.Span)
	l.free[t.Size()]++
}

func (l *lists) Refused(r Request) *Breach {
	class := l.class(r)
	old, resize := l.of(r.Old)
	if resize && (l.stays(r, old, class) || l.keeps(r, old)) {
		return &Breach{"null", fmt.Sprintf("the block at %#x with %s where it is", r.Old.From, unit.Bytes(r.Size)), "null"}
	}
	if class > l.largest() {
		return nil
	}
	l.last = attempt{class, r.Pages, r.Limit}
	want := l.wanted(class)
	if x, ok := l.joined(class); want == "" && ok {
		want = fmt.Sprintf("a part of [%#x, %#x), which free blocks share", x.From, x.To)
	}
	if want == "" {
		want = l.lost(class)
	}
	at, must := l.latest(r, class)
	l.forget()
	if want == "" && must {
		want = fmt.Sprintf("a block: there is room for %s at %#x, within %s", unit.Bytes(class), at, unit.Pages(r.Limit))
	}
	if want == "" {
		return nil
	}
	return &Breach{"null", want, "null"}
}

// wanted says which block that ended a request of a class has to get before the memory
// grows; "" if none.
func (l *lists) wanted(class uint64) string {
	if n := l.free[class]; n > 0 {
		return fmt.Sprintf("one of the blocks of %s that ended: %d", unit.Bytes(class), n)
	}
	if x, ok := l.splits(class); ok {
		return fmt.Sprintf("a part of the %s at %#x, which are free", unit.Bytes(x.Size()), x.From)
	}
	return ""
}

func (l *lists) Placed(r Request, at, pages uint64) *Breach {
	old, resize := l.of(r.Old)
	if r.NoRoom {
		if resize {
			l.end(*r.Old, old)
		}
		return l.Idle(r.Pages, pages)
	}
	class := l.class(r)
	if class > l.largest() && (l.c.ABI != contract.C || !resize) {
		return &Breach{"class", fmt.Sprintf("null, as %s are more than the largest class has, %d", unit.Bytes(class), l.largest()), fmt.Sprintf("%#x", at)}
	}
	if resize && at == r.Old.From {
		return l.resized(r, old, class, pages)
	}
	if resize && l.stays(r, old, class) {
		return &Breach{"in-place", fmt.Sprintf("the block with %s at %#x, where it is", unit.Bytes(r.Size), r.Old.From), fmt.Sprintf("%#x", at)}
	}
	from := at - r.Lead
	t := l.take(r, from, class)
	if breach := cmp.Or(l.apart(t.Span, class, taken{}), l.found(r, t, class, pages), l.growth(r, t, class, pages)); breach != nil {
		return breach
	}
	l.enter(r, from, t, class, pages)
	if resize {
		l.end(*r.Old, old)
	}
	return nil
}

// resized judges and enters a block that keeps its address.
func (l *lists) resized(r Request, old taken, class, pages uint64) *Breach {
	from := r.Old.From - r.Old.Lead
	x := Span{from, from + class}
	switch end := r.Old.From + r.Size; {
	case l.c.ABI != contract.C:
	case old.vague || end <= old.To:
		return l.Idle(r.Pages, pages)
	default:
		return &Breach{"class", fmt.Sprintf("another address than %#x, where the block has room for %s", r.Old.From, unit.Bytes(old.To-r.Old.From)), "the same"}
	}
	var reuse *Breach
	if x.To > l.top && class != old.Size() && l.free[class] > 0 {
		reuse = &Breach{"reuse", l.wanted(class), fmt.Sprintf("[%#x, %#x), where the block is", x.From, x.To)}
	}
	breach := cmp.Or(l.apart(x, class, old), reuse, growth(l.grow, x.To, pages, r))
	if breach == nil {
		l.peak.live[old.class]--
		l.enter(r, from, taken{Span: x, class: class}, class, pages)
	}
	return breach
}

// apart judges the bytes that a block takes, whatever they are taken from.
func (l *lists) apart(x Span, class uint64, old taken) *Breach {
	header := uint64(l.c.ListHeader())
	if p := l.place(class); (x.From+header)%p != 0 {
		return &Breach{"place", fmt.Sprintf("a multiple of %d for a block of %s", p, unit.Bytes(class)), fmt.Sprintf("%#x", x.From+header)}
	}
	for _, other := range l.live.touching(x) {
		if other != old.Span {
			return &Breach{"overlap", fmt.Sprintf("%s apart from the block at [%#x, %#x)", unit.Bytes(class), other.From, other.To), fmt.Sprintf("[%#x, %#x)", x.From, x.To)}
		}
	}
	return nil
}

// found judges where the memory of a block comes from.
func (l *lists) found(r Request, t taken, class, pages uint64) *Breach {
	grew := pages > r.Pages
	touched := l.ended.touching(t.Span)
	again := len(touched) == 1 && touched[0] == t.Span
	latest, _ := l.latest(r, class)
	if t.vague {
		latest += r.Align - contract.CAlign
	}
	run, joins := l.joined(class)
	got := fmt.Sprintf("[%#x, %#x) in %s", t.From, t.To, unit.Pages(pages))
	switch {
	case l.last == attempt{class, r.Pages, r.Limit}:
		return &Breach{"refusal", fmt.Sprintf("null again: nothing has changed since a request for %s was refused", unit.Bytes(class)), got}
	case l.free[class] > 0 && !again && (grew || t.To > l.top || len(touched) > 0):
		return &Breach{"reuse", l.wanted(class), got}
	case grew && l.wanted(class) != "":
		return &Breach{"split", l.wanted(class), got}
	case grew && joins && contract.Joining(class, r.Pages):
		return &Breach{"join", fmt.Sprintf("a part of [%#x, %#x), which free blocks share", run.From, run.To), got}
	case t.From >= l.top && l.lost(class) != "":
		return &Breach{"reuse", l.lost(class), got}
	case t.From > latest:
		return &Breach{"waste", fmt.Sprintf("an address up to %#x", latest), got}
	}
	return nil
}

// enter enters a block. One that is in used memory, and not where another of its class
// ended, may be a part of a larger one. Then what was left of fresh memory is in lists.
// But as long as fresh memory has room for a class, no block is split for it.
func (l *lists) enter(r Request, from uint64, t taken, class, pages uint64) {
	l.last = attempt{}
	x := t.Span
	if t.vague { // all that the longer block may be
		x = Span{from - min(from, r.Align-contract.CAlign), from + class}
	}
	next := l.next(l.top, class)
	_, room := l.latest(r, class)
	touched := l.ended.touching(x)
	again := len(touched) == 1 && touched[0] == x
	fresh := x.From == l.top && pages == r.Pages
	if !again && (x.From < l.top || x.From >= l.own) {
		l.pieces = true
	}
	switch {
	case x.From < l.top && !again && !l.c.NoSplit && !ends(next, class, l.own):
		l.rest(l.top, l.own)
		l.top = max(l.top, l.own)
	case x.From >= l.own && l.own < r.Pages*contract.PageSize:
		l.rest(l.top, l.own)
		l.leave(l.top, l.own)
	case x.From > l.top:
		l.gap(l.top, x.From)
	}
	rests := l.after(x)
	l.rests.drop(x)
	l.loose.cut(x)
	if t.vague {
		l.left.drop(x)
	} else {
		l.left.cut(x)
	}
	for _, r := range rests {
		l.rest(r.From, r.To)
	}
	if !again {
		for _, gone := range touched {
			l.rest(gone.From, x.From)
			l.rest(x.To, gone.To)
		}
	}
	for _, gone := range touched {
		l.free[gone.Size()]--
	}
	l.ended.drop(x)
	l.live.replace(t.Span)
	l.blocks[from] = t
	l.peak.add(class)
	l.took(x.To, pages > r.Pages, pages)
	if !again && !fresh && (!room || contract.Joining(class, r.Pages)) {
		l.forget()
	}
}
