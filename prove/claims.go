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
	if l := h.lists; k.makesBlock() {
		h.point(h.point(l.headOf(k.system, l.listOf(k, k.request()))).word)
	}
}

// request is what a request asks for as lists.wanted, and old what the old block was
// asked for with.
func (k *call) request() term { return k.wanted(contract.SizeParam) }

func (k *call) wanted(role contract.ParamRole) term {
	l := k.strategy.(*lists)
	size, align := k.word(role), term(nil)
	if k.asks[contract.AlignParam] != nil || k.function.Param(contract.AlignParam) >= 0 {
		align = k.word(contract.AlignParam)
	}
	return l.wanted(k, size, align)
}

func (k *call) word(role contract.ParamRole) term {
	if w := k.asks[role]; w != nil {
		return w
	}
	return k.words[k.function.Param(role)]
}

// room is the block of a request at an address: all bytes of its class.
func (k *call) room(at term, role contract.ParamRole) block {
	return block{at, k.strategy.(*lists).roomOf(k, k.wanted(role))}
}

// takesOld reports whether the call is given a block that has bytes.
func (k *call) takesOld() bool { return !k.old.at.IsConst() }

// makesBlock reports whether the call returns a block of the heap.
func (k *call) makesBlock() bool { return k.function.Result == contract.BlockResult && !k.outside }

// before is what is claimed when a call starts. The block given is a live one.
func (l *lists) before(k *call) claims {
	v, y := k.pre, l.taken(k)
	c := claims{view: v, blocks: []block{k.region(v), y}}
	c.holds = []term{k.lt(y.at, v.size), k.apart(y, l.heads(k.system))}
	if k.takesOld() {
		old := k.room(k.old.at, contract.OldSizeParam)
		c.blocks = append(c.blocks, old)
		c.holds = append(c.holds, l.fits(k.system, v, old), k.le(old.size, k.num(uint64(l.max))))
	}
	return c
}

// after is what is claimed when a call returns.
func (l *lists) after(k *call, o outcome) claims {
	c := claims{view: o.post, blocks: []block{k.region(o.post), l.taken(k)}}
	if k.makesBlock() {
		b := k.room(o.ret, contract.SizeParam)
		b.size = k.Ite(o.ok, b.size, k.num(0))
		c.blocks = append(c.blocks, b)
		if k.takesOld() {
			old := k.room(k.old.at, contract.OldSizeParam)
			old.size = k.Ite(o.ok, k.num(0), old.size)
			c.blocks = append(c.blocks, old)
		}
	}
	return c
}

// The locals of the function that refills the region, by number. What is known of its
// loops, and of the one that it gives memory to the lists with, is said of these. A wrong
// number proves nothing.
const (
	refillSize  = iota // of the block wanted
	refillHead         // the number, times 4, of a list
	refillFrom         // minus the start of a region that may do
	refillTo           // minus its end
	refillBlock        // the region's, if it is a free block
	_
	refillAt // minus the block's address in it
)

// inside is what is claimed where a path is cut: at a call and at the header of a loop
// that goes through memory in pieces; arriving says that the path ends there.
func (l *lists) inside(k *call, earlier []sym.Header, h sym.Header, arriving bool) claims {
	v := k.view(h.State)
	c := claims{view: v, blocks: []block{k.region(v), l.taken(k)}, holds: []term{k.invariant(v)}}
	if v.fresh != nil && h.Call == nil {
		c.holds = append(c.holds, k.Not(v.fresh))
	}
	if k.takesOld() {
		old := k.room(k.old.at, contract.OldSizeParam)
		c.add(old)
		c.kept = append(c.kept, old)
	}
	switch typ, _ := k.module.FuncType(h.At.Func); {
	case h.Call != nil && k.provides(contract.Allocates, h.Call.Func):
		l.allocating(k, &c, h, arriving)
	case h.Call != nil:
		l.freeing(k, &c, earlier, h, arriving)
	case len(typ.Params) == 2 && len(typ.Results) == 1 && len(h.Locals) > refillAt && k.hints.End.Kind == EndBytes: // a search for a larger block
		l.searching(k, &c, earlier, h)
	case len(typ.Params) == 2 && len(typ.Results) == 0 && (k.takesOld() || len(h.Caller) > refillAt): // memory in pieces
		l.giving(k, &c, h)
	case len(typ.Params) == 1 && len(typ.Results) == 1 && len(h.Locals) > 2: // a block, with a gap in front
		from, at := k.minus(h.Locals[1]), k.minus(h.Locals[2])
		b := block{at, l.sized(k, &c, h.Entry[0])}
		c.add(b, block{from, k.Sub(at, from)})
		c.kept = append(c.kept, b)
		c.holds = append(c.holds, l.fits(k.system, v, b), k.le(l.start(k.system), from, at), k.divides(k.num(uint64(l.step)), k.Or(from, at)),
			k.lt(k.Sub(at, from), k.And(b.size, k.Neg(b.size)))) // so the gap's pieces end at the block
		c.rest = k.Sub(at, from)
		c.piece = k.lowest(h.Locals[1])
	default: // nothing is known, so that nothing can be proved
		c.rest, c.holds = k.num(0), append(c.holds, k.Bool(false))
	}
	return c
}

// sized adds that a word is the size of the request's blocks, and returns it.
func (l *lists) sized(k *call, c *claims, size term) term {
	l.rooms = append(l.rooms, size)
	c.holds = append(c.holds, k.Eq(k.of(size), k.room(nil, contract.SizeParam).size))
	return k.of(size)
}

// searching adds what holds while larger lists are searched: either nothing is found yet,
// or the block is the first of the list, and from and to are its ends.
func (l *lists) searching(k *call, c *claims, earlier []sym.Header, h sym.Header) {
	head, from, to, block := h.Locals[refillHead], h.Locals[refillFrom], h.Locals[refillTo], h.Locals[refillBlock]
	n := k.of(head)
	l.sized(k, c, h.Locals[refillSize])
	origin := uint64(l.origin())
	at := k.Add(n, k.num(origin))
	if k.contract.HeapBase.Linker { // the code adds, since no offset of a load is a linker's to decide
		at = k.of(k.Add(head, k.Const(32, origin)))
	}
	valid := k.le(k.sizeOf(l.listAt(k.system, at)), k.num(uint64(l.max)))
	c.rest = n
	c.holds = append(c.holds, l.isHead(k.system, at), valid)
	if len(earlier) > 0 { // the loop inside
		c.holds = append(c.holds, k.le(n, k.of(earlier[len(earlier)-1].Locals[refillHead])))
		return
	}
	none := k.Eq(block, k.Const(32, 0))
	found := k.And(k.Eq(k.minus(from), k.of(block)), k.Eq(k.minus(to), k.Add(k.of(block), k.sizeOf(l.listAt(k.system, at)))))
	c.holds = append(c.holds, k.Ite(none, k.And(k.Eq(k.minus(from), k.pre.top), k.Eq(k.minus(to), k.pre.end)), found), k.le(n, k.of(h.Entry[refillHead])))
	c.holds = append(c.holds, k.Or(none, k.Not(l.place(k).fits))) // the region is too short
	c.words = append(c.words, word{at: at, value: k.of(block), known: k.Not(none)})
}

// giving adds what holds while memory is given to the lists in pieces.
func (l *lists) giving(k *call, c *claims, h sym.Header) {
	from, to := k.minus(h.Locals[0]), k.minus(h.Locals[1])
	piece := block{from, k.Sub(to, from)}
	c.rest, c.piece = piece.size, k.lowest(k.Or(h.Locals[0], h.Locals[1]))
	if k.takesOld() { // the tail of a block that shrinks
		kept := k.room(k.old.at, contract.SizeParam)
		c.blocks, c.kept = append(c.blocks[:2], kept), []block{kept}
	} else {
		size, start, at := l.sized(k, c, h.Caller[refillSize]), k.minus(h.Caller[refillFrom]), k.minus(h.Caller[refillAt])
		top, end := k.minus(k.Sub(h.Caller[refillAt], h.Caller[refillSize])), k.minus(h.Caller[refillTo]) // of the next region
		v, b := &c.view, block{at, size}
		to := h.Caller[refillAt]
		if l.grain > l.step { // only what may be a block is given
			to = k.And(k.Add(to, k.Const(32, uint64(l.grain-1))), k.Const(32, uint64(-l.grain)))
		}
		front := h.Entry[1] == to // the bytes in front of the block, and before them the old region
		if k.hints.DirtyMark != nil {
			old := v.end
			if v.clean = k.larger(k.address(v, h.State, *k.hints.DirtyMark), at); !front {
				v.clean = k.larger(v.clean, old)
			}
		}
		if v.clean == v.top {
			v.clean = top
		}
		v.top, v.end = top, end
		c.blocks[0] = k.region(*v)
		c.add(b)
		c.kept = append(c.kept, b)
		if !front {
			c.add(block{start, k.Sub(at, start)})
		}
		c.holds = append(c.holds, k.le(l.start(k.system), start, at), k.Eq(k.end(b), top), k.le(top, end, v.size), l.suits(k.system, b),
			k.le(size, k.num(uint64(l.max))), k.divides(k.num(uint64(l.step)), k.Or(start, end)))
		if l.max < contract.MaxListed { // the block did not fit here, or this is in front of it: so each piece has a class
			c.holds = append(c.holds, k.lt(piece.size, k.Add(size, k.lowest(size))), k.le(k.of(c.piece), size))
		}
	}
	c.add(piece)
	c.holds = append(c.holds, k.lt(from, to), k.le(l.start(k.system), from), k.le(to, c.view.clean), k.divides(k.num(uint64(l.grain)), k.Or(from, to)))
}

// lowest is the lowest bit of a word.
func (s *system) lowest(n term) term { return s.And(n, s.Neg(n)) }

func (s *system) sizeOf(list term) term { return s.strategy.(*lists).sizeOf(s.spec, list) }

// opaque are the functions that a call need not enter, because they have a proof of
// their own.
func (l *lists) opaque(k *call) map[uint32]bool {
	apart := map[uint32]bool{}
	for _, g := range k.functions {
		calls := g.Role == contract.Allocates && k.role.Makes() || g.Role == contract.Frees && k.role == contract.Resizes
		if index, _, err := k.find(g); err == nil && g.ABI == contract.Core && index != k.index && calls {
			apart[index] = g.Role == contract.Allocates && k.contract.OOM == contract.OOMTrap
		}
	}
	return apart
}

// provides reports whether a function of the module is core's with the role.
func (s *system) provides(role contract.Role, index uint32) bool {
	return slices.ContainsFunc(s.functions, func(f contract.Function) bool {
		i, _, err := s.find(f)
		return err == nil && i == index && f.ABI == contract.Core && f.Role == role
	})
}

// allocating adds what a call of the function that allocates needs, and what is proved of it.
func (l *lists) allocating(k *call, c *claims, h sym.Header, arriving bool) {
	if k.asks[contract.SizeParam] != nil { // computed, and not wrapped around
		c.holds = append(c.holds, k.le(k.size, k.room(nil, contract.SizeParam).size))
	}
	if arriving {
		if len(h.Call.Args) > 1 {
			c.holds = append(c.holds, k.powerOfTwo(h.Call.Args[1]))
		}
		return
	}
	b, before := l.allocated(k, h), k.view(h.Call.Before)
	same := k.And(k.Eq(h.State.Pages, h.Call.Before.Pages), k.alike(h.State, h.Call.Before))
	c.add(b)
	if c.view.fresh != nil {
		c.holds = append(c.holds, k.Implies(k.Or(k.Ne(b.at, k.num(0)), k.Not(before.fresh)), k.Not(c.view.fresh)))
	}
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

// freeing adds what a call of the function that frees needs, and what is proved of it: the
// old block goes after a new one was found.
func (l *lists) freeing(k *call, c *claims, earlier []sym.Header, h sym.Header, arriving bool) {
	align := term(nil)
	if len(h.Call.Args) > 2 {
		align = h.Call.Args[2]
	}
	gone := block{k.of(h.Call.Args[0]), l.roomOf(k, l.wanted(k, h.Call.Args[1], align))}
	c.blocks, c.kept = c.blocks[:2], nil // without the old one
	for _, e := range earlier {
		if e.Call != nil && len(e.Call.Results) > 0 {
			b := l.allocated(k, e)
			c.add(b)
			c.holds = append(c.holds, k.Ne(b.at, k.num(0)), l.fits(k.system, c.view, b))
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
