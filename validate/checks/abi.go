// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/script"
)

// These checks judge what one ABI promises and the others do not.

func runNullBlock(t *Trial) {
	t.each(func(s *judge.Session) {
		s.FreeNull()
		a := s.ReallocNull(100)
		s.FreeNull()
		a = s.Realloc(a, 5000)
		s.ReallocNull(0)
		b := s.ReallocNull(70_000)
		s.Free(a)
		s.FreeNull()
		s.Realloc(b, 80_000)
	})
	t.in(fixedLimit(t.Contract, 1), func(s *judge.Session) {
		s.ReallocNull(1<<32 - 1)
		s.ReallocNull(200_000)
		s.ReallocNull(100)
	})
}

func runProduct(t *Trial) {
	t.each(func(s *judge.Session) {
		for _, n := range []uint64{1, 7, 96, 65536, 1<<20 - 1<<16} {
			s.AllocZeroed(n, 1)
			// A product that equals n modulo 2^32.
			for _, k := range []uint64{1 << 32, 1 << 33, 3 << 40, 1<<48 - 1<<32} {
				s.AllocZeroed(k+n, 1)
			}
		}
		s.Alloc(1, 1)
	})
}

func runErrors(t *Trial) {
	ask := func(s *judge.Session, size, align uint64) {
		s.Memalign(size, align)
		if aligns(s.Contract) {
			s.Do(script.Call{Op: script.OpAlloc, Size: size, Align: align})
		}
	}
	t.each(func(s *judge.Session) {
		for _, align := range []uint64{0, 1, 2, 3, 4, 5, 8, 12, 16, 24, 32, 48, 64, 100, 4096, 1 << 17, 1<<17 + 1, 1<<32 - 1} {
			for _, size := range []uint64{0, 1, 100} {
				ask(s, size, align)
			}
		}
		s.Alloc(1, 1)
	})
	t.in(fixedLimit(t.Contract, 1), func(s *judge.Session) {
		for _, size := range []uint64{200_000, 1 << 31, 1<<32 - 1} {
			for _, align := range []uint64{3, 4, 64, 1 << 20, 1 << 31} {
				ask(s, size, align)
			}
		}
		ask(s, 100, 8)
	})
}

func runErrno(t *Trial) {
	t.in(fixedLimit(t.Contract, 1), func(s *judge.Session) {
		a := s.Alloc(100, 1)
		for _, size := range []uint64{1 << 20, 1<<32 - 1, 1, 0} {
			s.Alloc(size, 1)
			s.Alloc(size, 64)
			s.AllocZeroed(size, 1)
			s.AllocZeroed(1<<32+size, 1)
			a = s.Resize(a, size)
		}
		if aligns(s.Contract) {
			s.Do(script.Call{Op: script.OpAlloc, Size: 1, Align: 3})
		}
	})
}

func runUsable(t *Trial) {
	t.each(func(s *judge.Session) {
		s.Usable(script.Null)
		var blocks []*judge.Block
		for _, n := range []uint64{0, 1, 15, 16, 17, 100, 4095, 70_000} {
			blocks = append(blocks, s.Alloc(n, 1), s.Alloc(n, 256), s.AllocZeroed(n, 1), s.Memalign(n, 32))
		}
		for i, b := range blocks {
			if b == nil {
				continue
			}
			s.Usable(b.Number)
			if b = s.Realloc(b, []uint64{3, 50, 6000}[i%3]); b != nil {
				s.Usable(b.Number)
			}
		}
	})
	// A block that grows and shrinks behind a mark lives on when the mark is released.
	if t.Contract.HasRole(contract.Marks) {
		t.each(func(s *judge.Session) {
			b := s.Alloc(16, 1)
			mark := s.Mark()
			b = s.Realloc(b, 63)
			s.Alloc(4, 1)
			b = s.Realloc(b, 1)
			s.Release(mark)
			s.Alloc(1, 1)
			s.Usable(b.Number)
		})
	}
}

func runRegion(t *Trial) {
	t.each(func(s *judge.Session) {
		var blocks []*judge.Block
		for _, n := range []uint64{0, 1, 2, 3, 12, 100, 4096, 65536, 100_000} {
			blocks = append(blocks, s.Alloc(n, 1), s.Alloc(n, 1))
		}
		for i, b := range blocks {
			if i%3 != 0 {
				s.Free(b)
				s.Alloc(10, 1)
			}
		}
	})
}
