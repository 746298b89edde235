// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"slices"

	"github.com/genalloc/genalloc/prove/sym"
)

// claims are bytes that belong to somebody at one moment, and so to no free block: live
// blocks, the region, and what a function is about to hand out or to give to the lists.
type claims struct {
	view   view
	blocks []block // no byte belongs to two
	kept   []block // those of them that stay as they are up to the next such moment
	holds  []term  // what else holds
	words  []word  // what is in the memory
	rest   term    // of a loop: a number that falls in each round
	piece  term    // of a loop: the size of the block that a round gives to the lists, a word
}

// word says that where known holds, the word at an address has a value.
type word struct{ at, value, known term }

// trail is what is known of the lists along a path. It starts with the call, and at each
// header of a loop that writes the memory is another part: only the claims are known.
type trail struct {
	k     *call
	o     outcome
	from  claims // where the last part starts
	last  moment // at its end
	to    claims
	facts []term   // of the last part
	past  []term   // of the other parts, not counting the sizes of blocks
	conds []term   // the path's conditions in the last part
	heaps []moment // at the ends of the parts
	words []word   // in the last part, at its start
}

// trail follows a path. The last heap gets a point at each of the addresses. Brief leaves
// out what is known of the blocks' sizes; whole adds what is known of the request's list.
func (l *lists) trail(k *call, o outcome, brief, whole bool, at ...term) *trail {
	t := &trail{k: k, o: o, from: l.before(k), conds: o.path.Conds}
	p, effects, last := o.path, 0, len(o.path.Headers)
	for last > 0 && !p.Headers[last-1].Forgets {
		last--
	}
	h := k.newHeap(l, "heap")
	h.brief = brief || last > 0
	if whole {
		k.wants(h)
	}
	holds := append(t.from.holds, k.readings(p)...)
	for i, head := range p.Headers {
		at := l.inside(k, p.Headers[:i], head, false)
		if head.Forgets {
			t.past, holds = append(t.past, holds...), l.before(k).holds // of a byte that stays taken
			t.conds = p.Conds[head.Conds:]
		}
		holds = append(holds, at.holds...)
		for _, w := range at.words {
			if slices.Contains(p.Conds, w.known) {
				h.with(w.at, w.value)
			}
			h.point(h.point(w.at).word)
			t.words = append(t.words, w)
			holds = append(holds, k.Implies(w.known, k.Eq(h.point(w.at).word, w.value)))
		}
		if !head.Forgets {
			continue
		}
		t.part(h, p.Effects[effects:head.Effects])
		h = k.newHeap(l, "heap."+head.Name)
		h.brief = brief || i+1 < last
		t.from, effects = at, head.Effects
	}
	for _, a := range at {
		h.point(h.point(a).word)
	}
	t.past, t.facts = append(t.past, t.facts...), nil
	t.part(h, p.Effects[effects:])
	t.facts = append(t.facts, holds...)
	switch {
	case p.End != sym.Arrived:
		t.to = l.after(k, o)
	case p.Back >= 0:
		head, earlier := p.Headers[p.Back], p.Headers[:p.Back]
		rest := l.inside(k, earlier, head, false).rest
		head.Locals, head.State = p.Locals, p.State
		t.to = l.inside(k, earlier, head, true)
		t.to.holds = append(t.to.holds, k.lt(t.to.rest, rest))
	default:
		head := sym.Header{At: p.At, Entry: p.Locals, Locals: p.Locals, Caller: p.Caller, State: p.State, Call: p.Call}
		t.to = l.inside(k, p.Headers, head, true)
	}
	return t
}

// part ends a part of the path, with what its effects read.
func (t *trail) part(h *heap, effects []sym.Effect) {
	m := moment{h, effects, t.words}
	t.words = nil
	m.visit()
	t.facts = append(t.facts, t.k.disjoint(t.from.blocks)...)
	t.facts = append(t.facts, m.loads()...)
	t.facts = append(t.facts, h.invariant(t.from.view, t.from.blocks)...)
	t.heaps, t.last = append(t.heaps, m), m
}

// disjoint says that the blocks share no byte.
func (s *system) disjoint(blocks []block) (all []term) {
	for i, b := range blocks {
		for _, c := range blocks[:i] {
			all = append(all, s.Or(s.Eq(c.size, s.num(0)), s.apart(b, c)))
		}
	}
	return all
}
