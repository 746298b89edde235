// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/script"
)

// These checks judge where blocks are.

func runAlignment(t *Trial) {
	t.each(func(s *judge.Session) {
		for k := range 32 {
			s.Alloc(uint64(2*k+1), 1<<k)
		}
	})
	// Each on a fresh heap, since two large ones do not fit.
	for k := range 32 {
		t.plain(func(s *judge.Session) {
			s.Alloc(3, 1)
			s.Alloc(1, 1<<k)
			s.Alloc(1, 1<<k)
			s.AllocZeroed(5, 1<<k)
			s.Alloc(1, 1)
		})
	}
}

// sizes returns the sizes at which allocators fail.
func sizes() []uint64 {
	var list []uint64
	for k := range 33 {
		for _, d := range []int64{-1, 0, 1} {
			if n := int64(1)<<k + d; n < 1<<32 {
				list = append(list, uint64(n))
			}
		}
	}
	// Added to an address below 1 MiB, these wrap or nearly do.
	for _, d := range []uint64{1024, 65536, 65537, 1 << 20} {
		list = append(list, 1<<32-d)
	}
	return list
}

func runSizes(t *Trial) {
	t.plain(func(s *judge.Session) {
		for _, n := range sizes() {
			s.Alloc(n, 1)
		}
	})
	step, aligns := uint64(3989), []uint64{8}
	if t.Full {
		step, aligns = 509, []uint64{1, 2, 8, 16, 4096, 65536, 1 << 20, 1 << 31}
	}
	// Each on a fresh heap, in steps that hit every range of that many sizes.
	for n := uint64(1); n < 140_000; n += step {
		t.plain(func(s *judge.Session) { s.Alloc(n, 16) })
	}
	for _, align := range aligns {
		across(t.plain, sizes(), func(s *judge.Session, n uint64) {
			s.Alloc(1, 1)
			s.Alloc(n, align)
			s.Alloc(n, align)
			s.Alloc(1, align)
		})
	}
}

func runOverlap(t *Trial) {
	t.each(func(s *judge.Session) {
		r := choices{&random{1}}
		var blocks []*judge.Block
		for i := range 150 {
			size, align := r.upTo(1<<r.upTo(12)), uint64(1)<<r.upTo(6)
			if i%3 == 0 {
				blocks = append(blocks, s.AllocZeroed(size, align))
			} else {
				blocks = append(blocks, s.Alloc(size, align))
			}
			if k := r.upTo(uint64(len(blocks))); i%5 == 4 && k < uint64(len(blocks)) {
				blocks[k] = s.Realloc(blocks[k], r.upTo(5000))
			}
			if k := r.upTo(uint64(len(blocks))); i%7 == 6 && k < uint64(len(blocks)) {
				s.Free(blocks[k])
				blocks[k] = nil
			}
		}
	})
}

func runBounds(t *Trial) {
	// To the last byte of a page, and one byte over.
	across(t.each, []uint64{0, 1, 2, 7, 8, 9, 65535, 65536}, func(s *judge.Session, over uint64) {
		s.Alloc(s.Left()+over, 1)
		s.Alloc(s.Left()+over, 8)
		s.Alloc(1, 1)
	})
	// Through the whole address space: for the last block, the sum of address and size
	// wraps.
	across(t.plain, []uint64{64 << 20, 1<<30 - 1, 1<<31 - 1, 3 << 30}, func(s *judge.Session, size uint64) {
		for range ledger.AddressSpace/size + 2 {
			s.Alloc(size, 1)
			s.Alloc(0, 1)
		}
	})
	across(t.plain, []uint64{0, 1, 7, 8, 4096, 65536}, func(s *judge.Session, d uint64) {
		s.Alloc(10_000, 1)
		s.Alloc(s.Room(ledger.AddressSpace)+d, 1)
		s.Alloc(s.Room(ledger.AddressSpace)+d, 4096)
		s.Alloc(min(ledger.AddressSpace-s.Top()/2+d, 1<<32-1), 16)
		b := s.Alloc(40, 8)
		s.Realloc(b, ledger.AddressSpace-40-d)
		s.Alloc(1, 1)
	})
}

func runBelowBase(t *Trial) {
	t.each(func(s *judge.Session) {
		first := s.Alloc(0, 1)
		s.Realloc(first, 100)
		s.Alloc(1, 1)
		s.Alloc(100, 16)
		b := s.AllocZeroed(5000, 4096)
		s.Realloc(b, 70_000)
		s.Free(b)
		s.Alloc(1<<32-1, 1)
		s.Alloc(1, 1<<31)
		s.Alloc(1, 1)
	})
}

func runZeroSize(t *Trial) {
	t.each(func(s *judge.Session) {
		for k := range 12 {
			s.Alloc(0, 1<<k)
			s.Alloc(0, 1)
			s.Alloc(1, 1)
		}
		for range 50 {
			s.Alloc(0, 1)
		}
		b := s.Alloc(0, 8)
		b = s.Realloc(b, 0)
		b = s.Realloc(b, 10)
		b = s.Realloc(b, 0)
		s.Free(b)
		s.Free(s.AllocZeroed(0, 64))
		s.Alloc(s.Left(), 1)
		s.Alloc(0, 1)
		s.Alloc(0, 65536)
		// An address that the memory has to grow for.
		s.Alloc(0, 1<<18)
		s.Alloc(1, 1)
	})
	// With no byte left, there is still room for blocks of size 0.
	t.in(fixedLimit(t.Contract, 0), func(s *judge.Session) {
		s.Alloc(s.Left(), 1)
		s.Alloc(1, 1)
		s.Alloc(0, 1)
		s.Alloc(0, 8)
		s.Alloc(0, 1<<20)
	})
}

// fixedLimit is the default world with a limit of that many more pages.
func fixedLimit(c contract.Contract, more uint64) script.Setup {
	s := script.DefaultSetup(c)
	s.Limit = min(s.Pages+more, s.Limit)
	return s
}
