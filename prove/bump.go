// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/sym"
	"github.com/genalloc/genalloc/wasm"
)

// bump hands out memory from the top upwards. It may take blocks back, but need not.
type bump struct{}

func (bump) guess(m *wasm.Module, c contract.Contract, mutable []Cell) (Hints, error) {
	unknown := fmt.Errorf("hints: %d cells of state: say with --top and --end which of them hold it", len(mutable))
	if len(mutable) == 0 {
		return Hints{}, unknown
	}
	h := Hints{Top: *mutable[0].negated(), End: End{Kind: EndPage}}
	if v, ok := mutable[0].first(m); ok && !c.HeapBase.Imported() && uint32(v) == c.HeapBase.Address {
		h.Top.Negated = false
	}
	// A top that is a multiple of the alignment stays within a page's end.
	h.Aligned = c.Align() > 1 && c.Align() <= contract.PageSize
	// The emitter's order: top, ours, high, floor. Only ours is a number of pages.
	rest := mutable[1:]
	if n := len(rest); n > 0 && c.HasRole(contract.Releases, contract.Resets) && (c.CanGrow() || c.HeapBase.Imported()) {
		h.Floor = rest[n-1].negated()
		rest = rest[:n-1]
	}
	switch {
	case len(rest) > 0 && (c.HeapBase.Imported() || counts(m, c, rest[0])):
		h.End = End{Kind: EndPages, Cell: *rest[0].negated(), Lazy: c.HeapBase.Imported()}
		rest = rest[1:]
	case !c.CanGrow():
		h.End = End{Kind: EndInitial}
	}
	if len(rest) > 0 {
		h.DirtyMark = rest[0].negated()
		rest = rest[1:]
	}
	if len(rest) > 0 {
		return Hints{}, unknown
	}
	return h, nil
}

// counts reports whether a cell's initial value is a number of pages.
func counts(m *wasm.Module, c contract.Contract, x Cell) bool {
	v, ok := x.first(m)
	return ok && v <= c.AddressPages()
}

func (b bump) view(s *system, st sym.State) view {
	v := b.begun(s, st)
	if e := s.hints.End; e.Lazy {
		cell := st.Globals[e.Cell.Global]
		b.lazy(s, &v, st, s.first(), s.Extract(cell, cell.Width-1, 1))
	}
	if s.hints.Aligned {
		v.own = s.And(v.own, s.divides(s.align, v.top))
		if v.floor != nil {
			v.own = s.And(v.own, s.divides(s.align, v.floor))
		}
	}
	return v
}

// begun is what a state means once a call has been made.
func (bump) begun(s *system, st sym.State) view {
	v := view{pages: st.Pages, size: s.inBytes(st.Pages), own: s.Bool(true)}
	v.top = s.address(&v, st, s.hints.Top)
	v.clean = v.top
	if s.hints.DirtyMark != nil {
		v.clean = s.larger(v.top, s.address(&v, st, *s.hints.DirtyMark))
	}
	if s.releases() {
		v.floor = s.first()
		if s.hints.Floor != nil {
			v.floor = s.address(&v, st, *s.hints.Floor)
		}
	}
	e := s.hints.End
	switch e.Kind {
	case EndMemory:
		v.end = v.size
	case EndPage:
		v.end = s.roundUpPage(v.clean)
	case EndInitial:
		v.end = s.inBytes(s.pmin)
	case EndBytes:
		v.end = s.address(&v, st, e.Cell)
	case EndPages:
		word := s.of(st.Globals[e.Cell.Global])
		all := s.Lshr(s.limit(), s.num(16)) // pages in the address space
		v.own = s.le(word, all)
		if e.Cell.Negated {
			word = s.Sub(all, word)
		}
		v.end = s.inBytes(word)
	}
	return v
}

// lazy gives the globals another meaning before the first call, when the top is the first.
func (bump) lazy(s *system, v *view, st sym.State, top, before term) {
	v.top = s.Ite(before, top, v.top)
	v.clean = s.Ite(before, top, v.clean)
	if v.floor != nil {
		v.floor = s.Ite(before, top, v.floor)
	}
	v.end = s.Ite(before, s.firstEnd(), v.end)
	untouched := s.Bool(true)
	for _, c := range s.hints.cells() {
		if first, ok := s.initial(c.Global); ok {
			g := st.Globals[c.Global]
			untouched = s.And(untouched, s.Eq(g, s.Const(g.Width, first)))
		}
	}
	v.own, v.fresh = s.Ite(before, untouched, v.own), before
}

func (bump) invariant(s *system, v view) term {
	low := s.base
	if v.floor != nil {
		low = v.floor
	}
	return s.All(
		s.lt(s.num(0), s.base),
		s.le(s.base, low),
		s.le(low, v.top, v.clean, v.end, v.size),
		s.le(s.pmin, v.pages, s.pmax),
		v.own,
	)
}

// place is above the top if the block fits below the end, or if the end is the
// memory's and can move; otherwise above the memory, because foreign pages follow.
func (bump) place(k *call) place {
	v, size, align := k.pre, k.size, k.multiple
	near := k.roundUp(v.top, align)
	far := k.roundUp(v.size, align)
	fits := k.le(k.Add(near, size), v.end)
	at := k.Ite(k.Or(fits, k.Eq(v.end, v.size)), near, far)
	if !k.contract.CanGrow() {
		at = near
	}
	return k.placed(at, size, fits)
}

// resize keeps a block in place if it shrinks, if it grows within its rounded end, or
// if it is the newest and no foreign pages are in the way.
func (b bump) resize(k *call) resizing {
	old, size := k.old, k.size
	end := k.Add(old.at, size)
	fits := k.le(end, k.pre.end)
	inPlace := k.And(k.newest(), k.Or(fits, k.Eq(k.pre.end, k.pre.size)))
	here, elsewhere := k.placed(old.at, size, fits), b.place(k)
	return resizing{
		stays: k.Or(k.le(size, old.size), k.le(end, k.end(k.held()))),
		text:  "a block that shrinks stays where it is and frees nothing",
		then: func(o outcome) term {
			return k.All(k.Eq(o.ret, old.at), k.Eq(o.post.top, k.pre.top), k.Eq(o.post.end, k.pre.end), k.Eq(o.post.pages, k.pre.pages))
		},
		// If the host refuses the pages that growing in place takes, the block may
		// move instead: a host may say no, and then yes.
		place: func(o outcome) place {
			moved := k.All(o.ok, k.Ne(o.ret, old.at), k.refused(o, here.need))
			return k.choose(k.And(inPlace, k.Not(moved)), here, elsewhere)
		},
	}
}

// newest says that the old block is the one that ends at the top.
func (k *call) newest() term { return k.Eq(k.end(k.held()), k.pre.top) }

func (bump) gives(*call) []Obligation { return nil }
