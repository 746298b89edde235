// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/script"
)

// These checks are about what is in blocks. Every block is filled with its own
// pattern as soon as it is made.

var contentChecks = []Check{
	{
		Name:    "zeroing",
		Promise: "Every byte of a block from alloc_zeroed is 0, also where memory is used again.",
		skip:    needs(script.OpAllocZeroed),
		run:     runZeroing,
	},
	{
		Name:    "dirty",
		Promise: "alloc_zeroed clears what a host left in the memory before the first call.",
		skip:    needsDirt,
		run:     runDirty,
	},
	{
		Name:    "realloc",
		Promise: "realloc keeps the first min(old, new) bytes, and a smaller or equal size keeps the address.",
		skip:    needs(script.OpRealloc),
		run:     runRealloc,
	},
	{
		Name:    "in-place",
		Promise: "The newest block grows where it is.",
		skip:    needs(script.OpRealloc),
		run:     runInPlace,
	},
	{
		Name:    "dealloc",
		Promise: "dealloc of any live block, in any order, harms no other.",
		skip:    needs(script.OpFree),
		run:     runDealloc,
	},
}

func needsDirt(c contract.Contract) string {
	if !c.Dirty {
		return "the memory is clean"
	}
	return needs(script.OpAllocZeroed)(c)
}

func runZeroing(t *trial) {
	t.each(func(s *session) {
		for _, n := range []uint64{1, 3, 8, 100, 4096, 65535, 65536, 70_000} {
			s.alloc(n, 1)
			s.allocZeroed(n, 1)
			s.allocZeroed(n, 64)
		}
	})
	// Given back in every way that a strategy may take up.
	t.each(func(s *session) {
		for _, n := range []uint64{1, 24, 1000, 66_000} {
			s.free(s.alloc(n, 8))
			b := s.allocZeroed(n, 8)
			b = s.realloc(b, n/2)
			s.free(s.allocZeroed(n/2, 8))
			b = s.realloc(b, 2*n)
			b = s.realloc(b, 0)
			c := s.allocZeroed(3*n, 16)
			s.realloc(c, 70_000)
			s.free(b)
			s.allocZeroed(140_000, 1)
		}
	})
	// In what others grew, and behind it.
	t.each(func(s *session) {
		s.alloc(100, 1)
		s.grow(1)
		s.allocZeroed(s.left(), 1)
		s.allocZeroed(100_000, 1)
		s.grow(2)
		s.allocZeroed(1<<20, 1)
	})
}

func runDirty(t *trial) {
	for _, first := range []uint64{0, 1, 7, 100} {
		t.each(func(s *session) {
			s.alloc(first, 1)
			for _, n := range []uint64{1, 3, 7, 8, 9, 15, 16, 17, 64, 1000} {
				s.allocZeroed(n, 1)
				s.allocZeroed(n, 16)
			}
			// Across the end of what the host may have written to.
			s.allocZeroed(s.left()+3, 1)
			s.allocZeroed(70_000, 1)
		})
	}
	t.each(func(s *session) { s.allocZeroed(s.left(), 1) })
	t.each(func(s *session) { s.allocZeroed(s.left()+200_000, 1) })
}

func runRealloc(t *trial) {
	steps := []uint64{1, 0, 2, 3, 7, 8, 9, 16, 15, 17, 33, 64, 64, 100, 1000, 999, 4096, 65535, 65537, 30, 100_000, 200_000}
	for _, align := range []uint64{1, 8, 4096} {
		// Alone, then with a neighbour behind at every step, so that it moves.
		t.each(func(s *session) {
			b := s.alloc(5, align)
			for _, n := range steps {
				b = s.realloc(b, n)
			}
		})
		t.each(func(s *session) {
			b := s.alloc(5, align)
			for _, n := range steps {
				s.alloc(3, 1)
				b = s.realloc(b, n)
			}
		})
	}
	// Moved across somebody else's pages.
	t.each(func(s *session) {
		b := s.alloc(1000, 8)
		s.grow(1)
		b = s.realloc(b, 100_000)
		s.grow(3)
		b = s.realloc(b, 300_000)
		s.alloc(1, 1)
		s.realloc(b, 300_001)
	})
	// Refused: the block is as it was.
	t.in(fixedLimit(t.contract, 1), func(s *session) {
		a := s.alloc(100, 8)
		b := s.alloc(100, 8)
		for _, n := range []uint64{1 << 31, 1<<32 - 1, 1<<32 - 2048, 200_000} {
			s.realloc(a, n)
			s.realloc(b, n)
		}
		s.realloc(a, 120)
	})
}

func runInPlace(t *trial) {
	t.each(func(s *session) {
		b := s.alloc(1, 1)
		for n := uint64(1); n <= 1<<20; n = 2*n + 1 {
			b = s.realloc(b, n)
		}
	})
	// To the last byte of the page, and over it.
	t.each(func(s *session) {
		b := s.alloc(10, 8)
		b = s.realloc(b, 10+s.rest())
		b = s.realloc(b, b.sizeOr(0)+1)
		s.realloc(b, b.sizeOr(0)+s.rest())
	})
	// The newest after an older one moved, or after one was given back.
	t.each(func(s *session) {
		a, b := s.alloc(10, 1), s.alloc(10, 1)
		a = s.realloc(a, 20)
		s.realloc(b, 30)
		s.free(b)
		s.realloc(a, 40)
		b = s.allocZeroed(7, 1)
		s.realloc(b, 8)
	})
}

// sizeOr returns the block's size, or n if there is no block.
func (b *block) sizeOr(n uint64) uint64 {
	if b == nil {
		return n
	}
	return b.Size()
}

func runDealloc(t *trial) {
	for _, order := range []func(i, n int) int{
		func(i, n int) int { return i },
		func(i, n int) int { return n - 1 - i },
		func(i, n int) int { return i * 7 % n }, // n is no multiple of 7
	} {
		t.each(func(s *session) {
			const n = 40
			var blocks [n]*block
			for i := range blocks {
				blocks[i] = s.alloc(uint64(i*i), 1<<(i%8))
			}
			for i := range blocks {
				s.free(blocks[order(i, n)])
				if i%4 == 0 {
					s.alloc(uint64(i), 8)
					s.allocZeroed(uint64(i), 8)
				}
			}
		})
	}
}
