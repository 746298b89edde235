// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/script"
)

// These checks judge what marks do to memory: what is cleared, what somebody else grew,
// what is refused, and the end of the heap.

func runMarkZeroing(t *Trial) {
	for _, rewind := range rewinds {
		for _, used := range []uint64{1, 7, 100, 1000, 70_000} {
			// Less than was used, as much, more, and behind it.
			across(t.each, [][]uint64{{1, used / 2, used}, {used - 1, 5}, {used, 10}, {used + 1, 10}, {used + 100_000}, {3 * used, used}}, func(s *judge.Session, sizes []uint64) {
				s.AllocZeroed(20, 4)
				rewind(s, func() { s.Alloc(used, 1) })
				for _, n := range sizes {
					s.AllocZeroed(n, 1)
				}
				s.AllocZeroed(10, 64)
			})
		}
		// The highest use is not the last one, and what is taken back twice.
		t.each(func(s *judge.Session) {
			rewind(s, func() {
				rewind(s, func() { s.Alloc(5000, 1) })
				s.Alloc(100, 1)
			})
			rewind(s, func() { s.AllocZeroed(200, 1) })
			s.AllocZeroed(4000, 1)
			s.AllocZeroed(4000, 1)
		})
		// To tops whose square is near a multiple of 2^32.
		for _, top := range []uint64{contract.PageSize + 2, 92_682} {
			for times := range 2 {
				t.each(func(s *judge.Session) {
					for range times + 1 {
						rewind(s, func() { s.Alloc(s.Room(top), 1) })
					}
					s.AllocZeroed(100_000, 1)
				})
			}
		}
		// To a top whose double is more than 2^32, and then to one below 2^31.
		t.plain(func(s *judge.Session) {
			rewind(s, func() { s.Alloc(50_000, 1); s.Alloc(s.Room(1<<31+2000), 1) })
			rewind(s, func() { s.Alloc(10, 1) })
			s.AllocZeroed(40_000, 1)
		})
		// Across 2^31, up to as much above it as the block starts below.
		t.plain(func(s *judge.Session) {
			s.Alloc(s.Room(1<<31-100), 1)
			rewind(s, func() { s.Alloc(200, 1) })
			s.AllocZeroed(200, 1)
		})
		// Behind pages of somebody else, and where the memory cannot be had.
		t.in(fixedLimit(t.Contract, 6), func(s *judge.Session) {
			s.Alloc(100, 1)
			s.Grow(1)
			rewind(s, func() { s.Alloc(s.Left()+1, 1); s.Alloc(100, 1) })
			s.AllocZeroed(s.Left(), 1)
			s.AllocZeroed(1<<20, 1)
			s.AllocZeroed(150_000, 1)
		})
	}
}

func runMarkForeign(t *Trial) {
	for _, rewind := range rewinds {
		// Somebody grows the memory, and no block is placed behind those pages.
		t.each(func(s *judge.Session) {
			s.Alloc(100, 1)
			rewind(s, func() { s.Alloc(500, 1); s.Grow(1) })
			s.Alloc(s.Left(), 1)
			s.Alloc(1, 1)
		})
		// Blocks are placed behind them, once and again.
		across(t.each, []uint64{0, 1, 100_000}, func(s *judge.Session, size uint64) {
			s.Alloc(100, 1)
			rewind(s, func() {
				s.Alloc(100, 1)
				s.Grow(1)
				s.Alloc(s.Left()+size+1, 1)
				s.Alloc(10, 1)
				rewind(s, func() { s.Alloc(10, 1); s.Grow(2); s.Alloc(s.Left()+size+1, 1) })
				s.Alloc(10, 1)
			})
			s.Alloc(10, 1)
			s.Alloc(s.Left(), 1)
			s.Alloc(size, 8)
		})
		// A block that is resized to behind them, and a block of size 0.
		t.each(func(s *judge.Session) {
			b := s.Alloc(10, 1)
			rewind(s, func() { s.Grow(1); s.Realloc(b, 200_000); s.Alloc(10, 1) })
			s.Alloc(50_000, 1)
			s.Alloc(100_000, 1)
		})
		t.each(func(s *judge.Session) {
			s.Alloc(10, 1)
			rewind(s, func() { s.Grow(1); s.Alloc(0, 1<<17); s.Alloc(0, 1) })
			s.Alloc(10, 1)
			s.Alloc(s.Left(), 1)
			s.Alloc(1, 1)
		})
		// Before the first block.
		t.each(func(s *judge.Session) {
			rewind(s, func() { s.Grow(1); s.Alloc(s.Left()+1, 1); s.Alloc(10, 1) })
			s.Alloc(10, 1)
			s.Alloc(100_000, 1)
		})
		// A refused request behind them moves nothing.
		t.in(fixedLimit(t.Contract, 2), func(s *judge.Session) {
			s.Alloc(100, 1)
			rewind(s, func() { s.Alloc(100, 1); s.Grow(1); s.Alloc(200_000, 1) })
			s.Alloc(s.Left(), 1)
			s.Alloc(100, 1)
		})
	}
	// The last mark lies behind the pages, the first before them.
	t.each(func(s *judge.Session) {
		first := s.Mark()
		s.Alloc(100, 1)
		s.Grow(1)
		s.Alloc(s.Left()+1, 1)
		last := s.Mark()
		s.Alloc(100, 1)
		s.Grow(1)
		s.Release(last)
		s.Alloc(50, 1)
		s.Release(first)
		s.Alloc(10, 1)
		s.Release(last)
		s.Alloc(100, 1)
		s.Reset()
		s.Alloc(s.Left(), 1)
	})
}

func runMarkRefusal(t *Trial) {
	for _, rewind := range rewinds {
		for _, more := range []uint64{0, 1, 3} {
			t.in(fixedLimit(t.Contract, more), func(s *judge.Session) {
				s.Alloc(100, 1)
				rewind(s, func() { exhaust(s) })
				rewind(s, func() { s.Alloc(1<<32-1, 1); s.Alloc(s.Room(max(s.Reach(), s.Own())), 1); exhaust(s) })
				s.LimitTo(s.Limit + 1)
				rewind(s, func() { exhaust(s) })
				b := s.Alloc(1, 1)
				s.Realloc(b, max(s.Reach(), s.Own())-b.FromOr(s.Top()))
				exhaust(s)
			})
		}
		// A resize that is refused.
		t.in(fixedLimit(t.Contract, 1), func(s *judge.Session) {
			rewind(s, func() {
				b := s.Alloc(100, 1)
				s.Alloc(60_000, 1)
				s.Realloc(b, 300_000)
				s.Realloc(b, 1000)
			})
			exhaust(s)
		})
	}
}

func runMarkHeapEnd(t *Trial) {
	setup := script.DefaultSetup(t.Contract)
	setup.Limit = contract.MaxPages
	fill := func(s *judge.Session) { s.Alloc(s.Room(ledger.AddressSpace), 1) }
	for _, rewind := range rewinds {
		t.in(setup, func(s *judge.Session) {
			s.Alloc(100, 1)
			rewind(s, func() { fill(s); s.Alloc(1, 1) })
			s.Alloc(100, 1)
			fill(s)
			s.Alloc(1, 1)
		})
		// Used up to 2^32 or nearly, after less was.
		for _, left := range []uint64{0, contract.PageSize - 2} {
			t.in(setup, func(s *judge.Session) {
				rewind(s, func() { s.Alloc(s.Room(contract.PageSize+2), 1) })
				rewind(s, func() {
					for range 5 {
						s.Alloc(40_000, 1)
					}
					s.Alloc(s.Room(ledger.AddressSpace-left), 1)
				})
				s.AllocZeroed(200_000, 1)
			})
		}
	}
	// Marks at 2^32, released there and when they are stale.
	t.in(setup, func(s *judge.Session) {
		s.Alloc(100, 1)
		first := s.Mark()
		fill(s)
		last := s.Mark()
		s.Alloc(1, 1)
		s.Release(last)
		s.Alloc(1, 1)
		s.Release(first)
		s.Alloc(100, 1)
		s.Release(last)
		s.Alloc(100, 1)
		fill(s)
	})
	// A mark above 2^31.
	t.in(setup, func(s *judge.Session) {
		s.Alloc(3<<30, 1)
		m := s.Mark()
		s.Alloc(100, 1)
		fill(s)
		s.Release(m)
		s.Alloc(200, 1)
		s.Grow(1)
		s.Release(m)
		fill(s)
		s.Alloc(1, 1)
	})
	// Somebody else has a page above 2^31, or the last one.
	t.in(setup, func(s *judge.Session) {
		m := s.Mark()
		s.Alloc(3<<30, 1)
		s.Grow(1)
		s.Alloc(2*contract.PageSize, 1)
		s.Release(m)
		s.Alloc(100, 1)
		fill(s)
		s.Alloc(5<<29, 1)
	})
	t.in(setup, func(s *judge.Session) {
		m := s.Mark()
		s.Alloc(ledger.AddressSpace-2*contract.PageSize-s.Top()-s.Lead(), 1)
		s.Grow(1)
		s.Alloc(contract.PageSize, 1)
		s.Release(m)
		s.Alloc(100, 1)
		fill(s)
	})
}
