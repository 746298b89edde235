// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import "github.com/genalloc/genalloc/contract"

// These checks are about running out of memory and about growth.

var limitChecks = []Check{
	{
		Name:    "exhaustion",
		Promise: "It fails only where it must: every byte up to the host's limit can be handed out, and more once the limit is raised.",
		skip:    needsBlocks,
		run:     runExhaustion,
	},
	{
		Name:    "maximum",
		Promise: "It fails only where it must: every byte up to the declared maximum can be handed out.",
		skip: func(c contract.Contract) string {
			if c.MaxPages == 0 {
				return "no maximum is declared"
			}
			return needsBlocks(c)
		},
		run: func(t *trial) { t.each(exhaust) },
	},
	{
		Name:    "refusal",
		Promise: "A call that fails changes nothing: whatever fitted before still fits.",
		skip:    needsBlocks,
		run:     runRefusal,
	},
	{
		Name:    "growth",
		Promise: "The memory grows only when a block needs it, and by what the policy says.",
		skip:    needsBlocks,
		run:     runGrowth,
	},
	{
		Name:    "fallback",
		Promise: "Where more than needed is refused, the exact need is asked for.",
		skip: func(c contract.Contract) string {
			if c.Grow.Policy != contract.GrowChunk && c.Grow.Policy != contract.GrowDouble {
				return "growth is exact"
			}
			return needsBlocks(c)
		},
		run: runFallback,
	},
	{
		Name:    "oom-trap",
		Promise: "Where memory runs out the call traps, and the allocator goes on as if it had not been made.",
		skip: func(c contract.Contract) string {
			if c.OOM != contract.OOMTrap {
				return "out of memory is null"
			}
			return needsBlocks(c)
		},
		run: runTrap,
	},
}

// exhaust uses up all memory in ever smaller blocks, so that the last one ends
// at the limit.
func exhaust(s *session) {
	end := max(s.reach(), s.ledger.Own())
	for s.ok() && s.room(end) > 0 {
		if b := s.alloc((s.room(end)+1)/2, 1); b == nil {
			break // no more fits behind an alignment
		}
	}
	s.alloc(1, 1)
	s.alloc(2, 8)
	s.alloc(0, 1)
	s.alloc(1<<32-1, 1)
}

func runExhaustion(t *trial) {
	for _, more := range []uint64{0, 1, 2, 7} {
		t.in(fixedLimit(t.contract, more), func(s *session) {
			exhaust(s)
			s.limitTo(s.limit + 1)
			exhaust(s)
		})
		// In blocks of a page, at its edges.
		t.in(fixedLimit(t.contract, more), func(s *session) {
			for range more + 2 {
				s.alloc(65536, 1)
				s.alloc(65535, 1)
				s.alloc(1, 1)
			}
			exhaust(s)
		})
	}
	// All of it at once, zeroed and by growing one block.
	t.in(fixedLimit(t.contract, 2), func(s *session) {
		s.allocZeroed(s.room(max(s.reach(), s.ledger.Own())), 1)
		exhaust(s)
	})
	t.in(fixedLimit(t.contract, 2), func(s *session) {
		b := s.alloc(1, 1)
		s.realloc(b, max(s.reach(), s.ledger.Own())-b.fromOr(s.ledger.Top()))
		exhaust(s)
	})
}

// fromOr returns the block's address, or addr if there is no block.
func (b *block) fromOr(addr uint64) uint64 {
	if b == nil {
		return addr
	}
	return b.From
}

func runRefusal(t *trial) {
	ask := func(s *session) {
		for _, n := range []uint64{1<<32 - 1, 1 << 31, 300_000, 1<<32 - 65536} {
			for _, align := range []uint64{1, 64, 65536, 1 << 31} {
				s.alloc(n, align)
			}
		}
		s.allocZeroed(300_000, 1)
		s.alloc(1, 1<<31)
		s.alloc(1, 1<<24)
	}
	t.in(fixedLimit(t.contract, 2), func(s *session) {
		ask(s)
		s.alloc(100, 1)
		ask(s)
		s.alloc(65536, 1)
		ask(s)
		exhaust(s)
		ask(s)
	})
	// What a block leaves may be used again: from the end of its life on, and not
	// from a refusal on.
	t.in(fixedLimit(t.contract, 2), func(s *session) {
		b := s.alloc(100_000, 1)
		s.alloc(150_000, 1)
		s.free(b)
		s.alloc(150_000, 1)
		s.alloc(150_000, 1)
		s.alloc(150_000, 1)
	})
	// A refusal once others have grown: what is left before their pages is
	// still there, and nothing is behind them.
	t.in(fixedLimit(t.contract, 3), func(s *session) {
		s.alloc(100, 1)
		s.grow(1)
		ask(s)
		s.alloc(8, 8)
		s.grow(2)
		ask(s)
		s.alloc(8, 8)
		s.alloc(s.left(), 1)
		ask(s)
		s.limitTo(s.limit + 2)
		s.alloc(65536, 1)
		exhaust(s)
	})
}

func runGrowth(t *trial) {
	t.each(func(s *session) {
		s.alloc(1, 1)
		s.alloc(s.left(), 1)
		s.alloc(0, 1)
		s.alloc(1, 1)
		for _, pages := range []uint64{0, 1, 2, 3, 5, 16, 17} {
			s.alloc(s.left()+pages*contract.PageSize, 1)
			s.alloc(s.left()+pages*contract.PageSize+1, 1)
		}
		s.alloc(1, 1<<18)
		s.alloc(1<<20, 1<<20)
		b := s.alloc(1, 1)
		s.realloc(b, 500_000)
	})
	t.each(func(s *session) {
		s.grow(3)
		s.alloc(s.left()+1, 1)
		s.alloc(1, 1)
		s.alloc(s.left()+1, 1)
		s.grow(1)
		s.alloc(s.left()+1, 1)
	})
}

func runFallback(t *trial) {
	for more := range uint64(12) {
		t.in(fixedLimit(t.contract, more), func(s *session) {
			for s.ok() && s.in.Pages() < s.limit {
				if s.alloc(s.left()+1, 1) == nil {
					break // what is left below the limit is too little for the alignment
				}
			}
			exhaust(s)
		})
		t.in(fixedLimit(t.contract, more), func(s *session) {
			s.alloc(s.room(max(s.reach(), s.ledger.Own())), 1)
			s.limitTo(s.limit + 1)
			b := s.alloc(1, 1)
			s.realloc(b, 65536)
			exhaust(s)
		})
	}
}

func runTrap(t *trial) {
	t.in(fixedLimit(t.contract, 2), func(s *session) {
		a := s.alloc(100, 8)
		for _, n := range []uint64{1<<32 - 1, 1 << 31, 300_000} {
			s.alloc(n, 1)
			s.allocZeroed(n, 64)
			s.realloc(a, n)
			s.alloc(10, 1)
		}
		exhaust(s)
		s.free(a)
		s.limitTo(s.limit + 1)
		exhaust(s)
	})
}
