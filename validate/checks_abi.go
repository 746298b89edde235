// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/script"
	"github.com/genalloc/genalloc/validate/unit"
)

// These checks are about what single ABIs promise beyond the others.

var abiChecks = []Check{
	{
		Name:    "null-block",
		Promise: "free of null does nothing, and realloc of null is malloc.",
		skip: func(c contract.Contract) string {
			if a := newAdapter(c); c.ABI != contract.C || !a.has(script.OpFree) && !a.has(script.OpRealloc) {
				return "no function takes null"
			}
			return ""
		},
		run: runNullBlock,
	},
	{
		Name:    "product",
		Promise: "calloc fails where the product of its arguments is 2^32 or more.",
		skip:    needsC(script.OpAllocZeroed),
		run:     runProduct,
	},
	{
		Name:    "errno",
		Promise: "posix_memalign returns 0, EINVAL or ENOMEM, and stores an address with 0 alone; aligned_alloc refuses what is no alignment.",
		skip: func(c contract.Contract) string {
			if !newAdapter(c).has(script.OpMemalign) && !c.Has("aligned_alloc") {
				return "no function of C takes an alignment"
			}
			return needsC()(c)
		},
		run: runErrno,
	},
	{
		Name:    "usable-size",
		Promise: "malloc_usable_size is the size of the block at least, and no byte of it is another's.",
		skip:    needsC(script.OpUsable),
		run:     runUsable,
	},
	{
		Name:    "region",
		Promise: "allocate returns a region with the capacity asked for and length 0, which stays as it is.",
		skip: func(c contract.Contract) string {
			if c.ABI != contract.CosmWasmABI {
				return "blocks have no regions"
			}
			return needsBlocks(c)
		},
		run: runRegion,
	},
}

// needsC skips what is about C, unless the operations are there.
func needsC(ops ...script.Op) func(contract.Contract) string {
	return func(c contract.Contract) string {
		if c.ABI != contract.C {
			return "not C's functions"
		}
		return needs(ops...)(c)
	}
}

func runNullBlock(t *trial) {
	t.each(func(s *session) {
		s.freeNull()
		a := s.reallocNull(100)
		s.freeNull()
		a = s.realloc(a, 5000)
		s.reallocNull(0)
		b := s.reallocNull(70_000)
		s.free(a)
		s.freeNull()
		s.realloc(b, 80_000)
	})
	t.in(fixedLimit(t.contract, 1), func(s *session) {
		s.reallocNull(1<<32 - 1)
		s.reallocNull(200_000)
		s.reallocNull(100)
	})
}

func (s *session) freeNull() { s.do(script.Call{Op: script.OpFree, Block: script.Null}) }

func (s *session) reallocNull(size uint64) *block {
	return s.do(script.Call{Op: script.OpRealloc, Block: script.Null, Size: size})
}

func runProduct(t *trial) {
	t.each(func(s *session) {
		for _, n := range []uint64{1, 7, 96, 65536, 1<<20 - 1<<16} {
			s.allocZeroed(n, 1)
			// As many bytes again, and 2^32 times so many: modulo 2^32 the same.
			for _, k := range []uint64{1 << 32, 1 << 33, 3 << 40, 1<<48 - 1<<32} {
				s.allocZeroed(k+n, 1)
			}
		}
		s.alloc(1, 1)
	})
}

func runErrno(t *trial) {
	ask := func(s *session, size, align uint64) {
		s.memalign(size, align)
		if s.abi.has(opAligned) {
			s.do(script.Call{Op: script.OpAlloc, Size: size, Align: align})
		}
	}
	t.each(func(s *session) {
		for _, align := range []uint64{0, 1, 2, 3, 4, 5, 8, 12, 16, 24, 32, 48, 64, 100, 4096, 1 << 17, 1<<17 + 1, 1<<32 - 1} {
			for _, size := range []uint64{0, 1, 100} {
				ask(s, size, align)
			}
		}
		s.alloc(1, 1)
	})
	t.in(fixedLimit(t.contract, 1), func(s *session) {
		for _, size := range []uint64{200_000, 1 << 31, 1<<32 - 1} {
			for _, align := range []uint64{3, 4, 64, 1 << 20, 1 << 31} {
				ask(s, size, align)
			}
		}
		ask(s, 100, 8)
	})
}

func (s *session) memalign(size, align uint64) *block {
	return s.do(script.Call{Op: script.OpMemalign, Size: size, Align: align})
}

func runUsable(t *trial) {
	t.each(func(s *session) {
		s.usable(script.Null)
		var blocks []*block
		for _, n := range []uint64{0, 1, 15, 16, 17, 100, 4095, 70_000} {
			blocks = append(blocks, s.alloc(n, 1), s.alloc(n, 256), s.allocZeroed(n, 1), s.memalign(n, 32))
		}
		for i, b := range blocks {
			if b == nil {
				continue
			}
			s.usable(b.number)
			if b = s.realloc(b, []uint64{3, 50, 6000}[i%3]); b != nil {
				s.usable(b.number)
			}
		}
	})
}

func (s *session) usable(block int) { s.do(script.Call{Op: script.OpUsable, Block: block}) }

// judgeUsable judges what malloc_usable_size said of a block, or of null: so many
// bytes may be written.
func (s *session) judgeUsable(size uint64, b *block) {
	if b == nil {
		if size != 0 {
			s.fail("usable", "0 for null", "%d", size)
		}
		return
	}
	area := ledger.Span{From: b.From, To: b.From + size}
	switch other := s.owners.clash(area, b); {
	case size < b.Size():
		s.fail("usable", unit.Bytes(b.Size())+" at least", "%d", size)
	case area.To > s.mem():
		s.fail("usable", fmt.Sprintf("bytes up to the memory's end, %#x", s.mem()), "bytes up to %#x", area.To)
	case other != nil:
		s.fail("usable", fmt.Sprintf("bytes apart from p%d at [%#x, %#x)", other.number, other.From, other.To), "[%#x, %#x)", area.From, area.To)
	}
}

func runRegion(t *trial) {
	t.each(func(s *session) {
		var blocks []*block
		for _, n := range []uint64{0, 1, 2, 3, 12, 100, 4096, 65536, 100_000} {
			blocks = append(blocks, s.alloc(n, 1), s.alloc(n, 1))
		}
		for i, b := range blocks {
			if i%3 != 0 {
				s.free(b)
				s.alloc(10, 1)
			}
		}
	})
}
