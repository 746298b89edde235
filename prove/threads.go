// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/sym"
	"github.com/genalloc/genalloc/wasm"
)

// chunks is bump among threads: each thread has an instance, whose top and end are those
// of its chunk. Of the others it is known only that no page is claimed twice. So what a
// call hands out, or leaves in the chunk, has to come from the chunk or from pages that
// the call claimed; docs/proof.md says why blocks of all threads are apart then.
type chunks struct{ bump }

func (chunks) guess(_ *wasm.Module, c contract.Contract, mutable []Cell) (Hints, error) {
	if len(mutable) != 2 {
		return Hints{}, fmt.Errorf("hints: %d cells of state: say with --top and --end which of them hold the chunk", len(mutable))
	}
	end := End{Kind: EndBytes, Cell: *mutable[1].negated()}
	return Hints{Top: *mutable[0].negated(), End: end, Aligned: c.Align() > 1 && c.Align() <= contract.PageSize}, nil
}

// invariant says that a chunk is empty or lies in the memory, and that it ends with a page.
func (chunks) invariant(s *system, v view) term {
	return s.All(
		s.lt(s.num(0), s.base),
		s.le(s.base, v.top, v.end),
		s.divides(s.num(wasm.PageSize), v.end),
		s.Or(s.Eq(v.top, v.end), s.le(v.end, v.size)),
		s.le(s.pmin, v.pages, s.pmax),
		v.own,
	)
}

// among says that b lies where blocks of any thread do: not in this one's chunk.
func (s *system) among(v view, b block) term {
	inside := s.And(s.lt(v.top, v.end), s.Not(s.apart(b, s.region(v))))
	return s.All(s.le(s.base, b.at), s.le(s.end(b), v.size), s.Not(inside))
}

// claim is pages that a call has made its own, in bytes; of size 0, it is none.
type claim struct{ at, size, end term }

func (k *call) claims(o outcome) (all []claim) {
	for _, f := range o.path.Effects {
		if f.Kind == sym.Grow && f.Grown {
			at, size := k.inBytes(f.From), k.inBytes(f.Len)
			all = append(all, claim{at, size, k.Add(at, size)})
		}
	}
	for _, h := range o.path.Headers {
		g := k.growth(h)
		at, size := k.inBytes(g.from), k.inBytes(g.by)
		all = append(all, claim{at, size, k.Add(at, size)})
	}
	return all
}

// claimless says that a call claims no pages.
func (k *call) claimless(o outcome) term {
	none := k.Bool(true)
	for _, c := range k.claims(o) {
		none = k.And(none, k.Eq(c.size, k.num(0)))
	}
	return none
}

// claimed says that the byte x lies in pages that the call claimed.
func (k *call) claimed(o outcome, x term) term {
	in := k.Bool(false)
	for _, c := range k.claims(o) {
		in = k.Or(in, k.has(block{c.at, c.size}, x))
	}
	return in
}

// unused says that the byte x is still 0: of the chunk or of pages that the call claimed.
func (k *call) unused(o outcome, x term) term {
	clean := k.And(k.Bool(!k.contract.Dirty), k.has(k.region(k.pre), x))
	return k.Or(k.claimed(o, x), clean)
}

// chunked is what a block needs among threads. One of 0 bytes needs a byte to lie at.
type chunked struct {
	near term // where it lies in the chunk
	fits term // whether it fits there
	here term // whether the old block has the chunk behind it, and fits with its new size
	last term // whether the old block has the chunk behind it
	need term // the most pages that it may be refused for
	part term // the pages that show whether it is a large part of a chunk
}

func (k *call) chunked() chunked {
	size, page := k.oneAtLeast(k.size), k.num(wasm.PageSize)
	need := func(size, multiple term) term {
		return k.pagesFor(k.Add(size, k.Ite(k.le(page, multiple), multiple, k.num(0))))
	}
	c := chunked{near: k.roundUp(k.pre.top, k.multiple), need: need(size, k.multiple), last: k.Bool(false)}
	c.fits, c.part = k.le(k.Add(c.near, size), k.pre.end), c.need
	if k.takesOld() {
		c.last = k.newest()
		more := k.Sub(k.Add(k.old.at, k.size), k.pre.top)
		c.part = k.Ite(k.And(c.last, k.lt(k.pre.top, k.Add(k.old.at, k.size))), need(more, k.num(1)), c.need)
	}
	c.here = k.And(c.last, k.le(k.Add(k.old.at, k.size), k.pre.end))
	return c
}

// quiet says that nobody else has grown the memory during the call.
func (k *call) quiet(o outcome) term {
	pages := k.pre.pages
	for _, c := range k.claims(o) {
		pages = k.Add(pages, k.pagesFor(c.size))
	}
	return k.Eq(o.post.pages, pages)
}

// same says that a call claims nothing and leaves the chunk as it is.
func (k *call) same(o outcome) term {
	return k.All(k.claimless(o), k.Eq(o.post.top, k.pre.top), k.Eq(o.post.end, k.pre.end))
}

// ends says that the chunk from then on lies behind the block, up to an address.
func (k *call) ends(o outcome, at, end term) term {
	b := k.Add(at, k.size)
	return k.All(k.Eq(o.ret, at), k.le(b, o.post.top, k.roundUp(b, k.align)), k.Eq(o.post.end, end))
}

// served says that a block that does not fit got its place in pages that were claimed. If
// they prolong the chunk, the block lies in the chunk. Otherwise it lies in the pages, and
// the larger rest is the chunk from then on.
func (k *call) served(c chunked, o outcome) term {
	some := k.Bool(false)
	for _, p := range k.claims(o) {
		at := k.roundUp(p.at, k.multiple)
		end := k.Add(at, k.size)
		rest, old := k.Sub(p.end, end), k.Sub(k.pre.end, k.pre.top)
		stays := k.All(k.Eq(o.ret, at), k.Eq(o.post.top, k.pre.top), k.Eq(o.post.end, k.pre.end), k.le(end, p.end), k.le(rest, old))
		moves := k.And(k.ends(o, at, p.end), k.le(old, rest))
		prolonged := k.Or(k.ends(o, c.near, p.end), k.And(c.last, k.ends(o, k.old.at, p.end)))
		some = k.Or(some, k.And(k.lt(k.num(0), p.size), k.Ite(k.Eq(p.at, k.pre.end), prolonged, k.Or(stays, moves))))
	}
	return some
}

// shares returns the obligations of a function that returns a block among threads.
func (k *call) shares() []Obligation {
	c, x := k.chunked(), k.some("claimed")
	stays, failure := k.Bool(false), "a request that fails claims nothing and leaves the chunk as it is"
	place := "the block lies at the first suitable address: in the chunk, or in pages claimed, and the larger rest is the chunk from then on"
	var obligations []Obligation
	// A block that was to grow where it lies may find others' pages there, and then move.
	tried := k.Bool(false)
	retried := func(outcome) term { return tried }
	if k.takesOld() {
		stays = k.le(k.Add(k.old.at, k.size), k.end(k.held()))
		tried = k.And(c.last, k.Not(c.here))
		retried = func(o outcome) term { return k.And(tried, k.Not(k.quiet(o))) }
		failure += ", unless others grew the memory meanwhile"
		place += ", unless it could not grow where it lies"
		obligations = append(obligations, k.forAll("stays", "a block that shrinks stays where it is and frees nothing", func(o outcome) term {
			return k.And(k.Eq(o.ret, k.old.at), k.same(o))
		}, stays))
	}
	got := func(o outcome) block { return block{o.ret, k.Ite(o.ok, k.size, k.num(0))} }
	own := k.Or(k.has(k.region(k.pre), x), k.has(k.held(), x))
	obligations = append(obligations, k.unless(stays, k.forAll("place", place, func(o outcome) term {
		within := k.Ite(c.here, k.ends(o, k.old.at, k.pre.end), k.ends(o, c.near, k.pre.end))
		moved := k.And(tried, k.Bool(len(o.path.Headers) > 1))
		return k.Implies(o.ok, k.Any(moved, retried(o), k.Ite(k.Or(c.here, c.fits), within, k.served(c, o))))
	})), k.unless(stays, k.forAll("grow", "pages are claimed only for a block that does not fit: a chunk, or those that hold the block", func(o outcome) term {
		all := k.Bool(k.takesOld() || len(k.claims(o)) <= 1) // a delegate claims once
		for _, p := range k.claims(o) {
			n, chunk := k.pagesFor(p.size), k.num(uint64(k.contract.Chunk))
			whole := k.And(k.Eq(n, chunk), k.le(c.part, k.num(uint64(k.contract.Chunk/4))))
			none := k.Eq(n, k.num(0))
			all = k.And(all, k.Or(none, k.All(k.Not(c.here), k.Not(c.fits), k.Or(whole, k.le(n, c.need)))))
		}
		return all
	})), k.unless(stays, k.forAll("fails", "it fails exactly when the block does not fit the chunk and the pages that it needs cannot be had", func(o outcome) term {
		full := k.All(k.Not(c.here), k.Not(c.fits), k.denied(o, c.need))
		return k.And(k.Implies(o.failed, k.Or(k.never, full)), k.Implies(k.never, o.failed))
	})))
	obligations = slices.Concat(obligations, k.delegates(), k.sound())
	return append(obligations,
		k.forAll("claims", "every byte of the block, and of the chunk from then on, was in the chunk or the old block, or in pages that the call claimed", func(o outcome) term {
			free := k.has(k.region(o.post), x)
			return k.And(k.Implies(k.Or(free, k.has(got(o), x)), k.Or(own, k.claimed(o, x))), k.Not(k.And(free, k.has(k.held(), x))))
		}),
		k.forAll("disjoint", "the block shares no byte with the chunk from then on", func(o outcome) term {
			return k.Not(k.And(k.has(k.region(o.post), x), k.has(got(o), x)))
		}),
		k.forAll("bounds", "the block lies between the heap base and the end of the memory", func(o outcome) term {
			return k.Implies(o.ok, k.le(k.base, o.ret, k.end(got(o)), o.post.size))
		}),
		k.forAll("failure", failure, func(o outcome) term { return k.Implies(o.failed, k.Or(retried(o), k.same(o))) }),
		k.writesBlock(), k.alignedBlock())
}

// denied says that no more pages than so many could be had.
func (k *call) denied(o outcome, most term) term {
	some := k.Bool(false)
	for _, f := range o.path.Effects {
		if f.Kind == sym.Grow && !f.Grown {
			some = k.Or(some, k.le(f.Len, most))
		}
	}
	for _, h := range o.path.Headers {
		r := k.growth(h).refused
		some = k.Or(some, k.And(k.Ne(r, k.num(0)), k.le(r, most)))
	}
	return some
}

// givesBackAmong returns the obligations of a function that is given a block back among
// threads.
func (k *call) givesBackAmong() []Obligation {
	x := k.some("claimed")
	return append(k.sound(),
		k.forAll("claims", "every byte of the chunk from then on was in the chunk", func(o outcome) term {
			return k.Implies(k.has(k.region(o.post), x), k.has(k.region(k.pre), x))
		}),
		k.writesWithin("nothing is written outside what is given back", func(outcome) block { return k.old }),
		k.forAll("grow", "the memory does not grow", func(o outcome) term { return k.claimless(o) }))
}
