// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/script"
)

// These checks are about where blocks are. The calls are chosen here; whether
// an answer is right is judged call by call, by the oracle.

var placeChecks = []Check{
	{
		Name:    "alignment",
		Promise: "A block's address is a multiple of its alignment, for every power of two from 1 to 2^31.",
		skip:    needsBlocks,
		run:     runAlignment,
	},
	{
		Name:    "sizes",
		Promise: "Every size from 0 to 2^32 - 1 gives a block that is all there, or null where it cannot be.",
		skip:    needsBlocks,
		run:     runSizes,
	},
	{
		Name:    "overlap",
		Promise: "No two live blocks share a byte.",
		skip:    needsBlocks,
		run:     runOverlap,
	},
	{
		Name:    "bounds",
		Promise: "A block ends within the memory: the sum of address and size never wraps.",
		skip:    needsBlocks,
		run:     runBounds,
	},
	{
		Name:    "below-base",
		Promise: "No block begins, and no byte is written, below the heap base.",
		skip:    needsBlocks,
		run:     runBelowBase,
	},
	{
		Name:    "zero-size",
		Promise: "A block of size 0 has an aligned address that is not null, and uses nothing but the gap before it.",
		skip:    needsBlocks,
		run:     runZeroSize,
	},
}

// needsBlocks skips what nothing can be allocated for.
func needsBlocks(c contract.Contract) string {
	if !slices.ContainsFunc(makers, newAdapter(c).has) {
		return "no function makes a block"
	}
	return ""
}

// needs skips a check unless blocks can be made and the operations are there.
func needs(ops ...script.Op) func(contract.Contract) string {
	return func(c contract.Contract) string {
		for _, op := range ops {
			if a := newAdapter(c); !a.has(op) {
				return "no " + tables[c.ABI][op].called(op)
			}
		}
		return needsBlocks(c)
	}
}

// called returns the function's name, or the operation's in an ABI without it.
func (f form) called(op script.Op) string {
	if f.function == "" {
		return string(op)
	}
	return f.function
}

func runAlignment(t *trial) {
	t.each(func(s *session) {
		for k := range 32 {
			s.alloc(uint64(2*k+1), 1<<k)
		}
	})
	// A fresh heap for each, as the large ones leave no room for each other.
	for k := range 32 {
		t.in(script.DefaultSetup(t.contract), func(s *session) {
			s.alloc(3, 1)
			s.alloc(1, 1<<k)
			s.alloc(1, 1<<k)
			s.allocZeroed(5, 1<<k)
			s.alloc(1, 1)
		})
	}
}

// sizes returns the sizes around which allocators go wrong.
func sizes() []uint64 {
	var list []uint64
	for k := range 33 {
		for _, d := range []int64{-1, 0, 1} {
			if n := int64(1)<<k + d; n < 1<<32 {
				list = append(list, uint64(n))
			}
		}
	}
	// Where an address from 1 MiB down is added, these are about to wrap.
	for _, d := range []uint64{1024, 65536, 65537, 1 << 20} {
		list = append(list, 1<<32-d)
	}
	return list
}

func runSizes(t *trial) {
	t.in(script.DefaultSetup(t.contract), func(s *session) {
		for _, n := range sizes() {
			s.alloc(n, 1)
		}
	})
	step, aligns := uint64(3989), []uint64{8}
	if t.level == Full {
		step, aligns = 509, []uint64{1, 2, 8, 16, 4096, 65536, 1 << 20, 1 << 31}
	}
	// Steps that hit any range of so many sizes, on a fresh heap each.
	for n := uint64(1); n < 140_000; n += step {
		t.in(script.DefaultSetup(t.contract), func(s *session) { s.alloc(n, 16) })
	}
	for _, align := range aligns {
		for _, n := range sizes() {
			t.in(script.DefaultSetup(t.contract), func(s *session) {
				s.alloc(1, 1)
				s.alloc(n, align)
				s.alloc(n, align)
				s.alloc(1, align)
			})
		}
	}
}

func runOverlap(t *trial) {
	t.each(func(s *session) {
		r := choices{&random{1}}
		var blocks []*block
		for i := range 150 {
			size, align := r.upTo(1<<r.upTo(12)), uint64(1)<<r.upTo(6)
			if i%3 == 0 {
				blocks = append(blocks, s.allocZeroed(size, align))
			} else {
				blocks = append(blocks, s.alloc(size, align))
			}
			if k := r.upTo(uint64(len(blocks))); i%5 == 4 && k < uint64(len(blocks)) {
				blocks[k] = s.realloc(blocks[k], r.upTo(5000))
			}
			if k := r.upTo(uint64(len(blocks))); i%7 == 6 && k < uint64(len(blocks)) {
				s.free(blocks[k])
				blocks[k] = nil
			}
		}
	})
}

func runBounds(t *trial) {
	// To the last byte of a page, and one byte over.
	for _, over := range []uint64{0, 1, 2, 7, 8, 9, 65535, 65536} {
		t.each(func(s *session) {
			s.alloc(s.left()+over, 1)
			s.alloc(s.left()+over, 8)
			s.alloc(1, 1)
		})
	}
	// Through the whole address space: the sum of address and size wraps at
	// the last of them.
	for _, size := range []uint64{64 << 20, 1<<30 - 1, 1<<31 - 1, 3 << 30} {
		t.in(script.DefaultSetup(t.contract), func(s *session) {
			for range ledger.AddressSpace/size + 2 {
				s.alloc(size, 1)
				s.alloc(0, 1)
			}
		})
	}
	for _, d := range []uint64{0, 1, 7, 8, 4096, 65536} {
		t.in(script.DefaultSetup(t.contract), func(s *session) {
			s.alloc(10_000, 1)
			s.alloc(s.room(ledger.AddressSpace)+d, 1)
			s.alloc(s.room(ledger.AddressSpace)+d, 4096)
			s.alloc(min(ledger.AddressSpace-s.ledger.Top()/2+d, 1<<32-1), 16)
			b := s.alloc(40, 8)
			s.realloc(b, ledger.AddressSpace-40-d)
			s.alloc(1, 1)
		})
	}
}

// left returns the size of the largest block that fits without growth.
func (s *session) left() uint64 { return s.room(s.ledger.Own()) }

// room returns the size of the largest block that can end at end.
func (s *session) room(end uint64) uint64 {
	sh := s.abi.shape(request{op: script.OpAlloc, align: 1})
	return end - min(ledger.Up(s.ledger.Top(), sh.whole)+sh.lead, end)
}

// rest returns by how much the newest block can grow without growth of the memory.
func (s *session) rest() uint64 { return s.ledger.Own() - min(s.ledger.Top(), s.ledger.Own()) }

func runBelowBase(t *trial) {
	t.each(func(s *session) {
		first := s.alloc(0, 1)
		s.realloc(first, 100)
		s.alloc(1, 1)
		s.alloc(100, 16)
		b := s.allocZeroed(5000, 4096)
		s.realloc(b, 70_000)
		s.free(b)
		s.alloc(1<<32-1, 1)
		s.alloc(1, 1<<31)
		s.alloc(1, 1)
	})
}

func runZeroSize(t *trial) {
	t.each(func(s *session) {
		for k := range 12 {
			s.alloc(0, 1<<k)
			s.alloc(0, 1)
			s.alloc(1, 1)
		}
		for range 50 {
			s.alloc(0, 1)
		}
		b := s.alloc(0, 8)
		b = s.realloc(b, 0)
		b = s.realloc(b, 10)
		b = s.realloc(b, 0)
		s.free(b)
		s.free(s.allocZeroed(0, 64))
		s.alloc(s.left(), 1)
		s.alloc(0, 1)
		s.alloc(0, 65536)
		// Where an address in the memory takes growth.
		s.alloc(0, 1<<18)
		s.alloc(1, 1)
	})
	// Where not a byte is left, there is still room for none.
	t.in(fixedLimit(t.contract, 0), func(s *session) {
		s.alloc(s.left(), 1)
		s.alloc(1, 1)
		s.alloc(0, 1)
		s.alloc(0, 8)
		s.alloc(0, 1<<20)
	})
}

// fixedLimit is the default world with so many pages more than at first.
func fixedLimit(c contract.Contract, more uint64) script.Setup {
	s := script.DefaultSetup(c)
	s.Limit = min(s.Pages+more, s.Limit)
	return s
}
