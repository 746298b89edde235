// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/judge"
)

// These checks judge how lists split free blocks and join them, and what they do with rests.

func runSplit(t *Trial) {
	// The free block is the smallest that has to serve, with the memory full and with room
	// to grow; then one of a size that is no power of two.
	larges, parts := []uint64{64, 80, 1000, 4096, 5000, 30_000}, []uint64{2, 3, 8, 50}
	if t.Contract.InitialPages > 1024 { // to fill such a memory takes seconds
		larges, parts = larges[2:3], parts[:1]
	}
	for _, more := range []uint64{0, 3} {
		for _, large := range larges {
			for _, part := range parts {
				t.in(fixedLimit(t.Contract, more), func(s *judge.Session) {
					a, b := s.Alloc(large, 1), s.Alloc(large, 8)
					exhaustOwned(s)
					s.Free(a)
					s.Alloc(large/part, 1)
					s.Alloc(large/part/2, 4)
					s.Free(b)
					s.AllocZeroed(large/part, 1)
					for size := large / 8; size >= 8; size /= 2 {
						fillWith(s, size, 32)
					}
				})
			}
		}
	}
	// The rest of a block is the least that there is, and another one takes its place.
	t.in(fixedLimit(t.Contract, 0), func(s *judge.Session) {
		a, b := s.Alloc(16, 1), s.Alloc(40, 1)
		for size := uint64(1) << 15; size >= 8; size /= 2 {
			fillWith(s, size, 1<<12)
		}
		s.Free(a)
		s.Alloc(8, 1)
		s.Free(b)
		s.Alloc(16, 1)
		fillWith(s, 8, 32)
	})
	// Rests that lie across 2^31, and beyond 3 GiB.
	t.in(fixedLimit(t.Contract, contract.MaxPages), func(s *judge.Session) {
		s.Alloc(1<<29, 1)
		b := s.Alloc(3<<29-64, 1)
		s.Free(b)
		s.Alloc(3<<28, 1)
		s.Grow(1)
		s.Alloc(7<<27, 1)
		s.Alloc(1<<26, 1)
		s.Alloc(1<<25, 1)
	})
	t.in(fixedLimit(t.Contract, contract.MaxPages), func(s *judge.Session) {
		a := s.Alloc(1<<30-64, 1)
		s.Alloc(1<<30-64, 1)
		s.Alloc(1<<30-64, 1)
		b := s.Alloc(3<<28-64, 1)
		s.Free(b)
		s.Alloc(1<<28-64, 1)
		s.Free(a)
		s.Alloc(5<<27, 1)
		s.Alloc(1<<26, 1)
	})
	// Blocks that were cut are whole blocks of their classes from then on.
	t.in(fixedLimit(t.Contract, 1), func(s *judge.Session) {
		large := fillWith(s, 16_000, 8)
		exhaustOwned(s)
		for _, b := range large {
			s.Free(b)
		}
		for size := uint64(7000); size > 8; size /= 2 {
			small := fillWith(s, size, 3)
			for _, b := range small {
				s.Free(b)
			}
			fillWith(s, size, 2)
		}
	})
	splitToTheLast(t)
}

// splitToTheLast makes blocks of all that larger ones and regions leave, to the last byte.
func splitToTheLast(t *Trial) {
	// Blocks of eight classes.
	t.in(fixedLimit(t.Contract, 0), func(s *judge.Session) {
		var blocks [][2]*judge.Block
		for eighths := range uint64(8) {
			size := 124 + 16*eighths
			blocks = append(blocks, [2]*judge.Block{s.Alloc(size, 1), s.Alloc(2*size, 1)})
		}
		fillUp(s)
		for _, pair := range blocks {
			useUp(s, pair[0], pair[1])
		}
	})
	// A region that is too short.
	t.in(fixedLimit(t.Contract, 0), func(s *judge.Session) {
		a := s.Alloc(2500, 1)
		for size := uint64(1) << 29; size >= 512; size /= 2 {
			for s.OK() && s.Left() >= 2*size && s.Alloc(size-min(s.Lead(), size), 1) != nil {
			}
		}
		s.Free(a)
		s.Alloc(1000, 1)
		fillUp(s)
	})
	// A block that lies across 2^31.
	const middle = 1 << 31
	t.in(fixedLimit(t.Contract, middle/contract.PageSize+1-uint64(t.Contract.InitialPages)), func(s *judge.Session) {
		for range 100 { // without gaps, up to there
			size, at := uint64(16), (s.Top()+15)&^15
			for at%(2*size) == 0 && at+2*size <= middle-32 {
				size *= 2
			}
			if at+size > middle-32 || s.Alloc(size-min(s.Lead(), size), 1) == nil {
				break
			}
		}
		across, spare := s.Alloc(92, 1), s.Alloc(330, 1)
		fillUp(s)
		useUp(s, across, spare)
	})
}

// fillUp makes blocks until a memory that cannot grow is full to the last byte.
func fillUp(s *judge.Session) {
	for size := uint64(1) << 29; size > 0; size /= 2 {
		fillWith(s, size, 8)
	}
}

// useUp frees two blocks of a full memory, of which the second is larger, and fills what they
// leave with the smallest blocks, to the last byte: first while one of them is cut, and then
// once the other one is as well.
func useUp(s *judge.Session, block, larger *judge.Block) {
	s.Free(block)
	s.Free(larger)
	s.Alloc(1, 1)
	fillUp(s)
}

// leftBehind has blocks lie behind a foreign page, so that the rest of the region in front of
// it goes to the lists, and asks for every class until that is used up. Where blocks are
// split, all of it serves the smallest class.
func leftBehind(t *Trial) {
	c := t.Contract
	if !c.NoSplit || !c.CanGrow() || c.InitialPages > 16 {
		return
	}
	most := min(c.MaxBlock, 1<<12)
	for _, align := range []uint64{1, 8, 64} { // rests of several lengths
		t.in(fixedLimit(c, 2), func(s *judge.Session) {
			for size := uint64(1) << 19; size >= most; size /= 2 {
				for s.OK() && s.Left() >= 2*size && s.Alloc(size-min(s.Lead(), size), 1) != nil {
				}
			}
			s.Alloc(align, align)
			s.Grow(1)
			for pages := s.Pages(); s.OK() && s.Pages() == pages && s.Alloc(most, 1) != nil; {
			}
			for power := leastClass + 11; power >= leastClass; power-- {
				for eighths := uint64(8); eighths > 0; eighths-- {
					size := uint64(1)<<power + (eighths-1)<<power/8
					fillWith(s, size-min(s.Lead(), size), 3) // pieces, and then a fresh block
				}
			}
		})
	}
}

func runJoin(t *Trial) {
	for _, more := range []uint64{0, 4} {
		for _, size := range []uint64{252, 1000, 5000, 30_000} {
			for _, order := range orders {
				t.in(fixedLimit(t.Contract, more), func(s *judge.Session) { joinNeighbours(s, size, order) })
			}
		}
	}
	// A block that is a small part of the memory leaves neighbours apart, and one that is a
	// little larger does not.
	for _, large := range []bool{false, true} {
		t.in(fixedLimit(t.Contract, 64), func(s *judge.Session) {
			blocks := fillWith(s, 3000, 64)
			exhaustOwned(s)
			for _, b := range blocks {
				s.Free(b)
			}
			size := s.Pages() << contract.JoiningBits
			if !large {
				size -= size / 4
			}
			s.Alloc(size, 1)
			fillWith(s, 3000, 60)
		})
	}
}

// joinNeighbours frees blocks of a size, three side by side at a time in an order, and asks
// for what they have together.
func joinNeighbours(s *judge.Session, size uint64, order [3]int) {
	blocks := fillWith(s, size, 64)
	exhaustOwned(s)
	for i := 0; i+4 <= len(blocks); i += 4 {
		for _, k := range order {
			s.Free(blocks[i+k])
		}
	}
	large := s.Alloc(size+size/2-8, 1)
	s.Free(s.AllocZeroed(size, 1))
	// All of them, and the last ones lie in front of top.
	for _, b := range blocks {
		if s.Alive(b) {
			s.Free(b)
		}
	}
	s.Free(s.AllocZeroed(uint64(len(blocks))*size/3, 1))
	s.Free(large)
	s.Alloc(uint64(len(blocks))*size/2, 1)
	drain(s)
}

// exhaustOwned uses up what is left of the allocator's memory without growth.
func exhaustOwned(s *judge.Session) {
	for size := uint64(1) << 16; size >= 8; size /= 2 {
		for s.OK() && s.Left() >= size && s.Alloc(size, 1) != nil {
		}
	}
}
