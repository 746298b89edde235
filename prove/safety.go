// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/sym"
)

// duties returns what has to be proved of a function, by its role.
var duties = map[contract.Role]func(k *call) []Obligation{
	contract.Allocates:       (*call).allocates,
	contract.AllocatesZeroed: (*call).allocatesZeroed,
	contract.Resizes:         (*call).resizes,
	contract.Frees:           (*call).frees,
	contract.Marks:           (*call).marks,
	contract.Releases:        (*call).rewinds,
	contract.Resets:          (*call).rewinds,
}

// allocates returns the obligations of a function that returns a new block.
func (k *call) allocates() []Obligation {
	if k.contract.Threads {
		return append(k.shares(), k.possible())
	}
	p := k.strategy.place(k)
	obligations := append(k.placement(func(outcome) place { return p }), k.safe()...)
	return append(obligations, k.possible())
}

// allocatesZeroed returns the obligations of a function that returns a new block of zeros.
func (k *call) allocatesZeroed() []Obligation {
	obligations := k.allocates()
	last := len(obligations) - 1
	return append(obligations[:last:last], k.zeroed(), obligations[last])
}

// resizes returns the obligations of a function that resizes a live block.
func (k *call) resizes() []Obligation {
	if k.contract.Threads {
		return append(k.shares(), k.contents(), k.possible())
	}
	r := k.strategy.resize(k)
	obligations := []Obligation{k.forAll("stays", r.text, r.then, r.stays)}
	for _, ob := range k.placement(r.place) {
		obligations = append(obligations, k.unless(r.stays, ob))
	}
	obligations = append(obligations, k.safe("stays")...)
	return append(obligations, k.contents(), k.possible())
}

// safe returns the obligations of a function that returns a block, wherever it has to
// lie. Some of them follow from the placement and the other facts named.
func (k *call) safe(facts ...string) []Obligation {
	sound := k.sound("place", "top", "grow")
	return slices.Concat(sound, k.clean(block{}), k.block(facts))
}

// block returns the obligations about the block returned, which may overlap the old
// one.
func (k *call) block(facts []string) []Obligation {
	old, size := k.old, k.size
	other := block{k.some("other.at"), k.some("other.size")}
	exists := []term{k.live(k.pre, other), k.lt(k.num(0), other.size), k.apart(old, other)}
	foreign := k.some("foreign")
	notOurs := []term{
		k.lt(foreign, k.pre.size),
		k.Not(k.has(k.free(k.pre), foreign)),
		k.Not(k.has(k.held(), foreign)),
	}
	facts = append([]string{"place", "top", "grow", "ours", "invariant", "returns", "failure"}, facts...)
	got := func(o outcome) block { return block{o.ret, size} }
	floors := k.floors()
	for _, ob := range floors {
		facts = append(facts, strings.TrimPrefix(ob.Name, k.label+"."))
	}
	return append(floors, []Obligation{
		k.forAll("ours", "what becomes free was free before or belonged to nobody", func(o outcome) term {
			free := k.free(o.post)
			none := k.le(o.post.end, free.at)
			return k.Any(none, k.le(o.post.end, k.pre.end), k.Eq(k.pre.end, k.pre.size), k.le(k.pre.size, free.at))
		}),
		k.forAll("failure", "a request that fails changes nothing", func(o outcome) term {
			same := k.All(k.Eq(o.post.top, k.pre.top), k.Eq(o.post.end, k.pre.end), k.Eq(o.post.pages, k.pre.pages), k.sameFloor(o.post, k.pre))
			return k.Implies(o.failed, same)
		}),
		k.forAll("bounds", "the block lies between the heap base and the new top, within the memory", func(o outcome) term {
			in := k.And(k.le(k.base, o.ret), k.le(k.end(got(o)), o.post.top, o.post.size))
			return k.Implies(o.ok, k.And(in, k.beside(o.post, got(o))))
		}).after("place", "top", "grow").implied(facts...),
		k.forAll("disjoint", "the block shares no byte with a live block", func(o outcome) term {
			return k.Implies(o.ok, k.apart(got(o), other))
		}, exists...).after("place").implied(facts...),
		k.forAll("foreign", "no foreign byte and no used byte is in the block or becomes free", func(o outcome) term {
			return k.And(k.Implies(o.ok, k.Not(k.has(got(o), foreign))), k.Not(k.has(k.free(o.post), foreign)))
		}, notOurs...).after("place", "top", "grow").implied(facts...),
		k.forAll("live", "live blocks stay below the top", func(o outcome) term {
			return k.And(k.le(k.end(other), o.post.top), k.beside(o.post, other))
		}, exists...).after("place", "top").implied(facts...),
		k.writesBlock(), k.alignedBlock(),
	}...)
}

// writesBlock says that a call that returns a block writes only inside that.
func (k *call) writesBlock() Obligation {
	return k.writesWithin("nothing is written outside the block returned", func(o outcome) block {
		return block{o.ret, k.Ite(o.ok, k.size, k.num(0))}
	})
}

func (k *call) alignedBlock() Obligation {
	return k.forAll("aligned", "the address is a multiple of the alignment", func(o outcome) term {
		return k.Implies(o.ok, k.And(k.divides(k.multiple, o.ret), k.divides(k.larger(k.front, k.num(1)), k.Add(o.ret, k.front))))
	})
}

// writesWithin says that the call writes only inside one block.
func (k *call) writesWithin(text string, may func(o outcome) block) Obligation {
	return k.forAll("writes", text, func(o outcome) term {
		all := k.Bool(true)
		for _, f := range writes(o.path) {
			in := k.within(written(f), may(o))
			for _, b := range k.may {
				in = k.Or(in, k.within(written(f), b))
			}
			all = k.And(all, k.Implies(k.happens(f), in))
		}
		return all
	})
}

// zeroed says that every byte of the block is 0.
func (k *call) zeroed() Obligation {
	return k.zeroes("zero", "every byte of the block is 0", func(o outcome) block {
		return block{k.Add(o.ret, k.front), k.bytes}
	})
}

// zeroes says that bytes of the block returned are 0: either they were clean, or they are
// filled.
func (k *call) zeroes(name, text string, part func(o outcome) block) Obligation {
	x := k.some("byte")
	fresh := k.le(k.pre.size, x)
	if !k.contract.Dirty {
		fresh = k.Or(fresh, k.And(k.le(k.pre.clean, x), k.lt(x, k.pre.end)))
	}
	return k.forAll(name, text, func(o outcome) term {
		fresh := fresh
		if k.contract.Threads {
			fresh = k.unused(o, x)
		}
		filled, spoilt := k.fills(o, x)
		in := k.And(o.ok, k.has(part(o), x))
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
		switch {
		case f.Kind == sym.Fill && f.Round == nil:
			zero = k.Eq(k.Extract(f.Value, 0, 8), k.Const(8, 0))
		case f.Kind == sym.Store && f.Round == nil:
			zero = k.Eq(f.Value, k.Const(f.Value.Width, 0))
		}
		filled = k.Or(filled, k.And(hit, zero))
		spoilt = k.Or(spoilt, k.And(hit, k.Not(zero)))
	}
	return filled, spoilt
}

// contents says that any one byte that both blocks have room for is kept: it stays
// and nothing is written over it, or it is copied.
func (k *call) contents() Obligation {
	i := k.some("byte")
	from := k.Add(k.Add(k.old.at, k.front), i)
	common := []term{k.lt(i, k.kept), k.lt(i, k.bytes)}
	return k.forAll("contents", "the bytes that both blocks have room for are kept", func(o outcome) term {
		to := k.Add(k.Add(o.ret, k.front), i)
		copied, spoilt := k.Bool(false), k.Bool(false)
		for _, f := range writes(o.path) {
			hit := k.And(k.happens(f), k.Or(k.has(written(f), from), k.And(o.ok, k.has(written(f), to))))
			if f.Kind == sym.Copy && f.Round == nil {
				right := k.Eq(k.Sub(f.From, f.Addr), k.Sub(from, to))
				copied = k.Or(copied, k.And(k.has(written(f), to), right))
				hit = k.And(hit, k.Not(right))
			}
			spoilt = k.Or(spoilt, hit)
		}
		kept := k.And(k.Not(spoilt), k.Or(copied, k.Eq(from, to)))
		intact := k.Not(spoilt) // on failure, the old block has to be intact
		return k.And(k.Implies(o.ok, kept), k.Implies(o.failed, intact))
	}, common...)
}

// frees returns the obligations of a function that gives a live block back.
func (k *call) frees() []Obligation {
	if k.contract.Threads {
		return k.givesBackAmong()
	}
	return append(k.givesBack(k.old, k.held()), k.strategy.gives(k)...)
}

// givesBack returns the obligations of a function that ends the life of the blocks in
// gone, which hold the bytes in held.
func (k *call) givesBack(gone, held block) []Obligation {
	other := block{k.some("other.at"), k.some("other.size")}
	foreign := k.some("foreign")
	return slices.Concat(k.sound(), k.clean(held), []Obligation{
		k.forAll("live", "other live blocks stay below the top, and the top does not rise", func(o outcome) term {
			return k.All(k.le(k.end(other), o.post.top), k.le(o.post.top, k.pre.top), k.beside(o.post, other))
		}, k.live(k.pre, other), k.lt(k.num(0), other.size), k.apart(gone, other)),
		k.forAll("foreign", "no foreign byte and no used byte becomes free, except those given back", func(o outcome) term {
			return k.Not(k.has(k.free(o.post), foreign))
		}, k.lt(foreign, k.pre.size), k.Not(k.has(k.free(k.pre), foreign)), k.Not(k.has(held, foreign))),
		k.writesWithin("nothing is written outside what is given back", func(outcome) block { return gone }),
		k.forAll("grow", "the memory does not grow", func(o outcome) term {
			return k.Eq(o.post.pages, k.pre.pages)
		}),
	})
}

// clean says that used bytes count as clean again only once they are filled with 0:
// alloc_zeroed does not fill clean bytes. Without a dirty mark all free bytes are
// clean, and only those in held can become free: the other obligations say so.
func (k *call) clean(held block) []Obligation {
	used := held
	if k.hints.DirtyMark != nil {
		used = block{k.base, k.Sub(k.pre.clean, k.base)}
	}
	if used.size == nil || k.contract.Dirty || !k.contract.HasRole(contract.AllocatesZeroed) {
		return nil
	}
	x := k.some("byte")
	return []Obligation{k.forAll("clean", "a used byte counts as clean again only if it is 0", func(o outcome) term {
		clean := k.has(block{o.post.clean, k.Sub(o.post.end, o.post.clean)}, x)
		filled, spoilt := k.fills(o, x)
		return k.Implies(clean, k.And(filled, k.Not(spoilt)))
	}, k.has(used, x))}
}
