// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/sym"
)

// What C's functions return has a header in front, as long as the alignment but 16 bytes
// at least. Its last word holds the size that was asked for. A block given back is known
// by that word and the 16 bytes that end with it: what a longer header has before them is
// nobody's. A header is not changed between calls, because clients write only the bytes
// that they asked for, and no call writes in another live block.

// WASI's numbers of errors.
const (
	einval = 28
	enomem = 48
)

// inC are the usages of C's functions. A block given may be null.
func inC(f contract.Function) []usage {
	switch f.Role {
	case contract.Resizes:
		given := func(k *call) []Obligation { return slices.Concat(k.resizes(), k.resizesHeader(), k.errors()) }
		return []usage{{label: f.Name, settle: (*call).resizesInC, duties: given}, {label: f.Name + "(null)", settle: (*call).makesFromNull, duties: (*call).makesInC}}
	case contract.Frees:
		return []usage{{label: f.Name, settle: (*call).freesInC, duties: duties[f.Role]}}
	case contract.Measures:
		return []usage{{label: f.Name, settle: (*call).freesInC, duties: (*call).measures}}
	}
	return []usage{{label: f.Name, settle: (*call).makes, duties: (*call).makesInC}}
}

// makes settles the request for a new block. That of size 0 has a byte, so that its
// address is not null. A product that is too large asks for more than there can be.
func (k *call) makes() {
	n, align, never := k.arg(contract.SizeParam), k.num(contract.CAlign), k.Bool(false)
	if i := k.function.Param(contract.CountParam); i >= 0 {
		product := k.Mul(k.Zext(k.words[i], 64), k.Zext(k.words[k.function.Param(contract.SizeParam)], 64))
		low, high := k.Extract(product, 0, 32), k.Extract(product, 32, 32)
		n = k.Ite(k.Eq(high, k.Const(32, 0)), k.of(low), k.limit())
		defer func() { k.product = product }()
	}
	if i := k.function.Param(contract.AlignParam); i >= 0 {
		a := k.args[contract.AlignParam]
		align, never = k.larger(a, align), k.Not(k.powerOfTwo(k.words[i]))
		if k.function.Result == contract.ErrnoResult { // it takes a pointer's size at least
			never = k.Or(never, k.lt(a, k.num(uint64(k.contract.PointerSize()))))
		}
	}
	k.demand = demand{size: k.Add(k.oneAtLeast(n), align), multiple: k.atLeast(align), front: align, bytes: n, never: never, old: k.none()}
	k.setsErrno()
	if k.function.Result == contract.ErrnoResult { // where the address goes is the client's
		out := block{k.arg(contract.OutParam), k.num(4)}
		k.assume = append(k.assume, k.le(k.end(out), k.pre.top), k.clientOf(out))
		k.may = append(k.may, out)
	}
}

// anyProduct replaces the product of a call's arguments by any number: what follows then
// does so whatever the product is, and is found much faster.
func (k *call) anyProduct() func(s *system, formula []term) []term {
	if k.product == nil {
		return nil
	}
	to := map[term]term{k.product: k.Var("product", k.product.Width)}
	return func(s *system, formula []term) (loose []term) {
		for _, t := range formula {
			loose = append(loose, s.Substitute(t, to))
		}
		return loose
	}
}

// reuses reports whether the strategy takes blocks back.
func (k *call) reuses() bool { return k.contract.Strategy.Row().Reuse != contract.ReusesNothing }

// given assumes that the block is a live one, or null, and that its header says its size.
func (k *call) given() (null term) {
	at, n := k.arg(contract.BlockParam), k.some("old.size")
	null = k.Eq(at, k.num(0))
	front, size := k.num(contract.CAlign), n
	if k.reuses() { // then the byte of a block of size 0 counts: it is given back
		size = k.oneAtLeast(n)
	}
	whole := block{k.Sub(at, front), k.Add(size, front)}
	k.assume = append(k.assume, k.Or(null, k.And(k.lies(k.pre, whole), k.divides(front, at))))
	k.reads = append(k.reads, word{at: k.Sub(at, k.num(4)), value: n, known: k.Not(null)})
	k.old = block{k.Ite(null, k.num(0), whole.at), k.Ite(null, k.num(0), whole.size)}
	k.kept = n
	return null
}

func (k *call) freesInC() {
	k.demand = demand{front: k.num(contract.CAlign), never: k.Bool(false)}
	k.given()
}

func (k *call) resizesInC() {
	n, front := k.arg(contract.SizeParam), k.num(contract.CAlign)
	size := n
	if k.reuses() {
		size = k.oneAtLeast(n)
	}
	k.demand = demand{size: k.Add(size, front), multiple: k.atLeast(front), front: front, bytes: n, never: k.Bool(false)}
	k.assume = append(k.assume, k.Not(k.given()))
	k.setsErrno()
}

func (k *call) makesFromNull() {
	k.assume = append(k.assume, k.Eq(k.arg(contract.BlockParam), k.num(0)))
	k.makes()
}

// numbered reads the outcome of a function that returns an error's number, and stores the
// block's address. A wrong alignment has a number of its own.
func (k *call) numbered(o *outcome) {
	number := k.of(o.path.Results[0])
	o.ok = k.Eq(number, k.num(0))
	full := k.Bool(k.contract.OOM == contract.OOMNull)
	o.failed = k.Ite(k.never, k.Eq(number, k.num(einval)), k.And(full, k.Eq(number, k.num(enomem))))
	for _, f := range writes(o.path) {
		if f.Kind == sym.Store && f.Round == nil && f.Value.Width == k.width && f.Addr == k.may[len(k.may)-1].at {
			o.ret = k.Sub(k.of(f.Value), k.front)
		}
	}
}

// makesInC returns the obligations of a function that returns a new block.
func (k *call) makesInC() []Obligation {
	obligations := append(duties[k.makesBy()](k), k.forAll("header", "the size that was asked for is in front of the block", func(o outcome) term {
		left, _ := k.left(o, k.sizeAt(o), k.bytes)
		return k.Implies(o.ok, left)
	}))
	if k.function.Result == contract.ErrnoResult {
		out := k.may[len(k.may)-1]
		obligations = append(obligations, k.forAll("out", "the address is stored where the caller says, and nothing is if it fails", func(o outcome) term {
			left, untouched := k.left(o, out.at, k.Add(o.ret, k.front))
			return k.Ite(o.ok, left, untouched)
		}))
	}
	return append(obligations, k.errors()...)
}

// makesBy is the role in which a function makes a block.
func (k *call) makesBy() contract.Role {
	if k.function.Role == contract.Resizes {
		return contract.Allocates
	}
	return k.function.Role
}

// sizeAt is where a block's size is.
func (k *call) sizeAt(o outcome) term { return k.Sub(k.Add(o.ret, k.front), k.num(4)) }

// resizesHeader says what a block's header holds after it was resized. A block that
// shrinks may keep its size, but not where it gives bytes back.
func (k *call) resizesHeader() []Obligation {
	return []Obligation{k.forAll("header", "the new size is in front of the block, or the larger one that it still has", func(o outcome) term {
		left, untouched := k.left(o, k.sizeAt(o), k.bytes)
		still := k.All(untouched, k.Eq(o.ret, k.old.at), k.le(k.bytes, k.kept), k.Eq(o.post.top, k.pre.top))
		return k.Implies(o.ok, k.Or(left, still))
	})}
}

// measures returns the obligations of a function that returns a block's size.
func (k *call) measures() []Obligation {
	return k.nothing("it returns the size in front of the block, or 0 for null, and changes nothing", func(o outcome) term {
		null := k.Eq(k.arg(contract.BlockParam), k.num(0))
		return k.And(k.Bool(len(o.path.Results) == 1), k.Eq(k.result(o), k.Ite(null, k.num(0), k.kept)))
	})
}

// setsErrno lets a call that fails write errno, if there is one.
func (k *call) setsErrno() {
	if k.errnoAt != nil {
		k.may = append(k.may, block{k.errnoAt, k.Ite(k.Eq(k.errnoAt, k.num(0)), k.num(0), k.num(4))})
	}
}

// errors returns the obligation about errno, in an object. POSIX lets a function that
// returns the number leave errno as it is.
func (k *call) errors() []Obligation {
	if k.errnoAt == nil {
		return nil
	}
	return []Obligation{k.forAll("errno", "a failure sets errno, if there is one, and a success does not", func(o outcome) term {
		left, untouched := k.left(o, k.errnoAt, k.Ite(k.never, k.num(einval), k.num(enomem)))
		if k.function.Result == contract.ErrnoResult {
			left = k.Or(left, untouched)
		}
		none := k.Eq(k.errnoAt, k.num(0))
		return k.Or(none, k.And(k.Implies(o.failed, left), k.Implies(o.ok, untouched)))
	})}
}
