// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"math"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/script"
)

// runWide judges what only 64-bit addresses can say: sizes and alignments that no memory
// meets, and a block that does not fit 32 bits.
func runWide(t *Trial) {
	t.each(func(s *judge.Session) {
		a := s.Alloc(100, 8)
		for _, n := range wideSizes(s) {
			for _, align := range []uint64{1, 16, 1 << 31, 1 << 32, 1 << 47, 1 << 63} {
				s.Alloc(n, align)
				s.Memalign(n, align)
			}
			s.AllocZeroed(n, 1)
			a = s.Resize(a, n)
			s.ReallocNull(n)
		}
		for k := 32; k < 64; k++ {
			s.Alloc(1, 1<<k)
			s.Alloc(0, 1<<k)
		}
		s.Realloc(a, 200)
		s.Alloc(1, 1)
	})
	// In a memory that grows once to more than 4 GiB: the engine copies what there is.
	if t.Contract.InitialPages > 16 {
		return
	}
	for _, zeroed := range []bool{false, true} {
		setup := script.DefaultSetup(t.Contract)
		setup.Limit = 5<<30/contract.PageSize + 2
		t.in(setup, func(s *judge.Session) {
			b := s.Alloc(10, 1)
			if zeroed {
				s.Free(s.AllocZeroed(5<<30, 16))
			} else {
				s.Free(s.Realloc(b, 5<<30))
			}
			s.Alloc(1, 1)
			s.Alloc(1<<32-1, 1)
		})
	}
	// Blocks beyond 4 GiB that are in lists: a larger one becomes the region, of which
	// another one takes what lies below.
	setup := script.DefaultSetup(t.Contract)
	setup.Limit = 6 << 30 / contract.PageSize
	if t.Contract.ListUnit() != 0 {
		t.in(setup, func(s *judge.Session) {
			s.Free(s.Alloc(5<<30, 8))
			s.Alloc(7<<29, 8)
			for k := 29; k > 12; k-- { // all that has the same low half of an address
				s.Alloc(1<<k, 8)
			}
			var blocks [4]*judge.Block
			for range 2 {
				for i := range blocks {
					blocks[i] = s.Alloc(40, 8)
				}
				for _, b := range blocks {
					s.Free(b)
				}
			}
		})
	}
	// The low 32 bits of these addresses are 0.
	for _, alloc := range []func(*judge.Session, uint64, uint64) *judge.Block{(*judge.Session).Alloc, (*judge.Session).AllocZeroed, (*judge.Session).Memalign} {
		setup := script.DefaultSetup(t.Contract)
		setup.Limit = 1<<32/contract.PageSize + 2
		if t.Contract.ListUnit() != 0 { // a block's class is as large as its alignment
			setup.Limit = 2 << 32 / contract.PageSize
		}
		t.in(setup, func(s *judge.Session) {
			b := alloc(s, 16, 1<<32)
			if t.Contract.ListUnit() != 0 {
				s.Free(b)
				alloc(s, 16, 1<<32)
			}
			s.Alloc(100, 1)
			s.Alloc(100, 1)
		})
	}
}

// wideAliases adds foreign pages as [aliases] does: 2^32 bytes of them, and as many bytes as
// there are between a block and top.
func wideAliases(t *Trial) {
	for _, x := range []struct{ gap, pages uint64 }{{16, 1 << 16}, {0, 1 << 16}, {1 << 16, 1}, {3 << 16, 3}} {
		setup := script.DefaultSetup(t.Contract)
		setup.Limit = setup.Pages + x.gap/contract.PageSize + x.pages + 4
		t.in(setup, func(s *judge.Session) {
			b := s.Alloc(10, 1)
			s.Alloc(x.gap, 1)
			s.Grow(x.pages)
			s.Realloc(b, 100_000)
			s.Alloc(s.Left()+1, 1)
		})
	}
}

// wideSizes returns sizes around powers of two, and those whose sum with the top of the
// heap wraps or nearly does.
func wideSizes(s *judge.Session) []uint64 {
	var list []uint64
	for _, k := range []int{40, 48, 62, 63} {
		list = append(list, 1<<k-1, 1<<k, 1<<k+32)
	}
	for _, d := range []uint64{0, 1, 7, 15, 16, 17, 65535, 65536} {
		list = append(list, math.MaxUint64-d, math.MaxUint64-s.Top()-d, math.MaxUint64-s.Top()+d)
	}
	return list
}
