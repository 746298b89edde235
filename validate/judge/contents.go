// SPDX-License-Identifier: MIT OR Apache-2.0

package judge

import (
	"fmt"

	"github.com/genalloc/genalloc/validate/ledger"
)

// checkContents judges that the first n bytes of a block are as they were written. Which
// bytes were written depends on the size that the block had then.
func (s *Session) checkContents(written ledger.Span, seed, n uint64) {
	if at, ok := s.intact(written, seed, n); !ok {
		s.Fail("contents", fmt.Sprintf("the block at %#x keeps its bytes", written.From), "byte %d of it was overwritten", at-written.From)
	}
}

// checkZero judges that a block is all zero: every byte of up to 1 MiB, and 64 KiB at
// both ends of a larger one.
func (s *Session) checkZero(b *Block) {
	const whole, edge = uint64(len(zeros)), 64 << 10
	mem := s.in.Bytes()
	look := func(from, to uint64) {
		if i := nonZero(mem[from:to]); i >= 0 {
			at := from + uint64(i)
			s.Fail("zeroing", "every byte is 0", "byte %d, at %#x, is %#x", at-b.From, at, mem[at])
		}
	}
	switch {
	case b.Size() == 0: // anywhere, even beyond the memory
	case b.Size() <= whole:
		look(b.From, b.To)
	default:
		look(b.From, b.From+edge)
		look(b.To-edge, b.To)
	}
}
