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
