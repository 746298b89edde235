// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import "github.com/genalloc/genalloc/validate/judge"

// These checks are of builds that watch. What they judge is judged after every call of
// every other check too.

func runOnGrow(t *Trial) {
	runGrowth(t)
	runExhaustion(t)
	runRefusal(t)
	t.each(func(s *judge.Session) {
		b := s.Realloc(s.Alloc(1, 1), 100)
		s.Free(s.Realloc(b, 200_000))
		s.Grow(2)
		s.Realloc(s.AllocZeroed(100_000, 8), 300_000)
	})
}

func runStats(t *Trial) {
	runOnGrow(t)
	t.in(fixedLimit(t.Contract, 2), func(s *judge.Session) {
		a, b := s.Alloc(100, 8), s.AllocZeroed(50, 8)
		s.Alloc(0, 1)
		s.Memalign(30, 64)
		s.Memalign(30, 3)
		a = s.Realloc(a, 10)
		s.Realloc(b, 0)
		s.Realloc(a, 1<<32-1)
		s.Alloc(1<<32-1, 1)
		s.AllocZeroed(1<<32-1, 1)
		s.FreeNull()
		s.Free(s.ReallocNull(20))
		s.Free(a)
		s.Free(s.Alloc(20, 8))
		s.Alloc(1<<32-1, 1)
	})
}
