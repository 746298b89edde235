// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import "github.com/genalloc/genalloc/contract"

// An adapter turns the judge's operations into calls under one ABI.
type adapter interface {
	// has reports whether the module can do the operation at all.
	has(op Op) bool
	// call does it: ptr and old are the block's, as far as the operation has
	// one. The result is an address, 0 for null or where there is none.
	call(in instance, op Op, ptr, old, align, size uint64) (uint64, error)
}

// newAdapter returns the adapter of the contract's ABI.
func newAdapter(c contract.Contract) adapter {
	a := &coreAdapter{fixed: c.FixedAlign != 0, index: map[Op]int{}}
	ops := map[string]Op{"alloc": OpAlloc, "alloc_zeroed": OpAllocZeroed, "realloc": OpRealloc, "dealloc": OpFree}
	for i, f := range c.Signatures() {
		a.index[ops[f.Name]] = i
	}
	return a
}

// coreAdapter speaks this project's own ABI.
type coreAdapter struct {
	index map[Op]int // into the contract's functions
	fixed bool       // without align parameters
	args  [4]uint64
}

func (a *coreAdapter) has(op Op) bool {
	_, ok := a.index[op]
	return ok
}

func (a *coreAdapter) call(in instance, op Op, ptr, old, align, size uint64) (uint64, error) {
	args := a.args[:0]
	switch op {
	case OpAlloc, OpAllocZeroed:
		args = append(args, size)
	case OpRealloc, OpFree:
		args = append(args, ptr, old)
	}
	if !a.fixed {
		args = append(args, align)
	}
	if op == OpRealloc {
		args = append(args, size)
	}
	return in.call(a.index[op], args)
}
