// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/sym"
)

// obligations are those of a call.
func (l *lists) obligations(k *call) []Obligation {
	var also []Obligation
	if k.also != nil {
		also = k.also(k)
	}
	if k.role == "" {
		nothing := k.forAll("nothing", "it changes nothing", func(o outcome) term { return k.unchanged(o) })
		return slices.Concat(k.sound(), []Obligation{nothing}, also)
	}
	all := slices.Concat([]Obligation{l.sizes(k)}, k.sound(), l.keeps(k))
	switch {
	case k.role == contract.Allocates && k.passes():
		all = append(all, l.hands(k)...)
	case k.role == contract.Allocates:
		all = append(append(all, l.intact(k)), l.hands(k)...)
	case k.role == contract.AllocatesZeroed:
		all = append(append(all, l.zeroed(k)), l.hands(k)...)
	case k.role == contract.Resizes:
		all = append(all, l.resizes(k)...)
	case k.role == contract.Frees:
		all = append(all, l.takesBack(k))
	}
	all = append(all, also...)
	for i := range all[1:] {
		all[i+1] = all[i+1].after("sizes")
	}
	return all
}

// sizes says that the lists of the requests have blocks of their classes, and so do the
// lists at whose heads a path stores.
func (l *lists) sizes(k *call) Obligation {
	ob := Obligation{Name: k.label + ".sizes", Text: "the list of each size has blocks of its class"}
	for _, o := range slices.Concat(k.outcomes, k.arrivals) {
		wanted := l.wantedBy(k, o)
		room := l.roomOf(k, wanted)
		goal, assume := k.Eq(l.sizeOf(k.spec, l.listOf(k, wanted)), room), k.readings(o.path)
		m := l.trail(k, o, true, false).last
		for i, f := range m.done {
			old, head := m.read(f, m.done[:i])
			if head && f.Kind == sym.Store && (len(o.path.Headers) == 0 || !m.linkOf(old, f, m.done[:i])) {
				goal = k.And(goal, k.Implies(l.isHead(m.system, f.Addr), k.Eq(l.sizeOf(k.spec, l.listAt(m.system, f.Addr)), room)))
			}
		}
		if moved := k.moved(o); moved != nil {
			l.rooms = append(l.rooms, moved)
			stays := k.And(k.Bool(k.hints.End.Lazy), k.Eq(moved, k.Const(moved.Width, 0))) // or the first call comes to nothing
			goal, assume = k.And(goal, k.Or(k.Eq(k.of(moved), room), stays)), slices.Concat(assume, k.assume, o.path.Conds)
		}
		if piece := k.piece(o); piece != nil {
			goal = k.And(goal, k.Implies(k.le(k.num(uint64(l.grain)), k.of(piece)), k.Eq(room, k.of(piece))))
		}
		ob.Cases = append(ob.Cases, Case{Name: o.name, Assume: assume, Goal: goal, inner: true, path: o.path})
	}
	return ob
}

// moved is by how much a path through the region alone moves the top, a word; nil if it
// does not.
func (k *call) moved(o outcome) term {
	top := k.hints.Top.Global
	by := k.Sub(k.state.Globals[top], o.path.State.Globals[top])
	if k.hints.End.Lazy { // the top may not be there yet
		by = k.Extract(k.Sub(o.post.top, k.pre.top), 0, k.width)
	}
	if len(o.path.Headers) > 0 || o.path.End == sym.Arrived || o.path.Grows > 0 || by.IsConst() || k.takesOld() {
		return nil
	}
	return by
}

// piece is the size of what a path gives to the lists at its end, a word; nil if its last
// part is not the round of a loop that does.
func (k *call) piece(o outcome) (piece term) {
	for i, h := range o.path.Headers {
		if h.Forgets {
			piece = k.strategy.(*lists).inside(k, o.path.Headers[:i], h, false).piece
		}
	}
	return piece
}

// wantedBy is the size that a path asks a list for.
func (l *lists) wantedBy(k *call, o outcome) term {
	switch piece := k.piece(o); {
	case piece != nil:
		return l.wanted(k, piece, k.Const(piece.Width, 1))
	case k.takesOld():
		return k.wanted(contract.OldSizeParam)
	}
	return k.request()
}

// hands are the obligations about the block that is handed out.
func (l *lists) hands(k *call) []Obligation {
	fresh := l.place(k)
	none := k.Or(k.Eq(l.first0(k), k.num(0)), k.lt(k.num(uint64(l.max)), fresh.size)) // no list, or an empty one
	all := l.block(k)
	if k.passes() {
		return append(all[:2], l.served(k), k.possible())
	}
	if !k.contract.NoSplit {
		return append(append(all, l.splits(k, none, fresh)...), k.possible())
	}
	for _, ob := range k.placement(func(outcome) place { return fresh }) {
		all = append(all, k.unless(k.Not(none), ob))
	}
	return append(all, k.possible())
}

// splits are the obligations about a block that comes from no list of its class, where
// it may come from a larger one.
func (l *lists) splits(k *call, none term, fresh place) []Obligation {
	return []Obligation{
		k.forAll("place", "the block lies at the first suitable address of the region, or behind the memory if that grows", func(o outcome) term {
			new := k.And(none, k.Or(fresh.fits, k.Ne(o.post.pages, k.pre.pages)))
			return k.Implies(k.And(o.ok, new), k.And(k.Eq(o.ret, fresh.at), k.Eq(o.post.top, fresh.end)))
		}),
		k.forAll("grow", "the memory grows only when it must, and by what the growth policy says", func(o outcome) term {
			return k.Implies(o.ok, k.Or(k.Eq(o.post.pages, k.pre.pages), k.And(none, k.grows(o, fresh.need))))
		}),
		k.forAll("fails", "it fails only when no block of the class is free and the pages for one cannot be had", func(o outcome) term {
			return k.Implies(o.failed, k.And(none, k.Or(fresh.cannot, k.refused(o, fresh.need))))
		}),
	}
}

// block are the obligations about the block that is returned.
func (l *lists) block(k *call) []Obligation {
	head := l.headOf(k.system, l.listOf(k, k.request()))
	return []Obligation{
		k.forAll("block", "the block is as large as its class, and lies where its class may, at a multiple of the alignment", func(o outcome) term {
			b := k.room(o.ret, contract.SizeParam)
			return k.Implies(o.ok, k.All(l.fits(k.system, o.post, b), k.le(k.size, b.size), k.divides(k.multiple, o.ret), k.le(b.size, k.num(uint64(l.max)))))
		}),
		k.forAll("failure", "a request that fails changes nothing", func(o outcome) term {
			return k.Implies(o.failed, k.unchanged(o))
		}),
		l.everywhere(k, reuseName, "a request takes the first block of its list, if there is one, and nothing else", true, func(o outcome, t *trail) term {
			h, moved := t.heaps[0], k.Ne(o.ret, k.old.at)
			first := h.point(head).word
			some := k.Ne(first, k.num(0))
			if o.path.End == sym.Arrived || len(t.heaps) > 1 {
				return k.Not(some)
			}
			next := k.Eq(h.now(h.point(head)).word, h.point(first).word)
			same := k.And(k.Eq(o.post.pages, k.pre.pages), k.Eq(o.post.top, k.pre.top))
			return k.Implies(k.And(some, moved), k.All(same, k.Eq(o.ret, first), next))
		}),
	}
}

// resizes are the obligations of a function that resizes a live block.
func (l *lists) resizes(k *call) []Obligation {
	old, size := k.room(k.old.at, contract.OldSizeParam), k.room(nil, contract.SizeParam).size
	stays := k.forAll("stays", "a block whose class stays the same stays where it is, and nothing changes", func(o outcome) term {
		return k.All(k.Eq(o.ret, old.at), k.unchanged(o))
	})
	moves := k.forAll("moves", "it moves to the block that alloc returns for the new size, and fails only where alloc does", func(o outcome) term {
		return k.Implies(k.Or(o.ok, o.failed), k.Or(k.Eq(o.ret, old.at), k.calls(o)))
	})
	return append(l.block(k)[:2], k.unless(k.Ne(old.size, size), stays), moves, l.contents(k), k.possible())
}

// unchanged says that a call leaves everything as it was.
func (k *call) unchanged(o outcome) term {
	rounds := slices.ContainsFunc(o.path.Headers, func(h sym.Header) bool { return h.Forgets && h.Call == nil })
	same := k.And(k.Eq(o.post.pages, k.pre.pages), k.Bool(len(writes(o.path)) == 0 && !rounds))
	return k.And(same, k.alike(k.state, o.path.State))
}

// alike says that two states are the same, or before the first call that they mean the same.
func (s *system) alike(a, b sym.State) term {
	if s.hints.End.Lazy {
		v, w := s.view(a), s.view(b)
		return s.All(s.Eq(v.top, w.top), s.Eq(v.end, w.end), s.Eq(v.clean, w.clean))
	}
	all := s.Bool(true)
	for i, g := range a.Globals {
		if g != nil {
			all = s.And(all, s.Eq(g, b.Globals[i]))
		}
	}
	return all
}

// contents says that any one byte that both blocks have room for is kept: it stays, or it
// is copied before anything is written over it, and nothing is written over it there.
func (l *lists) contents(k *call) Obligation {
	i, old := k.some("byte"), k.old
	from := k.Add(old.at, i)
	return k.forAll("contents", "the bytes that both blocks have room for are kept", func(o outcome) term {
		to := k.Add(o.ret, i)
		intact, copied := k.Bool(true), k.Bool(false)
		for _, f := range writes(o.path) {
			there := k.And(k.happens(f), k.has(written(f), to))
			copies := k.Bool(false)
			if f.Kind == sym.Copy && f.Round == nil {
				copies = k.And(there, k.Eq(k.Sub(f.From, f.Addr), k.Sub(from, to)))
			}
			copied = k.Ite(copies, intact, k.And(copied, k.Not(there)))
			intact = k.And(intact, k.Not(k.And(k.happens(f), k.has(written(f), from))))
		}
		kept := k.Or(copied, k.And(k.Eq(from, to), intact))
		return k.And(k.Implies(o.ok, kept), k.Implies(o.failed, intact))
	}, k.lt(i, old.size), k.lt(i, k.size))
}

// first0 is the first block of the request's list when the call starts.
func (l *lists) first0(k *call) term {
	h := k.newHeap(l, "heap")
	k.wants(h)
	return h.points[0].word
}

// place is where a block lies that comes from no list: behind the top, or behind the
// memory where foreign pages follow.
func (l *lists) place(k *call) place {
	v, b := k.pre, k.room(nil, contract.SizeParam)
	up := func(n term) term { // to a multiple of the block's largest power of two
		low := k.Not(k.fromLowest(b.size))
		return k.And(k.Add(n, low), k.Not(low))
	}
	near, far := up(v.top), up(v.size)
	fits := k.le(k.Add(near, b.size), v.end)
	at := k.Ite(k.Or(fits, k.Eq(v.end, v.size)), near, far)
	if !k.contract.CanGrow() {
		at = near
	}
	p := k.placed(at, b.size, fits)
	p.cannot = k.Or(p.cannot, k.lt(k.num(uint64(l.max)), b.size))
	return p
}

// takesBack says that the block becomes the first of its list.
func (l *lists) takesBack(k *call) Obligation {
	head := l.headOf(k.system, l.listOf(k, k.wanted(contract.OldSizeParam)))
	return l.everywhere(k, "gives", "the block becomes the first of its list, and nothing else changes", true, func(o outcome, t *trail) term {
		m := t.last
		old := m.point(head).word
		same := k.And(k.Eq(o.post.pages, k.pre.pages), k.alike(k.state, o.path.State))
		return k.All(same, k.Eq(m.now(m.point(head)).word, k.old.at), k.Eq(m.now(m.point(k.old.at)).word, old), m.now(m.point(k.old.at)).free)
	}, head, k.old.at)
}
