// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/script"
)

// These sequences use every power of two as a size. Gaps of many sizes arise, next to
// each other, and are asked for again.

// orders are the orders in which three neighbours can be given back.
var orders = [][3]int{{2, 1, 0}, {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}}

// The exponents of the sizes, in powers of two. Three blocks of 2^29 bytes leave room
// for the bytes around them in a memory of 4 GiB, and three of 2^30 do not.
const (
	leastPower = 4
	mostPower  = 29
)

func runNeighbours(t *Trial) {
	setup := script.DefaultSetup(t.Contract)
	for power := leastPower; power <= mostPower && 1<<power < setup.Limit*contract.PageSize; power++ {
		t.in(setup, func(s *judge.Session) {
			r := choices{&random{t.Seed<<8 | uint64(power)}}
			for _, order := range orders[:t.level(2, len(orders))] {
				r.giveBack(s, power, order)
			}
		})
	}
}

// giveBack makes three neighbours of sizes from 2^power on, gives them back in the
// given order, and asks for their sum, half of it and one byte more, all alive at once.
func (r choices) giveBack(s *judge.Session, power int, order [3]int) {
	var blocks [3]*judge.Block
	sum := uint64(0)
	for i := range blocks {
		// From 2^28 on, three blocks of any such size would not fit.
		size := uint64(1)<<power + r.upTo(1<<min(power, 26)-1)
		blocks[i], sum = s.Alloc(size, 8), sum+size
	}
	guard := s.Alloc(8, 8)
	for _, i := range order {
		s.Free(blocks[i])
	}
	again := []*judge.Block{s.Alloc(sum, 8), s.Alloc(sum/2, 8), s.Alloc(sum/3+1, 8), s.Alloc(sum+1, 8), guard}
	for _, b := range again {
		s.Free(b)
	}
}

// mostLarge is the number of blocks that a sequence of large sizes keeps alive.
const mostLarge = 8

// generateLarge makes n random calls with sizes of every power of two.
func generateLarge(s *judge.Session, r choices, n int) {
	var blocks []*judge.Block
	seen := []uint64{1}
	for range n {
		if !s.OK() {
			return
		}
		k := int(r.upTo(mostLarge - 1))
		switch {
		case k >= len(blocks):
			size := r.largeSize(seen)
			if b := s.Alloc(size, r.align()); b != nil {
				blocks, seen = append(blocks, b), append(seen, size)
			}
		case blocks[k].Size() < 1<<20 && r.one(4):
			// A resize costs what it copies.
			blocks[k] = s.Resize(blocks[k], min(r.largeSize(seen), 1<<20))
		default:
			s.Free(blocks[k])
			blocks = append(blocks[:k], blocks[k+1:]...)
		}
	}
}

// largeSize returns a size of any power of two, or one near a size, a half or a sum of
// sizes seen before.
func (r choices) largeSize(seen []uint64) uint64 {
	pick := func() uint64 { return seen[r.upTo(uint64(len(seen)-1))] }
	size := uint64(0)
	switch r.upTo(7) {
	case 0, 1:
		size = pick() + r.upTo(2) - 1
	case 2:
		size = pick() + pick() + r.upTo(1)
	case 3:
		size = pick()/2 + r.upTo(1)
	case 4:
		a, b := pick(), pick()
		size = max(a, b) - min(a, b)
	default:
		power := r.upTo(30)
		size = 1<<power + r.upTo(1<<power-1)
	}
	return min(size, 1<<32-1)
}
