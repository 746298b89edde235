// SPDX-License-Identifier: MIT OR Apache-2.0

package judge

import (
	"maps"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/script"
)

// A mark is what a function returned, which means nothing to the judge, and the address
// from which on its release takes memory back.
type mark struct{ handle, from uint64 }

// rewinds reports whether a call of mark, release or reset is defined.
func (s *Session) rewinds(c script.Call) bool {
	_, known := s.marks[c.Block]
	return s.abi.has(c.Op) && (c.Op != script.OpRelease || known)
}

// rewind calls mark, release or reset, and judges that the memory does not grow.
//
// Release ends the life of every block that was made since the mark. A block that lies
// below what was in use at the mark was made after an older mark was released; then this
// one takes back nothing that it lies in, and the block stays. Marks and blocks are
// numbered in the order in which they are made.
func (s *Session) rewind(c *script.Call) {
	m := s.marks[c.Block]
	if c.Op != script.OpRelease {
		m = mark{}
	}
	s.request, s.called = request{op: c.Op, handle: m.handle}, true
	var ended []*Block
	switch c.Op {
	case script.OpMark:
		m.from = s.ledger.Marked()
	case script.OpRelease:
		ended = s.since(c.Block, m.from)
	case script.OpReset:
		ended = s.since(script.Null, 0)
	}
	for _, b := range ended {
		s.retire(b)
		c.Ended = append(c.Ended, b.Number)
	}
	before := s.in.Pages()
	got, err := s.abi.call(s.in, s.request)
	pages := s.in.Pages()
	s.owners.mem = pages * contract.PageSize
	s.judgeTold(before, pages)
	s.judgeInnocent()
	if err != nil {
		s.judgeTrap(c, nil, s.ask(nil, before), pages, err)
		return
	}
	s.broke(s.ledger.Idle(before, pages))
	if c.Ptr = got.handle; c.Op == script.OpMark {
		m.handle = got.handle
		s.marks[c.Made] = m
		return
	}
	s.ledger.Rewound(m.from)
	if s.terms.OnlyDefined || s.Contract.ABI == contract.OPA { // what the release of a later mark does now is not promised
		maps.DeleteFunc(s.marks, func(n int, _ mark) bool { return c.Op == script.OpReset || n > c.Block })
	}
}

// since returns the live blocks that were made after the mark with a number and that do
// not lie below an address, the oldest first.
func (s *Session) since(mark int, from uint64) []*Block {
	return slices.DeleteFunc(slices.Clone(s.blocks[mark+1:]), func(b *Block) bool {
		return b == nil || b.Room().To <= from && b.Room().From < from
	})
}
