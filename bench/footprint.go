// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"slices"

	"github.com/genalloc/genalloc/contract"
)

// A footprint follows the blocks of a run: which addresses they take up, and how many of
// their bytes are live at once. The pages of the memory would say little of a module
// that has a stack and data in it, or a heap of less than a page.
type footprint struct {
	sizes     map[uint64]uint64 // of live blocks, by address; empty blocks take nothing up
	made      []uint64          // addresses, oldest first
	marks     map[uint64]int    // how many were made before each mark
	low, high uint64            // the lowest address of a block, and the highest end
	live      uint64            // bytes
	peak      uint64            // the most that were live
}

func newFootprint() *footprint {
	return &footprint{sizes: map[uint64]uint64{}, marks: map[uint64]int{}, low: 1 << 32}
}

// heap is the number of bytes from the lowest block to the end of the highest.
func (f *footprint) heap() uint64 { return f.high - min(f.low, f.high) }

// note follows a call of the driver's.
func (f *footprint) note(c call, results []uint64) {
	size, _ := c.operand(contract.SizeParam)
	block, _ := c.operand(contract.BlockParam)
	switch c.role {
	case contract.Allocates, contract.AllocatesZeroed:
		f.add(results[0], size)
	case contract.Resizes:
		if results[0] != 0 {
			f.drop(block)
			f.add(results[0], size)
		}
	case contract.Frees:
		if old, known := c.operand(contract.OldSizeParam); old != 0 || !known {
			f.drop(block)
		}
	case contract.Marks:
		f.marks[results[0]] = len(f.made)
	case contract.Releases:
		mark, _ := c.operand(contract.MarkParam)
		for _, block := range f.made[f.marks[mark]:] {
			f.drop(block)
		}
		f.made = f.made[:f.marks[mark]]
	case contract.Resets:
		for _, block := range f.made {
			f.drop(block)
		}
		f.made = nil
	}
}

func (f *footprint) add(block, size uint64) {
	if block == 0 || size == 0 {
		return
	}
	f.sizes[block] = size
	f.made = append(f.made, block)
	f.low, f.high = min(f.low, block), max(f.high, block+size)
	f.live += size
	f.peak = max(f.peak, f.live)
}

func (f *footprint) drop(block uint64) {
	f.live -= f.sizes[block]
	delete(f.sizes, block)
}

// A call is one that the driver makes of a function with the role.
type call struct {
	role contract.Role
	form
	args []uint64
}

// operand returns what is passed for a parameter of the core ABI's function; false where
// the allocator's has none.
func (c call) operand(p contract.ParamRole) (uint64, bool) {
	core := called[slices.IndexFunc(called, func(f contract.Function) bool { return f.Role == c.role })]
	place := core.Param(p)
	if i := slices.Index(c.places, place); place >= 0 && i >= 0 {
		return c.args[i], true
	}
	return 0, false
}
