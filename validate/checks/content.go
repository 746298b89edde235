// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/ledger"
)

// These checks judge what blocks contain. Every block is filled with its own pattern
// as soon as it is made.

func runZeroing(t *Trial) {
	t.each(func(s *judge.Session) {
		for _, n := range []uint64{1, 3, 8, 100, 4096, 65535, 65536, 70_000} {
			s.Alloc(n, 1)
			s.AllocZeroed(n, 1)
			s.AllocZeroed(n, 64)
		}
	})
	// Memory given back in every way that a strategy may use.
	t.each(func(s *judge.Session) {
		for _, n := range []uint64{1, 24, 1000, 66_000} {
			s.Free(s.Alloc(n, 8))
			b := s.AllocZeroed(n, 8)
			b = s.Realloc(b, n/2)
			s.Free(s.AllocZeroed(n/2, 8))
			b = s.Realloc(b, 2*n)
			b = s.Realloc(b, 0)
			c := s.AllocZeroed(3*n, 16)
			s.Realloc(c, 70_000)
			s.Free(b)
			s.AllocZeroed(140_000, 1)
		}
	})
	// At any address, and a page at a page's start.
	t.each(func(s *judge.Session) {
		for first := range uint64(32) {
			s.Alloc(first, 1)
			s.Free(s.Alloc(5000, 1))
			s.Free(s.AllocZeroed(5000, 1))
		}
		s.Alloc(s.Left(), 1)
		s.Free(s.Alloc(contract.PageSize, 1))
		s.AllocZeroed(contract.PageSize, 1)
	})
	// Around pages that others grew.
	t.each(func(s *judge.Session) {
		s.Alloc(100, 1)
		s.Grow(1)
		s.AllocZeroed(s.Left(), 1)
		s.AllocZeroed(100_000, 1)
		s.Grow(2)
		s.AllocZeroed(1<<20, 1)
	})
}

func runDirty(t *Trial) {
	across(t.each, []uint64{0, 1, 7, 100}, func(s *judge.Session, first uint64) {
		s.Alloc(first, 1)
		for _, n := range []uint64{1, 3, 7, 8, 9, 15, 16, 17, 64, 1000} {
			s.AllocZeroed(n, 1)
			s.AllocZeroed(n, 16)
		}
		// Across the end of what the host may have written.
		s.AllocZeroed(s.Left()+3, 1)
		s.AllocZeroed(70_000, 1)
	})
	t.each(func(s *judge.Session) { s.AllocZeroed(s.Left(), 1) })
	t.each(func(s *judge.Session) { s.AllocZeroed(s.Left()+200_000, 1) })
}

func runRealloc(t *Trial) {
	steps := []uint64{1, 0, 2, 3, 7, 8, 9, 16, 15, 17, 33, 64, 64, 100, 1000, 999, 4096, 65535, 65537, 30, 100_000, 200_000}
	for _, align := range []uint64{1, 8, 4096} {
		// First alone, then with a new neighbour at every step, so that the block moves.
		across(t.each, []bool{false, true}, func(s *judge.Session, crowded bool) {
			b := s.Alloc(5, align)
			for _, n := range steps {
				if crowded {
					s.Alloc(3, 1)
				}
				b = s.Realloc(b, n)
			}
		})
	}
	// To a size that is the new address as well.
	t.each(func(s *judge.Session) {
		b := s.Alloc(10, 1)
		s.Alloc(10, 1)
		s.Realloc(b, ledger.Up(s.Top(), uint64(t.Contract.Align()))+s.Lead())
	})
	// Moves across somebody else's pages.
	t.each(func(s *judge.Session) {
		b := s.Alloc(1000, 8)
		s.Grow(1)
		b = s.Realloc(b, 100_000)
		s.Grow(3)
		b = s.Realloc(b, 300_000)
		s.Alloc(1, 1)
		s.Realloc(b, 300_001)
	})
	// A resize that is refused leaves the block as it was.
	t.in(fixedLimit(t.Contract, 1), func(s *judge.Session) {
		a := s.Alloc(100, 8)
		b := s.Alloc(100, 8)
		for _, n := range []uint64{1 << 31, 1<<32 - 1, 1<<32 - 2048, 200_000} {
			s.Realloc(a, n)
			s.Realloc(b, n)
		}
		s.Realloc(a, 120)
	})
}

func runInPlace(t *Trial) {
	t.each(func(s *judge.Session) {
		b := s.Alloc(1, 1)
		for n := uint64(1); n <= 1<<20; n = 2*n + 1 {
			b = s.Realloc(b, n)
		}
	})
	// To the last byte of the page, and beyond.
	t.each(func(s *judge.Session) {
		b := s.Alloc(10, 8)
		b = s.Realloc(b, 10+s.Rest())
		b = s.Realloc(b, b.SizeOr(0)+1)
		s.Realloc(b, b.SizeOr(0)+s.Rest())
	})
	// The newest block after an older one moved, and after one was given back.
	t.each(func(s *judge.Session) {
		a, b := s.Alloc(10, 1), s.Alloc(10, 1)
		a = s.Realloc(a, 20)
		s.Realloc(b, 30)
		s.Free(b)
		s.Realloc(a, 40)
		b = s.AllocZeroed(7, 1)
		s.Realloc(b, 8)
	})
}

func runDealloc(t *Trial) {
	for _, order := range []func(i, n int) int{
		func(i, n int) int { return i },
		func(i, n int) int { return n - 1 - i },
		func(i, n int) int { return i * 7 % n }, // n is no multiple of 7
	} {
		t.each(func(s *judge.Session) {
			const n = 40
			var blocks [n]*judge.Block
			for i := range blocks {
				blocks[i] = s.Alloc(uint64(i*i), 1<<(i%8))
			}
			for i := range blocks {
				s.Free(blocks[order(i, n)])
				if i%4 == 0 {
					s.Alloc(uint64(i), 8)
					s.AllocZeroed(uint64(i), 8)
				}
			}
		})
	}
}
