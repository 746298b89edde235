// SPDX-License-Identifier: MIT OR Apache-2.0

package ledger

import "github.com/genalloc/genalloc/contract"

var stackStrategy = strategy{
	terms: Terms{Consecutive: true},
	open: func(c contract.Contract, base, own uint64) Ledger {
		s := &stack{bump: newBump(c, base, own), c: c.ABI == contract.C && !c.HasRole(contract.Releases, contract.Resets), align: 1, shrunk: map[uint64]uint64{}}
		if c.Align() <= contract.PageSize {
			s.align = uint64(c.Align())
		}
		return s
	},
}

// A stack takes the newest block back when it ends, and its tail when it shrinks. The
// newest block is the one that ends at top.
type stack struct {
	bump
	c      bool              // the functions are C's
	align  uint64            // in bytes: a block owns what lies up to its aligned end
	shrunk map[uint64]uint64 // by address: the end of a block of C's before it shrank
}

// headerSize is the most that is taken back of what an ABI keeps before a block, in
// bytes: that of C's header, which free finds. What lies before it is an alignment gap.
const headerSize = 16

// end returns the end of a block. C's functions find a block's size in its header, where
// the size stays of a block that shrinks and is not the newest.
func (s *stack) end(b Block) uint64 { return max(s.shrunk[b.From], b.Room().To) }

// isTop reports whether a block that ends at an address is the newest.
func (s *stack) isTop(end uint64) bool { return Up(end, s.align) == Up(s.top, s.align) }

func (s *stack) Ended(blocks ...Block) {
	for i := len(blocks) - 1; i >= 0; i-- {
		b := blocks[i]
		s.bump.Ended(b)
		if s.isTop(s.end(b)) {
			s.Rewound(b.From - min(b.Lead, headerSize))
		}
		delete(s.shrunk, b.From)
	}
}

func (s *stack) Placed(r Request, at, pages uint64) *Breach {
	var stays bool
	var before uint64 // the block's end
	if r.Old != nil {
		stays, before = at == r.Old.From, s.end(*r.Old)
		delete(s.shrunk, r.Old.From)
	}
	newest, end := s.isTop(before), at-r.Lead+r.Room()
	breach := s.bump.Placed(r, at, pages)
	delete(s.shrunk, at) // of a block that ended
	switch {
	case breach != nil || !stays || r.NoRoom:
	case newest:
		s.Rewound(end)
	case s.c && end < before:
		s.shrunk[at] = before
	}
	return breach
}
