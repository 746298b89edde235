// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"cmp"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/unit"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/script"
)

// These checks judge lists of free blocks.

// The powers of two from which sizes of every class are made.
const (
	leastClass = 3
	quickClass = 13
	fullClass  = 20
)

// eachClass calls f with a size of each of eight classes in a doubling.
func eachClass(t *Trial, f func(size uint64)) {
	for power := leastClass; power <= t.level(quickClass, fullClass); power++ {
		for eighths := range uint64(8) {
			f(1<<power + eighths<<power/8)
		}
	}
}

func runClasses(t *Trial) {
	// The default world alone: bases make no difference to lists.
	for _, order := range orders[:t.level(2, len(orders))] {
		t.plain(func(s *judge.Session) {
			eachClass(t, func(size uint64) {
				var blocks [3]*judge.Block
				for i := range blocks {
					blocks[i] = s.Alloc(size, 1)
				}
				for _, i := range order {
					s.Free(blocks[i])
				}
				// One is left for a moment, so that a list is never empty where it should not be.
				a, b := s.Alloc(size, 8), s.Alloc(size-1, 1)
				s.Free(a)
				c, d := s.Alloc(size-2, 4), s.Alloc(size, 1)
				s.Realloc(b, size+size/2)
				s.Alloc(size, 2)
				s.Free(c)
				s.Free(d)
			})
		})
	}
	// A block could grow in place, but one of its new class is free.
	across(t.plain, []uint64{8, 64, 1000, 4096}, func(s *judge.Session, size uint64) {
		a, b := s.Alloc(2*size, 1), s.Alloc(size, 1)
		s.Free(a)
		s.Realloc(b, 2*size)
	})
	cancelling(t)
	// Full memory: each block makes room for one of its class.
	t.in(fixedLimit(t.Contract, 2), func(s *judge.Session) {
		var blocks []*judge.Block
		for size := uint64(9000); size > 8; size -= size / 4 {
			blocks = append(blocks, fillWith(s, size, 40)...)
		}
		for i := range blocks {
			b := blocks[i*7%len(blocks)] // each once, unless their number is a multiple of 7
			if s.OK() && s.Alive(b) {
				s.Free(b)
				s.Alloc(b.Size(), 1)
			}
		}
	})
}

// cancelling grows blocks whose numbers cancel each other out with the address of a free
// block of the new class: the low bits of their address, shifted to the top, or the
// distance from their end to the end of what is in use. Where blocks are split, there is too
// much to hand out before.
func cancelling(t *Trial) {
	if !t.Contract.NoSplit || t.Contract.ABI == contract.C {
		return
	}
	const size = 1024
	in := func(at uint64, f func(s *judge.Session, first *judge.Block)) {
		t.in(script.DefaultSetup(t.Contract), func(s *judge.Session) {
			first := s.Alloc(size/2, 1)
			if first.FromOr(0)%size != 0 { // where a longer one may not lie
				first = s.Alloc(size/2, 1)
			}
			if first == nil || s.Alloc(at/2, 1) == nil {
				return
			}
			behind := func(size uint64) *judge.Block {
				b := s.Alloc(size, 1)
				for b != nil && b.From < at { // what was left over
					b = s.Alloc(size, 1)
				}
				return b
			}
			spare := behind(size)
			for b := spare; b != nil && s.Top()+size <= at+first.To; {
				b = behind(size)
			}
			behind(size / 2)
			s.Free(spare)
			f(s, first)
		})
	}
	for _, at := range []uint64{1 << 25, 1 << 31} {
		in(at, func(s *judge.Session, first *judge.Block) { s.Realloc(first, size) })
	}
	for _, low := range []uint64{8, size - 8} {
		in(1<<25, func(s *judge.Session, _ *judge.Block) {
			for range size / 4 {
				if b := s.Alloc(8, 1); b.FromOr(0)%size == low && b.To == s.Top() {
					s.Realloc(b, size)
					return
				}
			}
		})
	}
}

// fillWith makes blocks of a size until there is no memory, or n of them.
func fillWith(s *judge.Session, size uint64, n int) (blocks []*judge.Block) {
	for range n {
		b := s.Alloc(size, 1)
		if b == nil {
			break
		}
		blocks = append(blocks, b)
	}
	return blocks
}

// hostile are words that an allocator may take for its own, beside addresses.
var hostile = []uint64{0, 1, 2, 4, 16, 0x40, 0x8000_0000, 0xffff_fffc, 0xffff_ffff}

func runLinks(t *Trial) {
	across(t.plain, []uint64{8, 12, 24, 64, 1000, 20_000}, func(s *judge.Session, size uint64) {
		a, b, c, d := s.Alloc(size, 8), s.Alloc(size, 8), s.Alloc(size, 8), s.Alloc(size, 8)
		words := append([]uint64{s.Setup.Base}, hostile...)
		for _, block := range []*judge.Block{a, b, c, d} {
			words = append(words, block.FromOr(0), block.FromOr(0)+1, block.FromOr(0)-4)
		}
		for _, w := range slices.Concat(words, words) { // twice, as blocks change places
			// The words are in blocks that are live, about to be freed, and handed out again.
			s.Write(a, w)
			s.Write(c, w)
			s.Free(b)
			s.Write(d, w)
			s.Free(c)
			b, c = s.Alloc(size, 8), s.Alloc(size, 8)
			s.Write(b, w)
			s.Free(s.AllocZeroed(size, 8))
			d = s.Resize(d, size+w%64)
			s.Write(d, w)
			s.Free(s.Alloc(2*size, 8))
		}
	})
}

func runPieces(t *Trial) {
	// What is skipped for the place of a block.
	for _, align := range []uint64{16, 64, 1024, 1 << 15} {
		t.in(fixedLimit(t.Contract, 2), func(s *judge.Session) {
			s.Alloc(1, 1)
			s.Alloc(align, align)
			for size := uint64(8); size < align; size *= 2 {
				s.Alloc(size, 1)
			}
		})
	}
	// What is left of a region where a free block takes its place.
	t.in(fixedLimit(t.Contract, 0), func(s *judge.Session) {
		a := s.Alloc(s.Left()/2, 1)
		s.Alloc(s.Left()/2, 1)
		s.Free(a)
		s.Alloc(s.Left()+a.SizeOr(0)/4, 1)
		for size := uint64(1) << 12; size >= 8; size /= 2 {
			fillWith(s, size, 64)
		}
	})
	for _, more := range []uint64{0, 2} {
		for _, align := range []uint64{8, 64, 1024, 1 << 15} {
			t.in(fixedLimit(t.Contract, more), func(s *judge.Session) {
				a := s.Alloc(9, 1)
				b := s.Alloc(align+9, align)
				c := s.Alloc(20_000, 1)
				c = s.Resize(c, 900)
				s.Free(b)
				s.Alloc(align/2+1, 1)
				s.Alloc(3*align, 1)
				s.Free(a)
				s.Alloc(9, align)
				s.Free(c)
				drain(s)
			})
		}
	}
	leftBehind(t)
	// What a foreign page cuts off.
	t.in(fixedLimit(t.Contract, 5), func(s *judge.Session) {
		s.Alloc(9, 1)
		s.Grow(1)
		b := s.Alloc(s.Left()+1, 1)
		s.Free(b)
		s.Grow(1)
		s.Alloc(100_000, 1)
		drain(s)
	})
}

// drain makes blocks until there is no memory, frees every other one, and makes as many
// again of other sizes.
func drain(s *judge.Session) {
	for range 2 {
		var blocks []*judge.Block
		for size := uint64(1) << 15; size >= 8; size -= size/2 - size/16 {
			blocks = append(blocks, fillWith(s, size, 64)...)
		}
		for i := 0; i < len(blocks); i += 2 {
			s.Free(blocks[i])
		}
	}
}

// The calls of one program in the check that memory is bounded.
const (
	quickProgram = 2_000
	fullProgram  = 20_000
)

func runBounded(t *Trial) {
	n := cmp.Or(t.Ops, t.level(quickProgram, fullProgram))
	setup := script.DefaultSetup(t.Contract)
	t.in(setup, func(s *judge.Session) { choices{&random{t.Seed<<16 | 7}}.program(s, n) })
}

// program makes n calls as a program does that runs on: it has sizes that it uses again
// and again, now and then others, and times in which it has more blocks or fewer.
func (r choices) program(s *judge.Session, n int) {
	sizes := make([]uint64, 2+r.upTo(12))
	var blocks []*judge.Block
	most := uint64(16) << r.upTo(5)
	start := s.Mem()
	for i := range n {
		if i%1000 == 0 {
			sizes[r.upTo(uint64(len(sizes)-1))] = r.upTo(8 << r.upTo(10))
			for k := range sizes {
				if i == 0 || r.one(8) {
					sizes[k] = r.upTo(8 << r.upTo(10))
				}
			}
		}
		if i%200 == 0 && !withinBound(s, start) {
			return
		}
		rising := i/500%3 != 2
		switch k := r.upTo(uint64(len(blocks))); {
		case k == uint64(len(blocks)) || uint64(len(blocks)) < most && rising && r.one(2):
			if b := s.Alloc(sizes[r.upTo(uint64(len(sizes)-1))], 1<<r.upTo(4)); b != nil {
				blocks = append(blocks, b)
			}
		case r.one(8):
			blocks[k] = s.Resize(blocks[k], sizes[r.upTo(uint64(len(sizes)-1))])
		default:
			s.Free(blocks[k])
			blocks[k] = blocks[len(blocks)-1]
			blocks = blocks[:len(blocks)-1]
		}
	}
	withinBound(s, start)
}

// withinBound judges the memory: beside the pages at the start, twice what the blocks
// need, the page that this ends in, and what the policy asks for beyond.
func withinBound(s *judge.Session, start uint64) bool {
	bound := 2*s.Needed() + contract.PageSize
	switch grow := s.Contract.Grow; grow.Policy {
	case contract.GrowChunk:
		bound += uint64(grow.Chunk) * contract.PageSize
	case contract.GrowDouble:
		bound *= 2
	}
	if s.OK() && s.Mem() > start+bound {
		s.Fail("bound", unit.Pages((start+bound)/contract.PageSize)+" at most", "%d", s.Pages())
	}
	return s.OK()
}
