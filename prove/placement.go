// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/sym"
)

// place is where a block has to lie.
type place struct {
	at, size term // the block
	end      term // at + size
	fits     term // whether it needs no pages
	need     term // pages to grow by, 0 if the block fits
	cannot   term // the request cannot be met whatever the host says
}

// resizing says what has to become of a block that is resized.
type resizing struct {
	stays term                  // whether it stays where it is and takes no memory
	text  string                // what has to hold then, in words
	then  func(o outcome) term  // the same as a statement
	place func(o outcome) place // where it has to lie otherwise
}

// placed completes a place. A block that fits needs no pages; its address has to be
// below 2^width, and its end within the largest memory.
func (k *call) placed(at, size, fits term) place {
	end := k.Add(at, size)
	p := place{at: at, size: size, end: end, fits: fits, need: k.pagesAt(at, size, fits)}
	p.cannot = k.Any(k.never, k.le(k.limit(), at), k.lt(k.inBytes(k.pmax), end))
	if !k.contract.CanGrow() {
		p.cannot = k.Or(p.cannot, k.Not(fits))
	}
	return p
}

// pagesAt is the number of pages that a block needs, 0 if it fits.
func (k *call) pagesAt(at, size, fits term) term {
	return k.Ite(fits, k.num(0), k.Sub(k.pagesFor(k.Add(at, size)), k.pre.pages))
}

// choose is the place p if the statement holds, else q.
func (s *system) choose(which term, p, q place) place {
	return place{
		at: s.Ite(which, p.at, q.at), size: s.Ite(which, p.size, q.size), end: s.Ite(which, p.end, q.end),
		fits: s.Ite(which, p.fits, q.fits), need: s.Ite(which, p.need, q.need), cannot: s.Ite(which, p.cannot, q.cannot),
	}
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

// grows says that the memory has grown by what the contract's policy says, or by
// exactly what is needed if the host refused to grow by more.
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

// placement returns the obligations about where the block is and when there is none.
func (k *call) placement(where func(o outcome) place) []Obligation {
	return []Obligation{
		k.forAll("place", "the block lies at the first suitable address", func(o outcome) term {
			return k.Implies(o.ok, k.Eq(o.ret, where(o).at))
		}),
		k.forAll("top", "the top moves to the block's end, rounded up at most to the contract's alignment", func(o outcome) term {
			end := k.Add(o.ret, where(o).size)
			return k.Implies(o.ok, k.le(end, o.post.top, k.roundUp(end, k.align)))
		}).after("place"),
		k.forAll("grow", "the memory grows only when it must, and by what the growth policy says", func(o outcome) term {
			p := where(o)
			return k.Implies(o.ok, k.grows(o, k.pagesAt(o.ret, p.size, p.fits)))
		}).after("place", "top"),
		k.forAll("fails", "it fails exactly when the pages that it needs cannot be had", func(o outcome) term {
			p := where(o)
			why := k.Implies(o.failed, k.Or(p.cannot, k.refused(o, p.need)))
			return k.And(why, k.Implies(p.cannot, o.failed))
		}).after("place", "top", "grow"),
	}
}
