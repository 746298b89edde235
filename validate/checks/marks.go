// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/judge"
)

// These checks judge marks, with the functions of each ABI that makes blocks.

// rewinds are the two ways to take back what f hands out; a module may have one only.
// A mark is made first.
var rewinds = []func(s *judge.Session, f func()){
	func(s *judge.Session, f func()) { m := s.Mark(); f(); s.Release(m) },
	func(s *judge.Session, f func()) { f(); s.Reset() },
}

func runRelease(t *Trial) {
	// Marks before the first block, and with nothing since.
	t.each(func(s *judge.Session) {
		m := s.Mark()
		s.Release(m)
		s.Alloc(100, 1)
		s.Release(m)
		s.Alloc(10, 1)
		m = s.Mark()
		s.Release(m)
		s.Release(m)
		s.Alloc(10, 1)
	})
	// One inside the other, released from the last to the first and all by the first.
	across(t.each, [][]int{{2, 1, 0}, {0}, {1, 0}, {2, 2, 0, 0}}, func(s *judge.Session, order []int) {
		var marks []int
		s.Alloc(50, 1)
		for i := range uint64(3) {
			marks = append(marks, s.Mark())
			s.Alloc(30_000*i+7, 1)
			s.Alloc(100, 64)
		}
		for _, k := range order {
			s.Release(marks[k])
			m := s.Mark()
			s.Alloc(20, 1)
			s.Release(m)
			s.Alloc(1, 1)
		}
		s.Alloc(70_000, 1)
	})
	// In phases. The memory grows in the first ones only.
	t.each(func(s *judge.Session) {
		kept := s.Alloc(1000, 8)
		for i := range uint64(20) {
			m := s.Mark()
			b := s.Alloc(i, 1)
			s.Alloc(100_000, 16)
			b = s.Realloc(b, 300)
			s.AllocZeroed(40, 4)
			s.Free(b)
			s.Release(m)
		}
		s.Realloc(kept, 2000)
	})
	// Blocks that are resized after the mark.
	t.each(func(s *judge.Session) {
		older, newest := s.Alloc(100, 8), s.Alloc(100, 8)
		m := s.Mark()
		older = s.Realloc(older, 50)
		s.Realloc(newest, 500)
		s.Alloc(10, 1)
		s.Release(m)
		s.Realloc(older, 60)
		s.Alloc(10, 1)
	})
	// A page's end, and pages that are taken back.
	across(t.each, []uint64{0, 1}, func(s *judge.Session, over uint64) {
		s.Alloc(s.Left()+over, 1)
		m := s.Mark()
		s.Alloc(3*contract.PageSize, 1)
		s.Release(m)
		s.Alloc(1, 1)
		s.Release(m)
		s.Alloc(3*contract.PageSize, 1)
		s.Alloc(1, 1)
	})
}

func runReset(t *Trial) {
	t.each(func(s *judge.Session) {
		s.Reset()
		s.Alloc(0, 1)
	})
	t.each(func(s *judge.Session) {
		s.Reset()
		s.Alloc(100, 1)
		s.Reset()
		s.Reset()
		s.Alloc(10, 1)
	})
	t.each(func(s *judge.Session) {
		for range 10 {
			m := s.Mark()
			b := s.Alloc(100, 16)
			s.AllocZeroed(300_000, 1)
			s.Realloc(b, 200)
			s.Reset()
			s.Release(m)
			s.Alloc(100_000, 1)
			s.Reset()
		}
		s.Alloc(s.Left(), 1)
		s.Reset()
		s.Alloc(s.Left(), 1)
	})
}

func runStaleMark(t *Trial) {
	across(t.each, []uint64{10, 99, 100, 150, 100_000}, func(s *judge.Session, size uint64) {
		s.Alloc(10, 1)
		older := s.Mark()
		s.Alloc(100, 1)
		later := s.Mark()
		s.Alloc(100, 1)
		s.Release(older)
		s.Release(later)
		s.Alloc(size, 1)
		s.Release(later)
		s.Alloc(20, 1)
		s.Release(older)
		s.Alloc(20, 1)
	})
	t.each(func(s *judge.Session) {
		s.Alloc(100_000, 1)
		m := s.Mark()
		s.Reset()
		s.Release(m)
		b := s.Alloc(10, 1)
		s.Release(m)
		s.Realloc(b, 20)
		s.Alloc(10, 1)
	})
}
