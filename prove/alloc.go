// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/sym"
)

// place is where the contract wants a request to be met.
type place struct {
	at, end term // the block
	need    term // pages to grow by, 0 where the block fits
	cannot  term // the request cannot be met whatever the host says
}

// placeNew is the place for size bytes at a multiple of align in a block of its
// own: behind the top if that is in what is the allocator's already, or if what
// is the allocator's ends with the memory and can be extended; else behind the
// memory, since others' pages are in the way.
func (k *call) placeNew(size, align term) place {
	v := k.pre
	near := k.roundUp(v.top, align)
	far := k.roundUp(v.size, align)
	fits := k.le(k.Add(near, size), v.end)
	at := k.Ite(k.Or(fits, k.Eq(v.end, v.size)), near, far)
	if !k.contract.CanGrow() {
		at = near
	}
	return k.placed(at, k.Add(at, size), fits)
}

// placed completes a place: what fits needs no page; an address has to be below
// 2^width, and the end within what the memory can grow to.
func (k *call) placed(at, end, fits term) place {
	p := place{at: at, end: end}
	p.need = k.Ite(fits, k.num(0), k.Sub(k.pagesFor(end), k.pre.pages))
	p.cannot = k.Or(k.le(k.limit(), at), k.lt(k.bytes(k.pmax), end))
	if !k.contract.CanGrow() {
		p.cannot = k.Or(p.cannot, k.Not(fits))
	}
	return p
}

// refused says that the host refused to grow by exactly the pages needed.
func (k *call) refused(o outcome, need term) term {
	if o.path == nil { // see anyOutcome
		return k.Var("any.refused", 1)
	}
	r := k.Bool(false)
	for _, f := range o.path.Effects {
		if f.Kind == sym.Grow && !f.Grown {
			r = k.Or(r, k.All(k.Ne(need, k.num(0)), k.Eq(f.Len, need), k.Not(f.OK)))
		}
	}
	return r
}

// grows says that the memory has grown as the contract's policy has it, or by
// exactly what is needed where the host refused to grow by more.
func (k *call) grows(o outcome, need term) term {
	by := k.Sub(o.post.pages, k.pre.pages)
	none := k.Eq(need, k.num(0))
	exact := k.And(k.Eq(by, need), k.Or(none, o.refusedMore(k, need)))
	more := k.Bool(false)
	switch k.contract.Grow.Policy {
	case contract.GrowExact:
		more = k.Eq(by, need)
	case contract.GrowChunk: // by whole chunks, and less than one too many
		n := uint64(k.contract.Grow.Chunk)
		more = k.All(k.le(need, by), k.lt(by, k.Add(need, k.num(n))))
		more = k.And(more, k.Eq(k.Urem(by, k.num(n)), k.num(0)))
	case contract.GrowDouble:
		more = k.Eq(by, k.larger(need, k.pre.pages))
	}
	return k.Or(exact, k.And(k.Not(none), more))
}

// refusedMore says that the host refused to grow by more than need.
func (o outcome) refusedMore(k *call, need term) term {
	if o.path == nil { // see anyOutcome
		return k.Var("any.refused.more", 1)
	}
	r := k.Bool(false)
	for _, f := range o.path.Effects {
		if f.Kind == sym.Grow && !f.Grown {
			r = k.Or(r, k.lt(need, f.Len))
		}
	}
	return r
}

// alloc are the obligations of a function that returns a new block of size bytes.
func (s *system) alloc(k *call, zeroed bool) []Obligation {
	size := k.arg("size")
	p := k.placeNew(size, k.arg("align"))
	obligations := append(k.exact(func(outcome) place { return p }), append(k.always(), k.block(size)...)...)
	if zeroed {
		obligations = append(obligations, k.zeroed(size))
	}
	return append(obligations, k.possible())
}

// block are the obligations about the block returned. It may overlap the one that
// realloc resizes.
func (k *call) block(size term) []Obligation {
	old := k.old()
	other := block{k.some("other.at"), k.some("other.size")}
	exists := []term{k.live(k.pre, other), k.lt(k.num(0), other.size), k.apart(old, other)}
	foreign := k.some("foreign")
	notOurs := []term{
		k.lt(foreign, k.pre.size),
		k.Not(k.has(block{k.pre.top, k.Sub(k.pre.end, k.pre.top)}, foreign)),
		k.Not(k.has(k.held(), foreign)),
	}
	facts := []string{"place", "top", "grow", "ours", "invariant", "returns", "failure"}
	if k.function.Name == "realloc" {
		facts = append(facts, "stays")
	}
	got := func(o outcome) block { return block{o.ret, size} }
	return []Obligation{
		k.forAll("bounds", "the block lies between the heap base, the top that is left and the memory's end", func(o outcome) term {
			return k.Implies(o.ok, k.And(k.le(k.base, o.ret), k.le(k.end(got(o)), o.post.top, o.post.size)))
		}).after("place", "top", "grow").implied(facts...),
		k.forAll("disjoint", "the block shares no byte with a live block", func(o outcome) term {
			return k.Implies(o.ok, k.apart(got(o), other))
		}, exists...).after("place").implied(facts...),
		k.forAll("ours", "what becomes free was so before, or was nobody's", func(o outcome) term {
			none := k.le(o.post.end, o.post.top)
			return k.Any(none, k.le(o.post.end, k.pre.end), k.Eq(k.pre.end, k.pre.size), k.le(k.pre.size, o.post.top))
		}),
		k.forAll("foreign", "no byte that somebody else added, or that was used before, is in the block or becomes free", func(o outcome) term {
			free := block{o.post.top, k.Sub(o.post.end, o.post.top)}
			return k.And(k.Implies(o.ok, k.Not(k.has(got(o), foreign))), k.Not(k.has(free, foreign)))
		}, notOurs...).after("place", "top", "grow").implied(facts...),
		k.forAll("live", "live blocks stay below the top", func(o outcome) term {
			return k.le(k.end(other), o.post.top)
		}, exists...).after("place", "top").implied(facts...),
		k.forAll("writes", "nothing is written outside of the block returned", func(o outcome) term {
			may := block{o.ret, k.Ite(o.ok, size, k.num(0))}
			all := k.Bool(true)
			for _, f := range writes(o.path) {
				all = k.And(all, k.Implies(k.happens(f), k.within(written(f), may)))
			}
			return all
		}),
		k.forAll("aligned", "the address is a multiple of the alignment", func(o outcome) term {
			return k.Implies(o.ok, k.divides(k.arg("align"), o.ret))
		}),
		k.forAll("failure", "a request that fails changes nothing", func(o outcome) term {
			same := k.All(k.Eq(o.post.top, k.pre.top), k.Eq(o.post.end, k.pre.end), k.Eq(o.post.pages, k.pre.pages))
			return k.Implies(o.failed, same)
		}),
	}
}

// exact are the obligations about where the block is and when there is none.
func (k *call) exact(where func(o outcome) place) []Obligation {
	return []Obligation{
		k.forAll("place", "the block lies at the first address that will do", func(o outcome) term {
			return k.Implies(o.ok, k.Eq(o.ret, where(o).at))
		}),
		k.forAll("top", "the top moves to the block's end, rounded up to the contract's alignment at most", func(o outcome) term {
			p := where(o)
			return k.Implies(o.ok, k.le(p.end, o.post.top, k.roundUp(p.end, k.align)))
		}).after("place"),
		k.forAll("grow", "the memory grows only where it must, and by what the policy says", func(o outcome) term {
			return k.Implies(o.ok, k.grows(o, where(o).need))
		}).after("place", "top"),
		k.forAll("fails", "it fails exactly where the pages needed cannot be had", func(o outcome) term {
			p := where(o)
			why := k.Implies(o.failed, k.Or(p.cannot, k.refused(o, p.need)))
			return k.And(why, k.Implies(p.cannot, o.failed))
		}).after("place", "top", "grow"),
	}
}

// zeroed says that every byte of the block is 0: it never held anything else, or
// it was filled.
func (k *call) zeroed(size term) Obligation {
	x := k.some("byte")
	fresh := k.le(k.pre.size, x)
	if !k.contract.Dirty {
		fresh = k.Or(fresh, k.And(k.le(k.pre.top, x), k.lt(x, k.pre.end)))
	}
	return k.forAll("zero", "every byte of the block is 0", func(o outcome) term {
		filled, spoilt := k.fills(o, x)
		in := k.And(o.ok, k.has(block{o.ret, size}, x))
		return k.Implies(in, k.And(k.Or(fresh, filled), k.Not(spoilt)))
	})
}

// fills says whether the byte x is filled with 0, and whether anything else is
// written over it.
func (k *call) fills(o outcome, x term) (filled, spoilt term) {
	filled, spoilt = k.Bool(false), k.Bool(false)
	for _, f := range writes(o.path) {
		hit := k.And(k.happens(f), k.has(written(f), x))
		zero := k.Bool(false)
		if f.Kind == sym.Fill && f.Round == nil {
			zero = k.Eq(k.Extract(f.Value, 0, 8), k.Const(8, 0))
		}
		filled = k.Or(filled, k.And(hit, zero))
		spoilt = k.Or(spoilt, k.And(hit, k.Not(zero)))
	}
	return filled, spoilt
}
