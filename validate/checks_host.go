// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/script"
)

// These checks are about others who grow the memory, and about its very end.

var hostChecks = []Check{
	{
		Name:    "foreign-before",
		Promise: "Pages that others added before the first call are not the allocator's.",
		skip: func(c contract.Contract) string {
			if ledger.TermsOf(c).Statics {
				return "what is there at the first call is the allocator's"
			}
			return needsRoom(c)
		},
		run: runForeignBefore,
	},
	{
		Name:    "foreign-growth",
		Promise: "Others may grow the memory between any two calls, and their pages stay theirs.",
		skip:    needsRoom,
		run:     runForeignGrowth,
	},
	{
		Name:    "heap-end",
		Promise: "The last byte below 2^32 can be handed out, and the allocator stays right afterwards.",
		whole:   true,
		skip: func(c contract.Contract) string {
			if !c.CanGrow() || c.PageLimit() < contract.MaxPages {
				return "the memory stays below 4 GiB"
			}
			return needsBlocks(c)
		},
		run: runHeapEnd,
	},
}

// needsRoom skips what takes a memory that others can grow.
func needsRoom(c contract.Contract) string {
	if c.PageLimit() < c.InitialPages+4 {
		return "the memory has no room for others"
	}
	return needsBlocks(c)
}

func runForeignBefore(t *trial) {
	for _, more := range []uint64{1, 2} {
		for _, setup := range worlds(t.contract) {
			setup.Pages += more
			t.in(setup, func(s *session) {
				s.alloc(10, 1)
				s.allocZeroed(100, 16)
				s.alloc(s.left(), 1)
				s.alloc(1, 1)
				s.allocZeroed(1000, 8)
				s.alloc(s.left()+1, 1)
			})
			t.in(setup, func(s *session) {
				b := s.allocZeroed(s.left()+1, 1)
				s.realloc(b, 200_000)
			})
			t.in(setup, func(s *session) {
				s.alloc(1, 1<<17)
				s.alloc(1, 1)
			})
		}
	}
}

func runForeignGrowth(t *trial) {
	// At each point of the same sequence.
	for point := range 8 {
		t.in(script.DefaultSetup(t.contract), func(s *session) {
			step := 0
			next := func() {
				if step == point || step == point+3 {
					s.grow(1)
				}
				step++
			}
			next()
			b := s.alloc(100, 1)
			next()
			b = s.realloc(b, 200)
			next()
			s.alloc(s.left(), 1)
			next()
			c := s.allocZeroed(65536, 1)
			next()
			c = s.realloc(c, 65536+70)
			next()
			s.alloc(1, 1<<17)
			next()
			s.realloc(b, 70_000)
			next()
			s.allocZeroed(s.left()+1, 8)
			s.free(c)
		})
	}
	// Between any two.
	t.in(script.DefaultSetup(t.contract), func(s *session) {
		r := choices{&random{2}}
		for range 60 {
			s.alloc(r.upTo(1<<r.upTo(17)), 1<<r.upTo(18))
			if r.one(3) {
				s.grow(r.upTo(2))
			}
		}
	})
	aliases(t)
	// Refused to the allocator after others took the last page.
	t.in(fixedLimit(t.contract, 2), func(s *session) {
		s.alloc(10, 1)
		s.grow(2)
		s.alloc(s.left()+1, 1)
		s.alloc(s.left(), 1)
		s.alloc(1, 1)
		s.limitTo(s.limit + 1)
		s.alloc(65536, 1)
		s.alloc(1, 1)
	})
}

// aliases chooses numbers of others' pages that look like none where they are
// counted in fewer bits, or are added to or multiplied by something else.
func aliases(t *trial) {
	for _, pages := range []uint64{2, 1 << 8, 1 << 12, 1 << 15} {
		for _, lacking := range []uint64{1, 4} {
			t.in(script.DefaultSetup(t.contract), func(s *session) {
				s.alloc(128, 1)
				s.grow(pages)
				s.alloc(s.left()+lacking*contract.PageSize, 1)
			})
		}
		t.in(script.DefaultSetup(t.contract), func(s *session) {
			b := s.alloc(128, 1)
			s.grow(pages)
			s.realloc(b, 200_000)
		})
	}
	// As many of them as bytes between a block and top, or 2^16 less those.
	for _, gap := range []uint64{1, 16, 48} {
		for _, pages := range []uint64{gap, 1<<16 - gap} {
			for _, more := range []uint64{10, 100_000, 300_000} {
				t.in(script.DefaultSetup(t.contract), func(s *session) {
					b := s.alloc(10, 1)
					s.alloc(gap, 1)
					s.grow(pages)
					s.realloc(b, 10+more)
				})
			}
		}
	}
	// A block whose end divides top, which is not the newest for all that.
	t.in(script.DefaultSetup(t.contract), func(s *session) {
		b := s.alloc(s.ledger.Top(), 1)
		s.alloc(s.ledger.Top(), 1)
		s.realloc(b, b.sizeOr(0)+10)
	})
	// No byte, but at an address behind them.
	t.in(script.DefaultSetup(t.contract), func(s *session) {
		s.alloc(1, 1)
		s.grow(1)
		s.alloc(0, 1<<17)
	})
	// By a number that is negative where it is read with a sign, or with so many
	// bytes behind the block.
	t.in(script.DefaultSetup(t.contract), func(s *session) {
		b := s.alloc(128, 1)
		s.grow(1)
		s.realloc(b, 128+1<<31)
	})
	t.in(script.DefaultSetup(t.contract), func(s *session) {
		b := s.alloc(10, 1)
		s.alloc(10+1<<31, 1)
		s.realloc(b, 20)
	})
	// The newest block, to the last byte before them.
	for _, size := range []uint64{1, 2, 70_016} {
		t.in(script.DefaultSetup(t.contract), func(s *session) {
			b := s.alloc(size, 1)
			s.grow(1)
			s.realloc(b, size+s.left())
		})
	}
	// Where a policy grew by several pages at once; and one byte over.
	for over := range uint64(2) {
		t.in(script.DefaultSetup(t.contract), func(s *session) {
			s.alloc(300_032, 1)
			b := s.alloc(100_032, 1)
			s.grow(1)
			s.realloc(b, b.sizeOr(0)+s.left()+over)
		})
	}
}

func runHeapEnd(t *trial) {
	setup := script.DefaultSetup(t.contract)
	setup.Limit = contract.MaxPages
	after := func(s *session) {
		b := s.alloc(1, 1)
		s.alloc(0, 1)
		s.alloc(0, 8)
		s.alloc(8, 8)
		s.alloc(1<<32-1, 1)
		s.alloc(1<<31, 1<<31)
		s.grow(1)
		s.free(b)
		s.alloc(1, 1)
		if !s.contract.Dirty {
			s.allocZeroed(65536, 1)
		}
		s.alloc(0, 1)
	}
	end := func(s *session) uint64 { return ledger.AddressSpace - s.ledger.Top() }
	t.in(setup, func(s *session) { s.alloc(end(s), 1); after(s) })
	t.in(setup, func(s *session) { s.alloc(10, 1); s.alloc(end(s), 1); after(s) })
	t.in(setup, func(s *session) { s.alloc(end(s)-1, 1); s.alloc(1, 1); after(s) })
	t.in(setup, func(s *session) {
		// The last pages by growth of their own, each once filled to the brim.
		s.alloc(end(s)-3*contract.PageSize, 1)
		for range 3 {
			s.alloc(contract.PageSize, 1)
		}
		after(s)
	})
	t.in(setup, func(s *session) {
		for range 63 {
			s.alloc(64<<20, 1)
		}
		s.alloc(end(s), 1)
		after(s)
	})
	t.in(setup, func(s *session) { s.alloc(1<<31, 1<<31); after(s) })
	t.in(setup, func(s *session) {
		// The next multiple of 2^31 is 2^32, where not even 0 bytes are.
		s.alloc(1<<31, 1)
		s.alloc(0, 1<<31)
		s.alloc(1<<31, 1<<31)
		after(s)
	})
	t.in(setup, func(s *session) {
		s.alloc(1<<31, 1)
		s.grow(1)
		s.alloc(0, 1<<31)
		s.alloc(contract.PageSize, 1)
		after(s)
	})
	t.in(setup, func(s *session) {
		// The next multiple of 16 is 2^32, and what is refused there takes nothing.
		s.alloc(end(s)-8, 1)
		s.alloc(1<<32-1, 16)
		s.alloc(8, 1)
		after(s)
	})
	t.in(setup, func(s *session) {
		s.alloc(end(s)-128, 1)
		b := s.alloc(end(s), 1)
		s.realloc(b, b.sizeOr(0)+1)
		s.realloc(b, b.sizeOr(0)+1<<31)
		after(s)
	})
	t.in(setup, func(s *session) {
		// Room for what the ABI keeps before a block, which then would be at 2^32.
		lead := s.abi.shape(request{op: script.OpAlloc, align: 1}).lead
		s.alloc(end(s)-2*lead, 1)
		s.alloc(0, 1)
		s.alloc(1, 1)
		after(s)
	})
	t.in(setup, func(s *session) { s.alloc(1<<30, 1<<30); s.alloc(1<<31, 1<<31); after(s) })
	t.in(setup, func(s *session) {
		s.alloc(end(s)-200_000, 1)
		b := s.alloc(1, 1)
		b = s.realloc(b, 100)
		b = s.realloc(b, b.sizeOr(0)+end(s))
		after(s)
		s.realloc(b, 50)
		s.alloc(1, 1)
	})
	t.in(setup, func(s *session) {
		// Somebody else has the last page.
		s.alloc(end(s)-2*contract.PageSize, 1)
		s.grow(1)
		s.alloc(1, 1)
		s.alloc(contract.PageSize-1, 1)
		after(s)
	})
	t.in(setup, func(s *session) {
		s.alloc(end(s)-contract.PageSize-5, 1)
		s.grow(1)
		s.alloc(4, 1)
		s.alloc(2, 1)
		s.alloc(1, 1)
		s.alloc(0, 1)
		s.alloc(0, 1<<16)
		after(s)
	})
}
