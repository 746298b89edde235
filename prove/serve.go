// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/sym"
)

// Where the function that allocates is exported, others that call it are proved by what is
// proved of it.

// passes reports whether the call passes over calls of the function that allocates.
func (k *call) passes() bool {
	return slices.ContainsFunc(k.all, func(o outcome) bool { return o.path.End == sym.Arrived && o.path.Call != nil })
}

// calls says that the first thing that a path does is to call the function that allocates
// with the request, and that it returns what that does.
func (k *call) calls(o outcome) term {
	hs := o.path.Headers
	if len(hs) == 0 || hs[0].Call == nil || !k.provides(contract.Allocates, hs[0].Call.Func) {
		return k.Bool(false)
	}
	c, first := hs[0].Call, !slices.ContainsFunc(o.path.Effects[:hs[0].Effects], writing)
	if !first || !slices.Equal(c.Before.Globals, k.state.Globals) || c.Before.Pages != k.state.Pages {
		return k.Bool(false)
	}
	is := k.And(k.Eq(c.Args[0], k.word(contract.SizeParam)), k.Eq(o.ret, k.of(c.Results[0])))
	if len(c.Args) > 1 {
		is = k.And(is, k.Eq(c.Args[1], k.word(contract.AlignParam)))
	}
	return is
}

// served says that the block is the one that the function that allocates returns, and that
// nothing else changes but what it changes.
func (l *lists) served(k *call) Obligation {
	return k.forAll("serves", "it returns the block that alloc returns, and fails only where alloc does", func(o outcome) term {
		h := o.path.Headers
		same := len(h) > 0 && h[0].State.Pages == o.path.State.Pages && slices.Equal(h[0].State.Globals, o.path.State.Globals)
		asked := k.And(k.Bool(same), k.calls(o))
		return k.And(k.Implies(o.ok, asked), k.Implies(k.And(o.failed, k.Not(k.never)), asked))
	})
}

// intact says that nothing is written over the block that is returned: where it was 0, it
// stays so. The block that a part of a path starts with is the one that it ends with.
func (l *lists) intact(k *call) Obligation {
	x := k.some("byte")
	return l.everywhere(k, "intact", "nothing is written over the block returned", false, func(o outcome, t *trail) term {
		blocks := t.to.kept
		if o.path.End != sym.Arrived {
			blocks = t.to.blocks[2:]
		}
		all := k.Bool(true)
		for _, b := range blocks {
			goal := k.Bool(true)
			for _, e := range t.last.done {
				if writing(e) {
					goal = k.And(goal, k.Not(k.And(k.happens(e), k.has(written(e), x))))
				}
			}
			for _, c := range t.from.kept {
				goal = k.And(goal, k.has(c, x))
			}
			all = k.And(all, k.Implies(k.has(b, x), goal))
		}
		return all
	})
}

// zeroed says that every byte of the block is 0. A byte that the allocator does not own is
// taken, so no block that it returns has it; and what was 0 in a block still is, because
// the function that allocates writes nothing over it.
func (l *lists) zeroed(k *call) Obligation {
	ob := k.zeroed()
	if !k.passes() {
		return ob
	}
	x, y, v := k.some("byte"), l.taken(k), k.pre
	foreign := func(x term) term { return k.And(k.le(k.larger(v.clean, v.end), x), k.lt(x, v.size)) }
	for i, c := range ob.Cases {
		for _, h := range c.path.Headers {
			if h.Call != nil && len(h.Call.Results) > 0 {
				none := k.Implies(foreign(x), k.Not(k.has(l.allocated(k, h), x)))
				ob.Cases[i].Assume = append(c.Assume[:len(c.Assume):len(c.Assume)], none)
			}
		}
	}
	h, before := k.newHeap(l, "heap"), l.before(k)
	h.point(k.some("unused"))
	taken := k.All(slices.Concat(before.holds, k.disjoint(before.blocks), h.invariant(v, before.blocks))...)
	given := append(h.invariant(v, []block{k.region(v)}), foreign(y.at))
	ob.Cases = append(ob.Cases, Case{Name: "foreign bytes are taken", Assume: append(given, k.assume...), Goal: taken, inner: true})
	return ob
}
