// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import "github.com/genalloc/genalloc/contract"

// Under the ABIs cabi and wasm-bindgen callers pass sizes and alignments. A block of size
// 0 is at its alignment, below the heap, and has no bytes; so giving it back is nothing,
// and resizing it makes a new block. There is no null: where core's functions return it,
// these trap.

// sized are the usages of such a function.
func sized(f contract.Function) []usage {
	uses := []usage{{label: f.Name, settle: (*call).withBytes, duties: duties[f.Role]}}
	if f.Role == contract.Resizes {
		uses = append(uses, usage{label: f.Name + "(new)", settle: (*call).fromEmpty, duties: duties[contract.Allocates]})
	}
	if f.Role != contract.Frees {
		uses = append(uses, usage{label: f.Name + "(empty)", settle: (*call).toEmpty, duties: (*call).empties})
	}
	return uses
}

// withBytes settles a request of at least a byte for a block that has one, if it is given
// one; and a block that is freed may be empty.
func (k *call) withBytes() {
	k.unsized()
	if k.function.Role != contract.Frees {
		k.assume = append(k.assume, k.lt(k.num(0), k.size))
	}
	if k.function.Role == contract.Resizes {
		k.assume = append(k.assume, k.lt(k.num(0), k.arg(contract.OldSizeParam)))
	}
}

// fromEmpty settles a request that gives an empty block.
func (k *call) fromEmpty() {
	k.unsized()
	k.assume = append(k.assume, k.lt(k.num(0), k.size), k.Eq(k.arg(contract.OldSizeParam), k.num(0)))
	k.old, k.kept = k.none(), k.num(0)
}

// toEmpty settles a request for an empty block. One that is given may be empty, too.
func (k *call) toEmpty() {
	k.unsized()
	k.assume = append(k.assume, k.Eq(k.size, k.num(0)))
	k.outside = true
}

// unsized settles a request of any size; the block given is live if it has bytes.
func (k *call) unsized() {
	k.ask()
	if k.function.Param(contract.OldSizeParam) < 0 {
		return
	}
	empty := k.Eq(k.old.size, k.num(0))
	k.assume = append(k.assume, k.Or(empty, k.And(k.live(k.pre, k.old), k.divides(k.multiple, k.old.at))))
	k.old.at = k.Ite(empty, k.num(0), k.old.at)
}

// empties returns the obligations of a call that returns an empty block. Whether it takes
// an old one back is not said, but what it takes back is that block's.
func (k *call) empties() []Obligation {
	return append(k.givesBack(k.old, k.held()), k.forAll("empty", "it returns the alignment, as an address", func(o outcome) term {
		return k.Eq(k.result(o), k.arg(contract.AlignParam))
	}))
}
