// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/script"
)

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

// runMisuse misuses blocks of several sizes and alignments, in each way.
func runMisuse(t *Trial) {
	for _, fault := range contract.Faults {
		for _, size := range []uint64{20, 1, 4096, 70_000, 0} {
			for _, align := range []uint64{8, 1, 64, 1 << 17} {
				if size == 0 && fault.Kind == contract.UseAfterFree {
					continue // nothing can be written to
				}
				t.in(script.DefaultSetup(t.Contract), func(s *judge.Session) {
					a := s.Alloc(100, 8)
					b := s.Realloc(s.Alloc(1, align), size)
					if b == nil {
						b = s.Alloc(size, align)
					}
					c := s.AllocZeroed(30, 16)
					s.Misuse(b, fault.Kind)
					s.Free(a)
					b = s.Alloc(size, align)
					s.Misuse(b, contract.Leak)
					s.Free(c)
					s.Misuse(b, fault.Kind)
				})
			}
		}
	}
}
