// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import "github.com/genalloc/genalloc/prove/sym"

// realloc are the obligations of a function that resizes a live block.
func (s *system) realloc(k *call) []Obligation {
	old, size := k.old(), k.arg("new_size")
	usable := s.end(k.held())
	end := s.Add(old.at, size)
	stays := s.Or(s.le(size, old.size), s.le(end, usable))
	newest := s.Eq(usable, k.pre.top)
	fits := s.le(end, k.pre.end)
	inPlace := s.And(newest, s.Or(fits, s.Eq(k.pre.end, k.pre.size)))
	here, elsewhere := k.placed(old.at, end, fits), k.placeNew(size, k.arg("align"))
	// Where the host refuses the pages that growing in place takes, the block may
	// move instead of failing: a host may say no, and then yes.
	where := func(o outcome) place {
		moved := s.All(o.ok, s.Ne(o.ret, old.at), k.refused(o, here.need))
		return s.choose(s.And(inPlace, s.Not(moved)), here, elsewhere)
	}

	obligations := []Obligation{k.stays(stays, old)}
	for _, ob := range k.exact(where) {
		obligations = append(obligations, unless(s, stays, ob))
	}
	obligations = append(obligations, append(k.always(), k.block(size)...)...)
	return append(obligations, k.contents(old, size), k.possible())
}

// choose is the place p where the statement holds, else q.
func (s *system) choose(which term, p, q place) place {
	return place{
		at: s.Ite(which, p.at, q.at), end: s.Ite(which, p.end, q.end),
		need: s.Ite(which, p.need, q.need), cannot: s.Ite(which, p.cannot, q.cannot),
	}
}

// unless weakens an obligation to where the statement does not hold.
func unless(s *system, holds term, ob Obligation) Obligation {
	ob.given = append(ob.given[:len(ob.given):len(ob.given)], s.Not(holds))
	for i := range ob.Cases {
		ob.Cases[i].Assume = append(ob.Cases[i].Assume, s.Not(holds))
		ob.Cases[i].given = append(ob.Cases[i].given, s.Not(holds))
	}
	return ob
}

// stays says that a block that shrinks, or grows into what its end was rounded up
// by, stays as it is.
func (k *call) stays(stays term, old block) Obligation {
	return k.forAll("stays", "a block that shrinks stays where it is and frees nothing", func(o outcome) term {
		return k.All(k.Eq(o.ret, old.at), k.Eq(o.post.top, k.pre.top), k.Eq(o.post.end, k.pre.end), k.Eq(o.post.pages, k.pre.pages))
	}, stays)
}

// contents says of any one byte that the old and the new block both have that it
// is kept: it stays and nothing is written over it, or a copy brings it along.
func (k *call) contents(old block, size term) Obligation {
	i := k.some("byte")
	from := k.Add(old.at, i)
	common := []term{k.lt(i, old.size), k.lt(i, size)}
	return k.forAll("contents", "the bytes that the old and the new block share in number are kept", func(o outcome) term {
		to := k.Add(o.ret, i)
		copied, spoilt := k.Bool(false), k.Bool(false)
		for _, f := range writes(o.path) {
			hit := k.And(k.happens(f), k.Or(k.has(written(f), from), k.has(written(f), to)))
			if f.Kind == sym.Copy && f.Round == nil {
				right := k.Eq(k.Sub(f.From, f.Addr), k.Sub(from, to))
				copied = k.Or(copied, k.And(k.has(written(f), to), right))
				hit = k.And(hit, k.Not(right))
			}
			spoilt = k.Or(spoilt, hit)
		}
		kept := k.And(k.Not(spoilt), k.Or(copied, k.Eq(from, to)))
		intact := k.Not(spoilt) // where it fails, the old block is what counts
		return k.And(k.Implies(o.ok, kept), k.Implies(o.failed, intact))
	}, common...)
}

// dealloc are the obligations of a function that gives a live block back.
func (s *system) dealloc(k *call) []Obligation {
	gone := k.old()
	other := block{s.some("other.at"), s.some("other.size")}
	foreign := s.some("foreign")
	obligations := append(k.always(), k.clean()...)
	return append(obligations,
		k.forAll("live", "other live blocks stay below the top, and the top does not rise", func(o outcome) term {
			return s.And(s.le(s.end(other), o.post.top), s.le(o.post.top, k.pre.top))
		}, s.live(k.pre, other), s.lt(s.num(0), other.size), s.apart(gone, other)),
		k.forAll("foreign", "no byte that somebody else added, or that was used before, becomes free but the block's own", func(o outcome) term {
			free := block{o.post.top, s.Sub(o.post.end, o.post.top)}
			return s.Not(s.has(free, foreign))
		}, s.lt(foreign, k.pre.size), s.Not(s.has(block{k.pre.top, s.Sub(k.pre.end, k.pre.top)}, foreign)), s.Not(s.has(k.held(), foreign))),
		k.forAll("writes", "nothing is written outside of the block", func(o outcome) term {
			all := s.Bool(true)
			for _, f := range writes(o.path) {
				all = s.And(all, s.Implies(k.happens(f), s.within(written(f), gone)))
			}
			return all
		}),
		k.forAll("grow", "the memory does not grow", func(o outcome) term {
			return s.Eq(o.post.pages, k.pre.pages)
		}))
}

// clean says that what becomes free is 0, as memory is that never was in a block,
// for alloc_zeroed takes it for that.
func (k *call) clean() []Obligation {
	if k.contract.Dirty || !k.contract.Has("alloc_zeroed") {
		return nil
	}
	x := k.some("byte")
	return []Obligation{k.forAll("clean", "a byte of the block that becomes free is 0", func(o outcome) term {
		free := k.has(block{o.post.top, k.Sub(o.post.end, o.post.top)}, x)
		filled, spoilt := k.fills(o, x)
		return k.Implies(free, k.And(filled, k.Not(spoilt)))
	}, k.has(k.held(), x))}
}
