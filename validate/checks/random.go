// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/script"
)

// A source makes choices: at random in a check, in tests from a fuzzer's bytes or as a
// library draws them that then shrinks them.
type source interface {
	// upTo returns a number from 0 to n.
	upTo(n uint64) uint64
}

// random is SplitMix64. Its numbers are the same everywhere and in every version, so a
// seed in a report stays valid.
type random struct{ state uint64 }

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	x := r.state
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (r *random) upTo(n uint64) uint64 {
	if n+1 == 0 {
		return r.next()
	}
	return r.next() % (n + 1)
}

// mostLooped is the largest block in bytes that is resized where a module has to copy
// byte by byte: at some 10 instructions each, a moved one stays below 2^30.
const mostLooped = 64 << 20

// choices turns numbers into calls.
type choices struct{ source }

// one returns true once in n times.
func (r choices) one(n uint64) bool { return r.upTo(n-1) == 0 }

// generate makes n random calls.
func generate(s *judge.Session, r choices, n int) {
	var blocks []*judge.Block
	var marks []int
	marked := s.Has(script.OpMark) || s.Has(script.OpReset)
	pick := func() *judge.Block {
		if len(blocks) == 0 {
			return nil
		}
		return blocks[r.upTo(uint64(len(blocks)-1))]
	}
	for range n {
		if !s.OK() {
			return
		}
		if marked && r.one(8) {
			marks = r.rewind(s, marks)
			blocks = keepLive(s, blocks)
			continue
		}
		var b *judge.Block
		switch k := r.upTo(99); {
		case k < 45:
			b = r.alloc(s)
		case k < 60:
			b = s.AllocZeroed(min(r.size(s), 1<<20), r.align())
		case k < 80:
			// A copy by a loop of bytes has to end within the engine's limit.
			if old := pick(); old != nil && (s.Contract.Target.BulkMemory() || old.Size() <= mostLooped) {
				b = s.Realloc(old, r.newSize(s, old))
			}
		case k < 92:
			old := pick()
			if old != nil && s.Has(script.OpUsable) {
				s.Usable(old.Number)
			}
			s.Free(old)
		case k < 97:
			s.Grow(r.upTo(2))
		default:
			s.LimitTo(s.Pages() + r.upTo(8))
		}
		if b != nil {
			blocks = append(blocks, b)
		}
		blocks = keepLive(s, blocks)
	}
}

// rewind makes a mark, or releases one, or seldom all blocks. A mark can be released
// again, and after an older one.
func (r choices) rewind(s *judge.Session, marks []int) []int {
	switch k := r.upTo(15); {
	case k == 0:
		s.Reset()
	case k < 8 || len(marks) == 0:
		return append(marks, s.Mark())
	case k < 12:
		s.Release(marks[len(marks)-1])
	default:
		s.Release(marks[r.upTo(uint64(len(marks)-1))])
	}
	return marks
}

// alloc makes a block. C may have two functions for it.
func (r choices) alloc(s *judge.Session) *judge.Block {
	size, align := r.size(s), r.align()
	if s.Has(script.OpMemalign) && r.one(3) {
		return s.Memalign(size, align)
	}
	return s.Alloc(size, align)
}

// keepLive drops the blocks that ended.
func keepLive(s *judge.Session, blocks []*judge.Block) []*judge.Block {
	return slices.DeleteFunc(blocks, func(b *judge.Block) bool { return !s.Alive(b) })
}

// size returns a size: mostly a small one, sometimes about what is left.
func (r choices) size(s *judge.Session) uint64 {
	switch r.upTo(15) {
	case 0:
		return 0
	case 1:
		return s.Left() + r.upTo(2)
	case 2:
		return max(s.Left(), 2) - r.upTo(2)
	case 3:
		return s.Left() + r.upTo(4)*contract.PageSize + r.upTo(2)
	case 4:
		return min(s.Room(s.Reach())+r.upTo(2), 1<<32-1)
	case 5:
		return s.Contract.MaxSize() - r.upTo(1<<r.upTo(31))
	}
	return r.upTo(1 << r.upTo(17))
}

// newSize returns a size for realloc that is often near the old one. Large
// moves are rare: they cost what they copy.
func (r choices) newSize(s *judge.Session, b *judge.Block) uint64 {
	switch r.upTo(3) {
	case 0:
		return r.upTo(b.Size() + 1)
	case 1:
		return min(b.Size()+r.upTo(64), 1<<32-1)
	case 2:
		return min(b.Size()+s.Rest()+r.upTo(1), 1<<32-1)
	}
	return r.size(s)
}

// align returns an alignment: mostly up to 16.
func (r choices) align() uint64 {
	if r.one(8) {
		return 1 << r.upTo(31)
	}
	return 1 << r.upTo(4)
}

// Portrait is a short run with a bit of everything, to be drawn when no check fails.
func Portrait(s *judge.Session) {
	r := choices{&random{11}}
	var blocks []*judge.Block
	mark := script.Null
	for i := range 70 {
		b := s.Alloc(r.upTo(20_000), 1<<r.upTo(14))
		switch i % 5 {
		case 1:
			b = s.Realloc(b, r.upTo(30_000))
		case 2:
			b = s.AllocZeroed(r.upTo(8000), 8)
		case 3:
			k := r.upTo(uint64(len(blocks) - 1))
			s.Free(blocks[k])
			blocks[k] = nil
		}
		blocks = append(blocks, b)
		switch i % 20 {
		case 8:
			mark = s.Mark()
		case 17:
			s.Release(mark)
		}
		if i%23 == 15 {
			s.Grow(1 + r.upTo(1))
		}
	}
}
