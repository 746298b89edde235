// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/script"
)

// These checks let others grow the memory, and go to the end of the address space.

func runForeignBefore(t *Trial) {
	for _, more := range []uint64{1, 2} {
		for _, setup := range worlds(t.Contract) {
			setup.Pages += more
			t.in(setup, func(s *judge.Session) {
				s.Alloc(10, 1)
				s.AllocZeroed(100, 16)
				s.Alloc(s.Left(), 1)
				s.Alloc(1, 1)
				s.AllocZeroed(1000, 8)
				s.Alloc(s.Left()+1, 1)
			})
			t.in(setup, func(s *judge.Session) {
				b := s.AllocZeroed(s.Left()+1, 1)
				s.Realloc(b, 200_000)
			})
			t.in(setup, func(s *judge.Session) {
				s.Alloc(1, 1<<17)
				s.Alloc(1, 1)
			})
		}
	}
}

func runForeignGrowth(t *Trial) {
	// At each point of the same sequence.
	for point := range 8 {
		t.plain(func(s *judge.Session) {
			var b, c *judge.Block
			for i, step := range []func(){
				func() { b = s.Alloc(100, 1) },
				func() { b = s.Realloc(b, 200) },
				func() { s.Alloc(s.Left(), 1) },
				func() { c = s.AllocZeroed(65536, 1) },
				func() { c = s.Realloc(c, 65536+70) },
				func() { s.Alloc(1, 1<<17) },
				func() { s.Realloc(b, 70_000) },
				func() { s.AllocZeroed(s.Left()+1, 8) },
			} {
				if i == point || i == point+3 {
					s.Grow(1)
				}
				step()
			}
			s.Free(c)
		})
	}
	// Between any two.
	t.plain(func(s *judge.Session) {
		r := choices{&random{2}}
		for range 60 {
			s.Alloc(r.upTo(1<<r.upTo(17)), 1<<r.upTo(18))
			if r.one(3) {
				s.Grow(r.upTo(2))
			}
		}
	})
	aliases(t)
	// The allocator is refused growth after others took the last page.
	t.in(fixedLimit(t.Contract, 2), func(s *judge.Session) {
		s.Alloc(10, 1)
		s.Grow(2)
		s.Alloc(s.Left()+1, 1)
		s.Alloc(s.Left(), 1)
		s.Alloc(1, 1)
		s.LimitTo(s.Limit + 1)
		s.Alloc(65536, 1)
		s.Alloc(1, 1)
	})
}

// aliases adds as many foreign pages as a wrong formula takes for none: one that counts
// them in too few bits, or adds or multiplies them with something else.
func aliases(t *Trial) {
	for _, pages := range []uint64{2, 1 << 8, 1 << 12, 1 << 15} {
		across(t.plain, []uint64{1, 4}, func(s *judge.Session, lacking uint64) {
			s.Alloc(128, 1)
			s.Grow(pages)
			s.Alloc(s.Left()+lacking*contract.PageSize, 1)
		})
		t.plain(func(s *judge.Session) {
			b := s.Alloc(128, 1)
			s.Grow(pages)
			s.Realloc(b, 200_000)
		})
	}
	// As many pages as there are bytes between a block and top, or 2^16 less that.
	more := []uint64{10, 100_000, 300_000}
	if t.Contract.Threads { // more than a chunk
		more = append(more, uint64(t.Contract.Chunk+1)*contract.PageSize)
	}
	for _, gap := range []uint64{1, 16, 48} {
		for _, pages := range []uint64{gap, 1<<16 - gap} {
			across(t.plain, more, func(s *judge.Session, more uint64) {
				b := s.Alloc(10, 1)
				s.Alloc(gap, 1)
				s.Grow(pages)
				s.Realloc(b, 10+more)
			})
		}
	}
	if t.Contract.Memory64 {
		wideAliases(t)
	}
	// Pages that are a thread's for one block have the same rest as its chunk.
	if large := uint64(t.Contract.LargeBlock()+1) * contract.PageSize; t.Contract.Threads {
		t.plain(func(s *judge.Session) {
			s.Alloc(large, 1)
			s.Alloc(1, 1)
			s.Alloc(s.Left()-min(s.Left(), 100), 1)
			s.Grow(1)
			s.Alloc(large-100, 1)
			s.Alloc(200, 1)
			s.Alloc(200, 1)
		})
	}
	// A block whose end divides top, but which is not the newest.
	t.plain(func(s *judge.Session) {
		b := s.Alloc(s.Top(), 1)
		s.Alloc(s.Top(), 1)
		s.Realloc(b, b.SizeOr(0)+10)
	})
	// Size 0 at an address behind the foreign pages.
	t.plain(func(s *judge.Session) {
		s.Alloc(1, 1)
		s.Grow(1)
		s.Alloc(0, 1<<17)
	})
	// A resize by a number that is negative as a signed integer, and one of a block with
	// that many bytes behind it.
	t.plain(func(s *judge.Session) {
		b := s.Alloc(128, 1)
		s.Grow(1)
		s.Realloc(b, 128+1<<31)
	})
	t.plain(func(s *judge.Session) {
		b := s.Alloc(10, 1)
		s.Alloc(10+1<<31, 1)
		s.Realloc(b, 20)
	})
	// The newest block grows to the last byte before the foreign pages.
	across(t.plain, []uint64{1, 2, 70_016}, func(s *judge.Session, size uint64) {
		b := s.Alloc(size, 1)
		s.Grow(1)
		s.Realloc(b, size+s.Left())
	})
	// The same where a policy grew by several pages at once; then by one byte more.
	for over := range uint64(2) {
		t.plain(func(s *judge.Session) {
			s.Alloc(300_032, 1)
			b := s.Alloc(100_032, 1)
			s.Grow(1)
			s.Realloc(b, b.SizeOr(0)+s.Left()+over)
		})
	}
}

func runHeapEnd(t *Trial) {
	setup := script.DefaultSetup(t.Contract)
	setup.Limit = contract.MaxPages
	after := func(s *judge.Session) {
		b := s.Alloc(1, 1)
		s.Alloc(0, 1)
		s.Alloc(0, 8)
		s.Alloc(8, 8)
		s.Alloc(1<<32-1, 1)
		s.Alloc(1<<31, 1<<31)
		s.Grow(1)
		s.Free(b)
		s.Alloc(1, 1)
		if !s.Contract.Dirty {
			s.AllocZeroed(65536, 1)
		}
		s.Alloc(0, 1)
	}
	end := func(s *judge.Session) uint64 { return ledger.AddressSpace - s.Top() }
	for _, fill := range []func(*judge.Session){
		func(s *judge.Session) { s.Take(end(s)) },
		func(s *judge.Session) { s.Alloc(10, 1); s.Take(end(s)) },
		func(s *judge.Session) { s.Take(end(s) - 1); s.Alloc(1, 1) },
		// The last three pages one by one, each filled completely.
		func(s *judge.Session) {
			s.Take(end(s) - 3*contract.PageSize)
			for range 3 {
				s.Alloc(contract.PageSize, 1)
			}
		},
		func(s *judge.Session) {
			for range 63 {
				s.Alloc(64<<20, 1)
			}
			s.Take(end(s))
		},
		func(s *judge.Session) {
			a := s.Alloc(50_000, 1)
			s.Free(s.Alloc(end(s), 1))
			s.Free(a)
			s.AllocZeroed(40_000, 1)
		},
		func(s *judge.Session) { s.Alloc(1<<31, 1<<31) },
		func(s *judge.Session) { s.Free(s.Alloc(1<<31, 1)); s.Free(s.Alloc(1<<31, 1<<31)); s.Alloc(1<<31, 1) },
		func(s *judge.Session) {
			a, _, b := s.Alloc(100, 1), s.Alloc(100, 1), s.Alloc(1<<31, 1)
			s.Free(a)
			s.Realloc(b, 100)
		},
		// All of it, once half of it was freed, and what is left of that half as well.
		func(s *judge.Session) { s.Free(s.Alloc(1<<31-s.Lead(), 1)); fillUp(s) },
		func(s *judge.Session) {
			a, b := s.Alloc(1<<30-s.Lead(), 1), s.Alloc(5000, 1)
			s.Free(s.Alloc(1<<31-s.Lead(), 1))
			fillWith(s, 1<<29-s.Lead(), 4)
			fillWith(s, 1<<28-s.Lead(), 2)
			s.Free(a)
			s.Alloc(1<<29-s.Lead(), 1)
			fillUp(s)
			s.Free(b)
			s.Alloc(1000, 1)
			fillUp(s)
		},
		// Somebody else has all the rest.
		func(s *judge.Session) {
			s.Alloc(40_000, 1)
			s.Grow(contract.MaxPages - s.Pages())
			s.Alloc(45_000, 1)
			s.Alloc(contract.PageSize, 1)
			s.Alloc(1<<20, 1<<20)
		},
		// The next multiple of 2^31 is 2^32, where not even a block of size 0 can be.
		func(s *judge.Session) { s.Alloc(1<<31, 1); s.Alloc(0, 1<<31); s.Alloc(1<<31, 1<<31) },
		func(s *judge.Session) {
			s.Alloc(1<<31, 1)
			s.Grow(1)
			s.Alloc(0, 1<<31)
			s.Alloc(contract.PageSize, 1)
		},
		// The next multiple of 16 is 2^32. A request refused there uses no memory.
		func(s *judge.Session) { s.Take(end(s) - 8); s.Alloc(1<<32-1, 16); s.Alloc(8, 1) },
		func(s *judge.Session) {
			s.Take(end(s) - 128)
			b := s.Take(end(s))
			s.Realloc(b, b.SizeOr(0)+1)
			s.Realloc(b, b.SizeOr(0)+1<<31)
		},
		// There is room for the bytes that the ABI keeps before a block, but the block would
		// be at 2^32.
		func(s *judge.Session) { s.Take(end(s) - 2*s.Lead()); s.Alloc(0, 1); s.Alloc(1, 1) },
		func(s *judge.Session) { s.Alloc(1<<30, 1<<30); s.Alloc(1<<31, 1<<31) },
		// Somebody else has the last page.
		func(s *judge.Session) {
			s.Take(end(s) - 2*contract.PageSize)
			s.Grow(1)
			s.Alloc(1, 1)
			s.Alloc(contract.PageSize-1, 1)
		},
		func(s *judge.Session) {
			s.Take(end(s) - contract.PageSize - 5)
			s.Grow(1)
			s.Alloc(4, 1)
			s.Alloc(2, 1)
			s.Alloc(1, 1)
			s.Alloc(0, 1)
			s.Alloc(0, 1<<16)
		},
	} {
		t.in(setup, func(s *judge.Session) { fill(s); after(s) })
	}
	t.in(setup, func(s *judge.Session) {
		s.Take(end(s) - 200_000)
		b := s.Alloc(1, 1)
		b = s.Realloc(b, 100)
		b = s.Realloc(b, b.SizeOr(0)+end(s))
		after(s)
		s.Realloc(b, 50)
		s.Alloc(1, 1)
	})
}
