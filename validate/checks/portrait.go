// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/script"
)

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
