// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"slices"

	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/prove/sym"
	"github.com/genalloc/genalloc/wasm"
)

// reuseName is the name of the obligation that needs to know all of a path.
const reuseName = "reuse"

// roundsName is the name of the obligation that what holds at a header does.
const roundsName = "rounds"

// everywhere makes an obligation that has the goal at the end of every path, with
// points at the addresses.
func (l *lists) everywhere(k *call, name, text string, brief bool, goal func(o outcome, t *trail) term, at ...term) Obligation {
	ob := Obligation{Name: k.label + "." + name, Text: text}
	for _, o := range slices.Concat(k.outcomes, k.arrivals) {
		if o.path.End == sym.Arrived && !o.path.Forgets && name != roundsName {
			continue // the part goes on, and is looked at where it ends
		}
		t := l.trail(k, o, brief, name == reuseName, at...)
		c := Case{Name: o.name, call: k, path: o.path, loosen: l.loosen}
		c.Assume = slices.Concat(k.assume, t.conds, t.facts)
		if name == reuseName {
			c.Assume = slices.Concat(k.assume, o.path.Conds, t.facts, t.past)
		}
		goals := []term{goal(o, t)}
		if slices.Contains(manyGoals, name) {
			goals = k.conjuncts(goals[0])
		}
		ob.Cases = append(ob.Cases, c.parts(goals)...)
	}
	return ob
}

// manyGoals names obligations whose goals are many statements, which are proved faster
// one by one.
var manyGoals = []string{"unused", "apart", "disjoint"}

// conjuncts returns statements that all hold exactly when the goal does.
func (s *system) conjuncts(goal term) (all []term) {
	if goal.Op == bv.OpAnd {
		return append(s.conjuncts(goal.Args[0]), s.conjuncts(goal.Args[1])...)
	}
	if goal.Op == bv.OpOr {
		for i, part := range goal.Args {
			if part.Op != bv.OpAnd {
				continue
			}
			for _, g := range s.conjuncts(part) {
				all = append(all, s.Or(goal.Args[1-i], g))
			}
			return all
		}
	}
	return []term{goal}
}

func (l *lists) facts(k *call, o outcome) []term {
	t := l.trail(k, o, false, true)
	return append(t.facts, t.past...)
}

// keeps returns the obligations that the lists stay right, and what is claimed apart.
func (l *lists) keeps(k *call) []Obligation {
	f, g := k.some("unused"), k.some("unused.other")
	head := l.headOf(k.system, k.of(k.Var("list", listBits)))
	two := func(goal func(t *trail, p, q point) term) func(outcome, *trail) term {
		return func(_ outcome, t *trail) term {
			return goal(t, t.last.now(t.last.point(f)), t.last.now(t.last.point(g)))
		}
	}
	words := k.num(4)
	all := []Obligation{
		l.everywhere(k, "heads", "each list's head is 0 or the address of a free block of the list", true, func(_ outcome, t *trail) term {
			m := t.last
			return m.Implies(l.isHead(m.system, head), m.leads(m.now(m.point(head)).word, l.listAt(m.system, head)))
		}, head),
		l.everywhere(k, "links", "each free block's first word is 0 or the address of another one of its list", true, two(func(t *trail, p, _ point) term {
			return k.Implies(p.free, t.last.leads(p.word, p.list))
		}), f),
		l.everywhere(k, "unused", "each free block has a class, lies where its class may, and is nobody's", false, two(func(t *trail, p, _ point) term {
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
					fine := k.And(k.apart(written(e), l.heads(k.system)), k.Implies(p.free, k.apart(written(e), block{f, words})))
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
				if writing(e) {
					goal = k.And(goal, k.Not(k.And(k.happens(e), k.has(written(e), x))))
				}
			}
			return k.Implies(clean(t.to.view), goal)
		}),
		l.everywhere(k, "writes", "nothing is written over a live block or memory that is not the allocator's", false, func(o outcome, t *trail) term {
			all := k.Bool(true)
			for _, e := range t.last.done {
				if !writing(e) {
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
	all = append(all, l.others(k))
	if k.contract.Align() <= wasm.PageSize { // otherwise what is shorter than a block is lost
		all = append(all, l.rest(k))
	}
	return all
}

// rest says that no byte is lost: one of the region, of a block that is given or leaves its
// list, or of new pages is in the end in the region, in a block that is handed out or about
// to be given, or in one that has become the first of its list, in front of the others. Where
// the region ends with the top's page, what is left of it in front of foreign pages is lost.
func (l *lists) rest(k *call) Obligation {
	x := k.some("rest")
	in := func(c claims) term {
		is := k.has(c.blocks[0], x)
		for _, b := range c.blocks[2:] { // without the taken byte
			is = k.Or(is, k.has(b, x))
		}
		return is
	}
	lost := k.All(k.Bool(k.hints.End.Kind == EndPage), k.lt(k.pre.end, k.pre.size), k.has(k.region(k.pre), x))
	return l.everywhere(k, "rest", "what is left of the region, and what lies in front of a block, goes to the lists", true, func(_ outcome, t *trail) term {
		m, grown := t.last, block{t.from.view.size, k.Sub(t.to.view.size, t.from.view.size)}
		had, has := k.Or(in(t.from), k.has(grown, x)), in(t.to)
		for i, e := range m.done {
			old, head := m.read(e, m.done[:i])
			if e.Kind != sym.Store || !head {
				continue
			}
			at, size := k.of(e.Value), l.sizeOf(k.spec, l.listAt(k.system, e.Addr))
			if m.linkOf(old, e, m.done[:i]) {
				had = k.Or(had, k.has(block{old, size}, x))
			} else {
				first := k.And(k.Eq(m.now(m.point(e.Addr)).word, at), k.Eq(m.now(m.point(at)).word, old))
				has = k.Or(has, k.And(first, k.has(block{at, size}, x)))
			}
		}
		return k.Implies(k.And(had, k.Not(lost)), has)
	})
}

// others says that a list changes at its head alone, where a block enters or leaves it: the
// blocks behind that one stay.
func (l *lists) others(k *call) Obligation {
	head, f := l.headOf(k.system, k.of(k.Var("list", listBits))), k.some("unused")
	return l.everywhere(k, "others", "the other blocks of a list stay in it", true, func(_ outcome, t *trail) term {
		m := t.last
		before, now := m.point(head).word, m.now(m.point(head)).word
		kept := k.Eq(now, before)
		for i, e := range m.done {
			old, read := m.read(e, m.done[:i])
			if e.Kind != sym.Store || !read {
				continue
			}
			is := k.All(k.Eq(e.Addr, head), k.Eq(now, k.of(e.Value)), k.Eq(old, before))
			if !m.linkOf(old, e, m.done[:i]) {
				is = k.And(is, k.Eq(m.now(m.point(k.of(e.Value))).word, old))
			}
			kept = k.Or(kept, is)
		}
		p, q := m.point(f), m.now(m.point(f))
		return k.And(k.Implies(l.isHead(k.system, head), kept), k.Implies(k.And(p.free, q.free), k.Eq(q.word, p.word)))
	}, head, f)
}
