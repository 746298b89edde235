// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/sym"
)

// region is the memory that is free and in no list.
func (s *system) region(v view) block { return block{v.top, s.Sub(v.end, v.top)} }

// taken is any byte of the memory that is nobody's to hand out: it is a live block's or
// not the allocator's.
func (l *lists) taken(k *call) block { return block{k.some("taken"), k.num(1)} }

// wants makes the points of the list that a request asks for.
func (k *call) wants(h *heap) {
	if l := h.lists; k.function.Result == contract.BlockResult {
		h.point(h.point(l.headOf(k.system, l.listOf(k, k.request()))).word)
	}
}

// request is what a request asks for as lists.wanted, and old what the old block was
// asked for with.
func (k *call) request() term { return k.wanted(contract.SizeParam) }

func (k *call) wanted(role contract.ParamRole) term {
	l := k.strategy.(*lists)
	size, align := k.word(role), term(nil)
	if k.function.Param(contract.AlignParam) >= 0 {
		align = k.word(contract.AlignParam)
	}
	return l.wanted(k, size, align)
}

func (k *call) word(role contract.ParamRole) term { return k.words[k.function.Param(role)] }

// room is the block of a request at an address: all bytes of its class.
func (k *call) room(at term, role contract.ParamRole) block {
	return block{at, k.strategy.(*lists).roomOf(k, k.wanted(role))}
}

// takesOld reports whether the function is given a block.
func (k *call) takesOld() bool { return k.function.Param(contract.OldSizeParam) >= 0 }

// before is what is claimed when a call starts. The block given is a live one.
func (l *lists) before(k *call) claims {
	v, y := k.pre, l.taken(k)
	c := claims{view: v, blocks: []block{k.region(v), y}}
	heads := block{k.num(uint64(l.first)), k.num(uint64(l.last - l.first + 4))}
	c.holds = []term{k.lt(y.at, v.size), k.apart(y, heads)}
	if k.takesOld() {
		old := k.room(k.old().at, contract.OldSizeParam)
		c.blocks = append(c.blocks, old)
		c.holds = append(c.holds, l.fits(k.system, v, old), k.le(old.size, k.num(uint64(l.max))))
	}
	return c
}

// after is what is claimed when a call returns.
func (l *lists) after(k *call, o outcome) claims {
	c := claims{view: o.post, blocks: []block{k.region(o.post), l.taken(k)}}
	if k.function.Result == contract.BlockResult {
		b := k.room(o.ret, contract.SizeParam)
		b.size = k.Ite(o.ok, b.size, k.num(0))
		c.blocks = append(c.blocks, b)
		if k.takesOld() {
			old := k.room(k.old().at, contract.OldSizeParam)
			old.size = k.Ite(o.ok, k.num(0), old.size)
			c.blocks = append(c.blocks, old)
		}
	}
	return c
}

// reuseName is the name of the obligation that needs to know all of a path.
const reuseName = "reuse"

// roundsName is the name of the obligation that what holds at a header does.
const roundsName = "rounds"

// everywhere makes an obligation that has the goal at the end of every path, with
// points at the addresses.
func (l *lists) everywhere(k *call, name, text string, brief bool, goal func(o outcome, t *trail) term, at ...term) Obligation {
	ob := Obligation{Name: k.function.Name + "." + name, Text: text}
	for _, o := range slices.Concat(k.outcomes, k.arrivals) {
		if o.path.End == sym.Arrived && !o.path.Forgets && name != roundsName {
			continue // the part goes on, and is looked at where it ends
		}
		t := l.trail(k, o, brief, name == reuseName, at...)
		c := Case{Name: o.name, Goal: goal(o, t), call: k, path: o.path}
		c.Assume = slices.Concat(k.assume, o.path.Conds, t.facts)
		if name == reuseName {
			c.Assume = append(c.Assume, t.past...)
		}
		ob.Cases = append(ob.Cases, c)
	}
	return ob
}

func (l *lists) facts(k *call, o outcome) []term {
	t := l.trail(k, o, false, true)
	return append(t.facts, t.past...)
}

// keeps returns the obligations that the lists stay right, and what is claimed apart.
func (l *lists) keeps(k *call) []Obligation {
	f, g := k.some("free"), k.some("free.other")
	head := l.headOf(k.system, k.of(k.Var("list", listBits)))
	two := func(goal func(t *trail, p, q point) term) func(outcome, *trail) term {
		return func(_ outcome, t *trail) term {
			return goal(t, t.last.now(t.last.point(f)), t.last.now(t.last.point(g)))
		}
	}
	words := k.num(4)
	return []Obligation{
		l.everywhere(k, "heads", "each list's head is 0 or the address of a free block of the list", true, func(_ outcome, t *trail) term {
			m := t.last
			return m.Implies(l.isHead(m.system, head), m.leads(m.now(m.point(head)).word, l.listAt(m.system, head)))
		}, head),
		l.everywhere(k, "links", "each free block's first word is 0 or the address of another one of its list", true, two(func(t *trail, p, _ point) term {
			return k.Implies(p.free, t.last.leads(p.word, p.list))
		}), f),
		l.everywhere(k, "free", "each free block has a class, lies where its class may, and is nobody's", false, two(func(t *trail, p, _ point) term {
			goal := l.placed(t.last.heap, t.to.view, p)
			for _, c := range t.to.blocks {
				goal = k.And(goal, k.apart(c, p.block()))
			}
			return k.Implies(p.free, goal)
		}), f),
		l.everywhere(k, "apart", "free blocks share no byte, and no two link to the same one", false, two(func(t *trail, p, q point) term {
			return k.Implies(k.All(p.free, q.free, k.Ne(f, g)), t.last.unlike(p, q))
		}), f, g),
		l.everywhere(k, "once", "no free block links to the first one of a list", true, func(_ outcome, t *trail) term {
			m := t.last
			p, q := m.now(m.point(f)), m.now(m.point(head))
			return m.Implies(m.And(p.free, l.isHead(m.system, head)), m.once(p, q))
		}, f, head),
		l.everywhere(k, "disjoint", "live blocks, the region, and what is handed out share no byte", false, func(_ outcome, t *trail) term {
			return k.All(append(k.disjoint(t.to.blocks), k.le(t.from.view.clean, t.to.view.clean))...)
		}),
		l.everywhere(k, roundsName, "what holds in each round of a loop holds, and the rounds end", false, func(_ outcome, t *trail) term {
			goal := k.All(t.to.holds...)
			for _, w := range t.to.words {
				goal = k.And(goal, k.Implies(w.known, k.Eq(t.last.now(t.last.point(w.at)).word, w.value)))
			}
			return goal
		}),
		l.everywhere(k, "words", "lists are read and written by words, and nothing else is written over them", false, func(_ outcome, t *trail) term {
			all := k.Bool(true)
			for i, e := range t.last.done {
				switch {
				case e.Kind == sym.Store && e.Round == nil, e.Kind == sym.Load && e.Value != nil:
					all = k.All(all, k.Eq(e.Len, words), k.divides(words, e.Addr))
				case e.Kind == sym.Store, e.Kind == sym.Fill, e.Kind == sym.Copy:
					m := moment{t.last.heap, t.last.done[:i], t.last.words}
					p := m.now(m.point(f))
					heads := block{k.num(uint64(l.first)), k.num(uint64(l.last - l.first + 4))}
					fine := k.And(k.apart(written(e), heads), k.Implies(p.free, k.apart(written(e), block{f, words})))
					all = k.And(all, k.Implies(k.happens(e), fine))
				}
			}
			return all
		}, f),
		l.everywhere(k, "clean", "what counts as clean is nobody's used byte, and nothing is written over it", false, func(_ outcome, t *trail) term {
			x := k.some("byte")
			clean := func(v view) term { return k.has(block{v.clean, k.Sub(v.end, v.clean)}, x) }
			goal := k.Or(clean(t.from.view), k.le(t.from.view.size, x))
			for _, e := range t.last.done {
				if e.Kind == sym.Store || e.Kind == sym.Fill || e.Kind == sym.Copy {
					goal = k.And(goal, k.Not(k.And(k.happens(e), k.has(written(e), x))))
				}
			}
			return k.Implies(clean(t.to.view), goal)
		}),
		l.everywhere(k, "writes", "nothing is written over a live block or memory that is not the allocator's", false, func(o outcome, t *trail) term {
			all := k.Bool(true)
			for _, e := range t.last.done {
				if e.Kind != sym.Store && e.Kind != sym.Fill && e.Kind != sym.Copy {
					continue
				}
				claimed := []block{l.taken(k)}
				if o.path.End == sym.Arrived {
					claimed = append(claimed, t.from.kept...)
				}
				for _, c := range claimed {
					all = k.And(all, k.Implies(k.happens(e), k.Or(k.Eq(e.Len, k.num(0)), k.apart(c, written(e)))))
				}
			}
			return all
		}),
	}
}

// inside is what is claimed where a path is cut: at a call and at the header of a loop
// that goes through memory in pieces; arriving says that the path ends there.
func (l *lists) inside(k *call, earlier []sym.Header, h sym.Header, arriving bool) claims {
	v := k.view(h.State)
	c := claims{view: v, blocks: []block{k.region(v), l.taken(k)}, holds: []term{k.invariant(v)}}
	if k.takesOld() {
		old := k.room(k.old().at, contract.OldSizeParam)
		c.add(old)
		c.kept = append(c.kept, old)
	}
	switch typ, _ := k.module.FuncType(h.At.Func); {
	case h.Call != nil && k.provides(contract.Allocates, h.Call.Func):
		l.allocating(k, &c, h, arriving)
	case h.Call != nil:
		l.freeing(k, &c, earlier, h, arriving)
	case len(typ.Params) == 2 && len(typ.Results) == 1 && len(h.Locals) > 5 && k.hints.End.Kind == EndBytes: // a search for a larger block
		l.searching(k, &c, earlier, h)
	case len(typ.Params) == 2 && len(typ.Results) == 0 && (k.takesOld() || len(h.Caller) > 4): // memory in pieces
		l.giving(k, &c, h)
	case len(typ.Params) == 1 && len(typ.Results) == 1 && len(h.Locals) > 2: // a block, with a gap in front
		from, at := k.minus(h.Locals[1]), k.minus(h.Locals[2])
		b := block{at, k.of(h.Entry[0])}
		c.add(b, block{from, k.Sub(at, from)})
		c.kept = append(c.kept, b)
		c.holds = append(c.holds, l.fits(k.system, v, b), k.le(l.start(k.system), from, at), k.divides(k.num(uint64(l.unit)), k.Or(from, at)),
			k.lt(k.Sub(at, from), k.And(b.size, k.Neg(b.size)))) // so the gap's pieces end at the block
		c.rest = k.Sub(at, from)
		c.piece = k.lowest(h.Locals[1])
	default: // nothing is known, so that nothing can be proved
		c.rest, c.holds = k.num(0), append(c.holds, k.Bool(false))
	}
	return c
}

// searching adds what holds while larger lists are searched: either nothing is found yet,
// or the block is the first of the list, and from and to are its ends.
func (l *lists) searching(k *call, c *claims, earlier []sym.Header, h sym.Header) {
	head, from, to, block := h.Locals[1], h.Locals[2], h.Locals[3], h.Locals[5]
	n := k.of(head)
	at := k.Add(n, k.num(uint64(l.last)-4*uint64(32*l.classes)))
	valid := k.le(k.sizeOf(l.listAt(k.system, at)), k.num(uint64(l.max)))
	c.rest = n
	c.holds = append(c.holds, l.isHead(k.system, at), valid)
	if len(earlier) > 0 { // the loop inside
		c.holds = append(c.holds, k.le(n, k.of(earlier[len(earlier)-1].Locals[1])))
		return
	}
	top, limit := k.state.Globals[k.hints.Top.Global], k.state.Globals[k.hints.End.Cell.Global]
	none := k.Eq(block, k.Const(32, 0))
	found := k.And(k.Eq(k.minus(from), k.of(block)), k.Eq(k.minus(to), k.Add(k.of(block), k.sizeOf(l.listAt(k.system, at)))))
	c.holds = append(c.holds, k.Ite(none, k.And(k.Eq(from, top), k.Eq(to, limit)), found), k.le(n, k.of(h.Entry[1])))
	c.holds = append(c.holds, k.Or(none, k.Ne(l.place(k).need, k.num(0)))) // the region is too short
	c.words = append(c.words, word{at: at, value: k.of(block), known: k.Not(none)})
}

// giving adds what holds while memory is given to the lists in pieces.
func (l *lists) giving(k *call, c *claims, h sym.Header) {
	from, to := k.minus(h.Locals[0]), k.minus(h.Locals[1])
	piece := block{from, k.Sub(to, from)}
	c.rest, c.piece = piece.size, k.lowest(k.Or(h.Locals[0], h.Locals[1]))
	if k.takesOld() { // the tail of a block that shrinks
		kept := k.room(k.old().at, contract.SizeParam)
		c.blocks, c.kept = append(c.blocks[:2], kept), []block{kept}
	} else {
		size, start, at := k.of(h.Caller[0]), k.minus(h.Caller[2]), k.minus(h.Caller[4])
		top, end := k.minus(k.Sub(h.Caller[4], h.Caller[0])), k.minus(h.Caller[3]) // of the next region
		v, b := &c.view, block{at, size}
		if k.hints.DirtyMark != nil {
			used := k.address(v, h.State, *k.hints.DirtyMark)
			v.clean = k.larger(k.larger(used, at), k.Ite(k.Eq(start, v.top), k.num(0), v.end))
		}
		v.top, v.end = top, end
		c.blocks[0] = k.region(*v)
		c.add(b)
		c.kept = append(c.kept, b)
		if h.Entry[1] != h.Caller[4] { // the bytes in front of the block come later
			c.add(block{start, k.Sub(at, start)})
		}
		c.holds = append(c.holds, k.le(l.start(k.system), start, at), k.Eq(k.end(b), top), k.le(top, end, v.size), l.suits(k.system, b),
			k.le(size, k.num(uint64(l.max))), k.divides(k.num(uint64(l.unit)), k.Or(start, end)))
	}
	c.add(piece)
	c.holds = append(c.holds, k.lt(from, to), k.le(l.start(k.system), from), k.le(to, c.view.clean), k.divides(k.num(uint64(l.unit)), k.Or(from, to)))
}

// lowest is the lowest bit of a word.
func (s *system) lowest(n term) term { return s.And(n, s.Neg(n)) }

func (s *system) sizeOf(list term) term { return s.strategy.(*lists).sizeOf(s.spec, list) }

// opaque are the functions that a call need not enter, because they have a proof of
// their own.
func (l *lists) opaque(s *system, f contract.Function) map[uint32]bool {
	apart := map[uint32]bool{}
	if f.Role != contract.Resizes || s.contract.OOM != contract.OOMNull {
		return apart
	}
	for _, g := range s.contract.Signatures() {
		if index, _, err := s.module.ExportedFunc(g.Export); err == nil && (g.Role == contract.Allocates || g.Role == contract.Frees) {
			apart[index] = true
		}
	}
	return apart
}

// provides reports whether a function of the module has the role.
func (s *system) provides(role contract.Role, index uint32) bool {
	f, ok := s.contract.Function(role)
	if !ok {
		return false
	}
	i, _, err := s.module.ExportedFunc(f.Export)
	return err == nil && i == index
}

// allocating adds what a call of the function that allocates needs, and what is proved of it.
func (l *lists) allocating(k *call, c *claims, h sym.Header, arriving bool) {
	if arriving {
		if len(h.Call.Args) > 1 {
			c.holds = append(c.holds, k.powerOfTwo(h.Call.Args[1]))
		}
		return
	}
	b, before := l.allocated(k, h), k.view(h.Call.Before)
	same := k.Eq(h.State.Pages, h.Call.Before.Pages)
	for i, g := range h.State.Globals {
		if g != nil {
			same = k.And(same, k.Eq(g, h.Call.Before.Globals[i]))
		}
	}
	c.add(b)
	c.holds = append(c.holds, k.le(before.clean, c.view.clean), k.Ite(k.Eq(b.at, k.num(0)), same, k.And(l.fits(k.system, c.view, b), k.le(b.size, k.num(uint64(l.max))))))
}

// allocated is the block that a call returned, of size 0 if it failed.
func (l *lists) allocated(k *call, h sym.Header) block {
	align := term(nil)
	if len(h.Call.Args) > 1 {
		align = h.Call.Args[1]
	}
	at := k.of(h.Call.Results[0])
	return block{at, k.Ite(k.Eq(at, k.num(0)), k.num(0), l.roomOf(k, l.wanted(k, h.Call.Args[0], align)))}
}

// freeing adds what a call of the function that frees needs, and what is proved of it.
func (l *lists) freeing(k *call, c *claims, earlier []sym.Header, h sym.Header, arriving bool) {
	align := term(nil)
	if len(h.Call.Args) > 2 {
		align = h.Call.Args[2]
	}
	gone := block{k.of(h.Call.Args[0]), l.roomOf(k, l.wanted(k, h.Call.Args[1], align))}
	c.blocks, c.kept = c.blocks[:2], nil // without the old one
	for _, e := range earlier {
		if e.Call != nil && len(e.Call.Results) > 0 {
			c.add(l.allocated(k, e))
		}
	}
	if arriving {
		c.add(gone)
		c.holds = append(c.holds, l.fits(k.system, c.view, gone), k.le(gone.size, k.num(uint64(l.max))))
		if align != nil {
			c.holds = append(c.holds, k.powerOfTwo(align))
		}
	}
}

func (c *claims) add(blocks ...block) { c.blocks = append(c.blocks, blocks...) }

// obligations are those of a call.
func (l *lists) obligations(k *call) []Obligation {
	all := slices.Concat([]Obligation{l.sizes(k)}, k.sound(), l.keeps(k))
	switch k.function.Role {
	case contract.Allocates:
		all = append(all, l.hands(k)...)
	case contract.AllocatesZeroed:
		all = append(append(all, k.zeroed()), l.hands(k)...)
	case contract.Resizes:
		all = append(all, l.resizes(k)...)
	case contract.Frees:
		all = append(all, l.takesBack(k))
	}
	for i := range all[1:] {
		all[i+1] = all[i+1].after("sizes")
	}
	return all
}

// sizes says that the lists of the requests have blocks of their classes, and so do the
// lists at whose heads a path stores.
func (l *lists) sizes(k *call) Obligation {
	ob := Obligation{Name: k.function.Name + ".sizes", Text: "the list of each size has blocks of its class"}
	for _, o := range slices.Concat(k.outcomes, k.arrivals) {
		wanted := l.wantedBy(k, o)
		room := l.roomOf(k, wanted)
		goal := k.Eq(l.sizeOf(k.spec, l.listOf(k, wanted)), room)
		m := l.trail(k, o, true, false).last
		for i, f := range m.done {
			old, head := m.read(f, m.done[:i])
			if head && f.Kind == sym.Store && !m.linkOf(old, f, m.done[:i]) {
				goal = k.And(goal, k.Eq(l.sizeOf(k.spec, l.listAt(m.system, f.Addr)), room))
			}
		}
		goal = k.Implies(k.le(room, k.num(uint64(l.max))), goal)
		if piece := k.piece(o); piece != nil {
			goal = k.And(goal, k.Implies(k.le(k.num(uint64(l.unit)), k.of(piece)), k.Eq(room, k.of(piece))))
		}
		ob.Cases = append(ob.Cases, Case{Name: o.name, Goal: goal, inner: true, path: o.path})
	}
	return ob
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
	none := k.Eq(l.first0(k), k.num(0))
	fresh := l.place(k)
	all := l.block(k)
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
			new := k.And(none, k.Or(k.Eq(fresh.need, k.num(0)), k.Ne(o.post.pages, k.pre.pages)))
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
			return k.Implies(o.ok, k.All(l.fits(k.system, o.post, b), k.le(k.size(), b.size), k.divides(k.alignment(), o.ret), k.le(b.size, k.num(uint64(l.max)))))
		}),
		k.forAll("failure", "a request that fails changes nothing", func(o outcome) term {
			return k.Implies(o.failed, k.unchanged(o))
		}),
		l.everywhere(k, reuseName, "a request takes the first block of its list, if there is one, and nothing else", true, func(o outcome, t *trail) term {
			h, moved := t.heaps[0], k.Ne(o.ret, k.old().at)
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
	old, size := k.room(k.old().at, contract.OldSizeParam), k.room(nil, contract.SizeParam).size
	stays := k.forAll("stays", "a block whose class stays the same stays where it is, and nothing changes", func(o outcome) term {
		return k.All(k.Eq(o.ret, old.at), k.unchanged(o))
	})
	moves := k.forAll("moves", "it moves to the block that alloc returns for the new size, and fails only where alloc does", func(o outcome) term {
		is := k.Eq(o.ret, old.at)
		for _, h := range o.path.Headers {
			if c := h.Call; c != nil && len(c.Results) > 0 && h.Effects == 0 && slices.Equal(c.Before.Globals, k.state.Globals) && c.Before.Pages == k.state.Pages {
				same := k.Eq(c.Args[0], k.word(contract.SizeParam))
				if len(c.Args) > 1 {
					same = k.And(same, k.Eq(c.Args[1], k.word(contract.AlignParam)))
				}
				is = k.Or(is, k.And(same, k.Eq(o.ret, k.of(c.Results[0]))))
			}
		}
		return k.Implies(k.Or(o.ok, o.failed), is)
	})
	return append(l.block(k)[:2], k.unless(k.Ne(old.size, size), stays), moves, l.contents(k), k.possible())
}

// unchanged says that a call leaves everything as it was.
func (k *call) unchanged(o outcome) term {
	rounds := slices.ContainsFunc(o.path.Headers, func(h sym.Header) bool { return h.Forgets && h.Call == nil })
	same := k.And(k.Eq(o.post.pages, k.pre.pages), k.Bool(len(writes(o.path)) == 0 && !rounds))
	for i, g := range k.state.Globals {
		if g != nil {
			same = k.And(same, k.Eq(g, o.path.State.Globals[i]))
		}
	}
	return same
}

// contents says that any one byte that both blocks have room for is kept: it stays, or it
// is copied before anything is written over it, and nothing is written over it there.
func (l *lists) contents(k *call) Obligation {
	i, old := k.some("byte"), k.old()
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
	}, k.lt(i, old.size), k.lt(i, k.size()))
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
	p := k.placed(at, k.Add(at, b.size), fits)
	p.cannot = k.Or(p.cannot, k.lt(k.num(uint64(l.max)), b.size))
	return p
}

// takesBack says that the block becomes the first of its list.
func (l *lists) takesBack(k *call) Obligation {
	head := l.headOf(k.system, l.listOf(k, k.wanted(contract.OldSizeParam)))
	return l.everywhere(k, "gives", "the block becomes the first of its list, and nothing else changes", true, func(o outcome, t *trail) term {
		m := t.last
		old := m.point(head).word
		same := k.Eq(o.post.pages, k.pre.pages)
		for i, g := range k.state.Globals {
			if g != nil {
				same = k.And(same, k.Eq(g, o.path.State.Globals[i]))
			}
		}
		return k.All(same, k.Eq(m.now(m.point(head)).word, k.old().at), k.Eq(m.now(m.point(k.old().at)).word, old), m.now(m.point(k.old().at)).free)
	}, head, k.old().at)
}
