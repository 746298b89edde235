// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/judge"
)

// runReuse ends and shrinks blocks and asks for as much again. The strategy's ledger
// knows which memory has to be used.
func runReuse(t *Trial) {
	// All in reverse order, and the same again.
	across(t.each, []uint64{1, 8, 64}, func(s *judge.Session, align uint64) {
		s.Alloc(10, 1)
		for range 2 {
			var blocks []*judge.Block
			for i := range uint64(12) {
				blocks = append(blocks, s.Alloc(i*i*90, align))
			}
			for i := range blocks {
				s.Free(blocks[len(blocks)-1-i])
				s.Free(s.Alloc(uint64(i), align))
			}
		}
		s.Alloc(10, 1)
	})
	// The newest, pages long, and with the memory full.
	t.in(fixedLimit(t.Contract, 3), func(s *judge.Session) {
		s.Alloc(100, 1)
		for range 2 {
			b := s.Alloc(s.Room(max(s.Reach(), s.Own())), 1)
			s.Alloc(100, 1)
			s.Free(b)
			c := s.Alloc(500, 1)
			s.Realloc(c, 600)
			s.Free(c)
		}
		exhaust(s)
	})
	// One that is not the newest, in all ways and orders. No alignment leaves a gap.
	for _, size := range []uint64{0, 1, 99, 112} {
		t.each(func(s *judge.Session) {
			a, b := s.Alloc(112, 8), s.Alloc(64, 8)
			a = s.Resize(a, size)
			s.Free(s.AllocZeroed(10, 1))
			s.Free(b)
			s.Free(s.AllocZeroed(10, 1))
			s.Free(a)
			s.AllocZeroed(10, 1)
		})
		t.each(func(s *judge.Session) {
			a, b := s.Alloc(112, 8), s.Alloc(64, 8)
			a = s.Resize(a, size)
			s.Free(b)
			a = s.Resize(a, size+20)
			s.Alloc(3, 1)
			s.Free(a)
			s.AllocZeroed(200, 1)
		})
	}
	// One with few bytes behind it.
	t.each(func(s *judge.Session) {
		for behind := range uint64(4) {
			a := s.Alloc(100, 1)
			b := s.Alloc(behind, 1)
			a = s.Resize(a, 90)
			s.Alloc(1, 1)
			s.Free(a)
			s.Alloc(10, 1)
			s.Free(b)
		}
	})
	// Tails: the newest block shrinks step by step, and grows again.
	t.each(func(s *judge.Session) {
		b := s.Alloc(70_000, 4)
		for _, n := range []uint64{69_999, 1000, 1001, 17, 16, 1, 0, 5, 150_000, 3} {
			b = s.Resize(b, n)
			s.Free(s.AllocZeroed(40, 1))
		}
		s.Alloc(70_000, 1)
		s.Realloc(b, 1)
		s.AllocZeroed(1000, 1)
	})
	// What blocks leave that move, or that cannot.
	t.in(fixedLimit(t.Contract, 4), func(s *judge.Session) {
		a, b := s.Alloc(1000, 1), s.Alloc(1000, 1)
		s.Realloc(b, 1<<31)
		s.Realloc(a, 1<<31)
		a = s.Resize(a, 2000)
		s.Free(a)
		s.Free(b)
		s.AllocZeroed(5000, 1)
	})
	// Around pages of somebody else.
	t.in(fixedLimit(t.Contract, 6), func(s *judge.Session) {
		a := s.Alloc(100, 1)
		b := s.Alloc(200, 1)
		s.Grow(1)
		c := s.Alloc(s.Left()+1, 1)
		d := s.Realloc(c, contract.PageSize+5)
		s.Free(d)
		s.Free(s.AllocZeroed(50, 1))
		s.Free(b)
		s.Free(a)
		s.AllocZeroed(50, 1)
	})
	t.each(func(s *judge.Session) {
		b := s.Alloc(100, 1)
		s.Grow(1)
		b = s.Realloc(b, 100_000)
		b = s.Realloc(b, 10)
		s.Free(b)
		s.AllocZeroed(300, 1)
		s.AllocZeroed(300, 1)
	})
	// The newest block below memory that was taken back, with pages of somebody else
	// behind: it grows up to those, and moves if that is not enough.
	for pages := range uint64(7) {
		for over := range uint64(2) {
			t.each(func(s *judge.Session) {
				s.Alloc(pages*contract.PageSize+100, 1)
				b := s.Alloc(100, 1)
				s.Free(s.Alloc(3*contract.PageSize, 1))
				s.Grow(1)
				b = s.Realloc(b, b.SizeOr(0)+s.Rest()/2)
				s.Realloc(b, b.SizeOr(0)+s.Rest()+over)
				s.Alloc(10, 1)
			})
		}
	}
	// Across 2^31, from where on addresses are negative.
	t.plain(func(s *judge.Session) {
		a := s.Alloc(5000, 1)
		b := s.Alloc(s.Room(1<<31-100), 1)
		s.Free(s.Alloc(200, 1))
		s.Free(s.AllocZeroed(200, 1))
		c := s.Realloc(s.Alloc(200, 1), 50)
		s.Free(s.Alloc(s.Room(1<<31+2000), 1))
		s.Free(c)
		s.Free(b)
		s.Free(a)
		s.AllocZeroed(4000, 1)
		b = s.Alloc(10, 1)
		s.Grow(1)
		s.Realloc(b, 200_000)
	})
	// Alignments above what the ABI keeps before a block.
	t.each(func(s *judge.Session) {
		for _, align := range []uint64{16, 32, 64, 4096} {
			s.Alloc(3, 1)
			b := s.Alloc(100, align)
			s.Free(b)
			s.Alloc(3, 1)
			b = s.Memalign(100, align)
			b = s.Realloc(b, 50)
			s.Free(b)
			s.AllocZeroed(3, 1)
		}
	})
}
