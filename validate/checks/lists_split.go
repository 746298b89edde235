// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/judge"
)

// These checks judge how lists split free blocks and join them.

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
}

func runJoin(t *Trial) {
	for _, more := range []uint64{0, 4} {
		for _, size := range []uint64{252, 1000, 5000, 30_000} {
			for _, order := range orders {
				t.in(fixedLimit(t.Contract, more), func(s *judge.Session) { joinNeighbours(s, size, order) })
			}
		}
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
