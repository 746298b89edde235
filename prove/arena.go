// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// Where marks can be released, the top falls below blocks that are handed out later,
// and what lies above it becomes free whoever it belonged to. So the allocator has to
// own all of it: the floor F is an address, base ≤ F ≤ T, such that every byte in
// [F, O) is its own. Foreign pages that a block was placed behind lie below the floor.
// A live block lies above the floor, or ends a page below it at least: it cannot reach
// over the foreign pages, and giving it back cannot take the top there.

// releases reports whether a call can end the life of blocks that it is not given.
func (s *system) releases() bool { return s.contract.HasRole(contract.Releases, contract.Resets) }

// beside says that the block lies on one side of the floor.
func (s *system) beside(v view, b block) term {
	if v.floor == nil {
		return s.Bool(true)
	}
	return s.Or(s.le(v.floor, b.at), s.le(s.Add(s.end(b), s.num(wasm.PageSize)), v.floor))
}

func (s *system) sameFloor(v, w view) term {
	if v.floor == nil {
		return s.Bool(true)
	}
	return s.Eq(v.floor, w.floor)
}

// floors returns the obligation about the floor, if there is one, of a function that
// returns a block.
func (k *call) floors() []Obligation {
	if !k.releases() {
		return nil
	}
	return []Obligation{k.forAll("floor", "the floor moves only with the end, past foreign pages, and to where they end", func(o outcome) term {
		past := k.And(k.lt(k.pre.end, k.pre.size), k.Ne(o.post.end, k.pre.end))
		return k.Eq(o.post.floor, k.Ite(past, k.pre.size, k.pre.floor))
	})}
}

// marks returns the obligations of a function that returns a mark: the top, in the
// form in which its global holds it.
func (k *call) marks() []Obligation {
	nothing := block{k.num(0), k.num(0)}
	return append(k.givesBack(nothing, nothing),
		k.forAll("mark", "the mark stands for the top, and nothing changes", func(o outcome) term {
			if len(o.path.Results) == 0 {
				return k.Bool(false)
			}
			mark := k.marked(o.path.Results[0])
			return k.All(k.Eq(mark, k.pre.top), k.Eq(o.post.top, k.pre.top), k.Eq(o.post.end, k.pre.end), k.sameFloor(o.post, k.pre))
		}))
}

// rewinds returns the obligations of a function that ends the life of every block above
// a mark, which may be any word, or of every block if it takes none. A block that was
// live when the mark was made lies below it.
func (k *call) rewinds() []Obligation {
	to, text := k.pre.floor, "the top moves to the floor"
	if i := k.function.Param(contract.MarkParam); i >= 0 {
		mark := k.marked(k.words[i])
		if k.hints.Aligned {
			mark = k.roundUp(mark, k.align)
		}
		to = k.larger(to, k.Ite(k.lt(mark, k.pre.top), mark, k.pre.top))
		text = "the top moves to the mark, or to the floor if that is higher, and stays if the mark is higher"
	}
	gone := block{to, k.Sub(k.pre.top, to)}
	return append(k.givesBack(gone, gone), k.forAll("top", text, func(o outcome) term {
		return k.All(k.Eq(o.post.top, to), k.Eq(o.post.end, k.pre.end), k.sameFloor(o.post, k.pre))
	}))
}

// marked is the address that a mark stands for.
func (k *call) marked(word term) term {
	if k.hints.Top.Negated {
		return k.minus(word)
	}
	return k.of(word)
}
