// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"fmt"

	"github.com/genalloc/genalloc/prove/sym"
)

// A heap is the memory's words at one moment, and which addresses are those of free
// blocks. Nothing is known of it but at points, of which there are as many as a
// statement needs: that is sound, because a statement that follows from the invariant
// at some points follows from it at all of them.
type heap struct {
	*system
	lists  *lists
	name   string
	points []point
	brief  bool // leave out what the invariant says of the blocks' sizes
	at     map[term]int
}

// point is what a heap has at an address.
type point struct {
	at   term // the address
	word term // the word there
	free term // whether it is the address of a free block
	list term // the number of that block's list
	size term // its bytes
}

func (s *system) newHeap(l *lists, name string) *heap {
	return &heap{system: s, lists: l, name: name, at: map[term]int{}}
}

// point returns the point at an address.
func (h *heap) point(at term) point { return h.with(at, nil) }

// with returns the point at an address. If it is a new one, it has the word, or an
// unknown one for nil.
func (h *heap) with(at, word term) point {
	i, known := h.at[at]
	if !known {
		i = len(h.points)
		name := func(kind string) string { return fmt.Sprintf("%s.%s%d", h.name, kind, i) }
		list := h.of(h.Var(name("list"), listBits))
		if word == nil {
			word = h.some(name("word"))
		}
		h.points = append(h.points, point{
			at: at, word: word, free: h.Var(name("unused"), 1), list: list, size: h.lists.sizeOf(h.spec, list),
		})
		h.at[at] = i
	}
	return h.points[i]
}

func (p point) block() block { return block{p.at, p.size} }

// invariant is what holds of the lists between calls, at the points. Claims are bytes
// that no free block has.
func (h *heap) invariant(v view, claims []block) (all []term) {
	for i, p := range h.points {
		fine := []term{h.le(h.lists.start(h.system), p.at), h.isLink(p)}
		for _, c := range claims {
			fine = append(fine, h.Not(h.has(c, p.at)))
			if !h.brief {
				fine = append(fine, h.apart(c, p.block()))
			}
		}
		if !h.brief {
			fine = append(fine, h.lists.placed(h, v, p))
		}
		all = append(all, h.Implies(p.free, h.All(fine...)), h.isHead(p))
		for _, q := range h.points[:i] {
			same := h.Eq(p.at, q.at)
			all = append(all, h.Implies(same, h.All(h.Eq(p.word, q.word), h.Eq(p.free, q.free), h.Eq(p.list, q.list))),
				h.Implies(h.All(p.free, q.free, h.Not(same)), h.unlike(p, q)),
				h.Implies(h.And(p.free, h.lists.isHead(h.system, q.at)), h.once(p, q)),
				h.Implies(h.And(q.free, h.lists.isHead(h.system, p.at)), h.once(q, p)))
		}
	}
	return all
}

// unlike says that two free blocks share no byte and do not link to the same one.
func (h *heap) unlike(p, q point) term {
	if h.brief {
		return h.once(p, q)
	}
	return h.And(h.apart(p.block(), q.block()), h.once(p, q))
}

// once says that what p names is not named by q as well.
func (h *heap) once(p, q point) term {
	return h.Or(h.Eq(p.word, h.num(0)), h.Ne(p.word, q.word))
}

// isLink says that a free block's word is 0 or leads to a block of the same list.
func (h *heap) isLink(p point) term { return h.leads(p.word, p.list) }

// isHead says that the word at a head is 0 or leads to a block of the head's list.
func (h *heap) isHead(p point) term {
	return h.Implies(h.lists.isHead(h.system, p.at), h.leads(p.word, h.lists.listAt(h.system, p.at)))
}

// leads says that a word is 0 or the address of a free block of a list, if the heap has
// a point there.
func (h *heap) leads(word, list term) term {
	i, known := h.at[word]
	if !known {
		return h.Bool(true)
	}
	p := h.points[i]
	return h.Or(h.Eq(word, h.num(0)), h.And(p.free, h.Eq(p.list, list)))
}

// moment is a heap after some effects of a path.
type moment struct {
	*heap
	done  []sym.Effect
	words []word // known from the start
}

// now is what is at the point after the effects. A block enters a list when its address
// is stored at a head, and leaves it when the head's word is replaced by what was read
// at the block. This is a guess of what the code means; wrong guesses prove nothing,
// because the invariant has to hold of what they make of the lists.
func (m moment) now(p point) point {
	for i, f := range m.done {
		if f.Kind != sym.Store {
			continue
		}
		value := m.of(f.Value)
		if old, ok := m.read(f, m.done[:i]); ok {
			if m.linkOf(old, f, m.done[:i]) {
				p.free = m.And(p.free, m.Ne(p.at, old))
			} else {
				hit := m.Eq(p.at, value)
				p.free = m.Or(p.free, hit)
				list := m.lists.listAt(m.system, f.Addr)
				p.list, p.size = m.Ite(hit, list, p.list), m.Ite(hit, m.lists.sizeOf(m.spec, list), p.size)
			}
		}
		p.word = m.Ite(m.Eq(f.Addr, p.at), value, p.word)
	}
	return p
}

// read returns what was read where the effect stores, if that was read.
func (m moment) read(store sym.Effect, before []sym.Effect) (value term, ok bool) {
	for _, f := range before {
		if f.Kind == sym.Load && f.Value != nil && f.Addr == store.Addr {
			value, ok = m.of(f.Value), true
		}
	}
	for _, w := range m.words {
		if w.at == store.Addr && !ok {
			value, ok = w.value, true
		}
	}
	return value, ok
}

// linkOf reports whether the effect stores what was read at the block.
func (m moment) linkOf(block term, store sym.Effect, before []sym.Effect) bool {
	for _, f := range before {
		if f.Kind == sym.Load && f.Addr == block && f.Value == store.Value {
			return true
		}
	}
	return false
}

// loads says what the loads read.
func (m moment) loads() (all []term) {
	for i, f := range m.done {
		if f.Kind == sym.Load && f.Value != nil {
			p := moment{m.heap, m.done[:i], m.words}.now(m.point(f.Addr))
			all = append(all, m.Eq(m.of(f.Value), p.word))
		}
	}
	return all
}

// visit makes points of all addresses that the effects use, and of what is there.
func (m moment) visit() {
	stored := false
	for _, f := range m.done {
		switch {
		case f.Kind == sym.Load && f.Value != nil && !stored:
			m.point(m.with(f.Addr, m.of(f.Value)).word)
		case f.Kind == sym.Load:
			m.point(m.point(f.Addr).word)
			if f.Value != nil {
				m.point(m.of(f.Value))
			}
		case f.Kind == sym.Store:
			m.point(f.Addr)
			stored = true
		}
	}
}

// leads says that a word is 0 or leads to a block of the list: one of the points.
func (m moment) leads(word, list term) term {
	r := m.Eq(word, m.num(0))
	for _, p := range m.points {
		q := m.now(p)
		r = m.Or(r, m.All(m.Eq(word, q.at), q.free, m.Eq(q.list, list)))
	}
	return r
}
