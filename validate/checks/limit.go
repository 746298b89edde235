// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/judge"
)

// These checks run out of memory, and judge growth.

// exhaust uses up all memory in smaller and smaller blocks, until one ends at the limit.
func exhaust(s *judge.Session) {
	end := max(s.Reach(), s.Own())
	// Halves are used up within 32 steps, bounded requests in as many as they are worth.
	for range 4096 {
		if !s.OK() || s.Room(end) == 0 {
			break
		}
		if b := s.Alloc((s.Room(end)+1)/2, 1); b == nil {
			break // no more fits behind an alignment
		}
	}
	s.Alloc(1, 1)
	s.Alloc(2, 8)
	s.Alloc(0, 1)
	s.Alloc(1<<32-1, 1)
}

func runExhaustion(t *Trial) {
	for _, more := range []uint64{0, 1, 2, 7} {
		t.in(fixedLimit(t.Contract, more), func(s *judge.Session) {
			exhaust(s)
			s.LimitTo(s.Limit + 1)
			exhaust(s)
		})
		// In blocks that end at or next to a page's end.
		t.in(fixedLimit(t.Contract, more), func(s *judge.Session) {
			for range more + 2 {
				s.Alloc(65536, 1)
				s.Alloc(65535, 1)
				s.Alloc(1, 1)
			}
			exhaust(s)
		})
	}
	// All of it at once, zeroed and by growing one block.
	t.in(fixedLimit(t.Contract, 2), func(s *judge.Session) {
		s.AllocZeroed(s.Room(max(s.Reach(), s.Own())), 1)
		exhaust(s)
	})
	t.in(fixedLimit(t.Contract, 2), func(s *judge.Session) {
		b := s.Alloc(1, 1)
		s.Realloc(b, max(s.Reach(), s.Own())-b.FromOr(s.Top()))
		exhaust(s)
	})
}

func runRefusal(t *Trial) {
	ask := func(s *judge.Session) {
		for _, n := range []uint64{1<<32 - 1, 1 << 31, 300_000, 1<<32 - 65536} {
			for _, align := range []uint64{1, 64, 65536, 1 << 31} {
				s.Alloc(n, align)
			}
		}
		s.AllocZeroed(300_000, 1)
		s.Alloc(1, 1<<31)
		s.Alloc(1, 1<<24)
	}
	t.in(fixedLimit(t.Contract, 2), func(s *judge.Session) {
		ask(s)
		s.Alloc(100, 1)
		ask(s)
		s.Alloc(65536, 1)
		ask(s)
		exhaust(s)
		ask(s)
	})
	// The memory of a block may be used again from the moment that it is given back. A
	// refusal in between makes no difference.
	t.in(fixedLimit(t.Contract, 2), func(s *judge.Session) {
		b := s.Alloc(100_000, 1)
		s.Alloc(150_000, 1)
		s.Free(b)
		s.Alloc(150_000, 1)
		s.Alloc(150_000, 1)
		s.Alloc(150_000, 1)
	})
	// Refusals after others grew the memory: the room before their pages is still there,
	// and there is none behind them.
	t.in(fixedLimit(t.Contract, 3), func(s *judge.Session) {
		s.Alloc(100, 1)
		s.Grow(1)
		ask(s)
		s.Alloc(8, 8)
		s.Grow(2)
		ask(s)
		s.Alloc(8, 8)
		s.Alloc(s.Left(), 1)
		ask(s)
		s.LimitTo(s.Limit + 2)
		s.Alloc(65536, 1)
		exhaust(s)
	})
}

func runGrowth(t *Trial) {
	t.each(func(s *judge.Session) {
		s.Alloc(1, 1)
		s.Alloc(s.Left(), 1)
		s.Alloc(0, 1)
		s.Alloc(1, 1)
		for _, pages := range []uint64{0, 1, 2, 3, 5, 16, 17} {
			s.Alloc(s.Left()+pages*contract.PageSize, 1)
			s.Alloc(s.Left()+pages*contract.PageSize+1, 1)
		}
		s.Alloc(1, 1<<18)
		s.Alloc(1<<20, 1<<20)
		b := s.Alloc(1, 1)
		s.Realloc(b, 500_000)
	})
	t.each(func(s *judge.Session) {
		s.Grow(3)
		s.Alloc(s.Left()+1, 1)
		s.Alloc(1, 1)
		s.Alloc(s.Left()+1, 1)
		s.Grow(1)
		s.Alloc(s.Left()+1, 1)
	})
}

func runFallback(t *Trial) {
	for more := range uint64(12) {
		t.in(fixedLimit(t.Contract, more), func(s *judge.Session) {
			for s.OK() && s.Pages() < s.Limit {
				if s.Alloc(s.Left()+1, 1) == nil {
					break // what is left below the limit is too little for the alignment
				}
			}
			exhaust(s)
		})
		t.in(fixedLimit(t.Contract, more), func(s *judge.Session) {
			s.Alloc(s.Room(max(s.Reach(), s.Own())), 1)
			s.LimitTo(s.Limit + 1)
			b := s.Alloc(1, 1)
			s.Realloc(b, 65536)
			exhaust(s)
		})
	}
}

func runTrap(t *Trial) {
	t.in(fixedLimit(t.Contract, 2), func(s *judge.Session) {
		a := s.Alloc(100, 8)
		for _, n := range []uint64{1<<32 - 1, 1 << 31, 300_000} {
			s.Alloc(n, 1)
			s.AllocZeroed(n, 64)
			s.Realloc(a, n)
			s.Alloc(10, 1)
		}
		exhaust(s)
		s.Free(a)
		s.LimitTo(s.Limit + 1)
		exhaust(s)
	})
}
