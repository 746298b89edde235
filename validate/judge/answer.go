// SPDX-License-Identifier: MIT OR Apache-2.0

package judge

import (
	"errors"
	"fmt"
	"math"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/unit"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/report"
	"github.com/genalloc/genalloc/validate/script"
)

// call calls the allocator and judges the answer, and what it counts. old is the block
// given back, resized or asked about.
func (s *Session) call(c *script.Call, old *Block) *Block {
	made := s.answer(c, old)
	s.judgeInnocent()
	s.judgeStats()
	return made
}

func (s *Session) answer(c *script.Call, old *Block) *Block {
	r := request{op: c.Op, align: c.Align, size: c.Size, pointer: uint64(s.Contract.PointerSize())}
	switch {
	case old != nil:
		r.handle, r.old, r.align = old.handle, old.Size(), old.align
	case s.Contract.FixedAlign != 0:
		r.align = uint64(s.Contract.FixedAlign)
	}
	c.Align, s.request, s.called = r.align, r, true
	if c.Op == script.OpFree && old != nil {
		s.retire(old)
	}
	before := s.in.Pages()
	got, err := s.abi.call(s.in, r)
	c.Ptr = got.ptr
	pages := s.in.Pages()
	s.judgeTold(before, pages)
	s.count(r.op, got.ptr != 0, before, pages)
	ask := s.ask(old, before)
	var breach *ledger.Breach
	switch {
	case errors.As(err, &breach):
		s.broke(breach)
	case err != nil:
		s.judgeTrap(c, old, ask, pages, err)
	case c.Op == script.OpFree:
		s.broke(s.ledger.Idle(before, pages))
		if old != nil {
			s.ledger.Ended(old.Block)
		}
	case c.Op == script.OpUsable:
		s.broke(s.ledger.Idle(before, pages))
		s.judgeUsable(got.ptr, old)
	case c.Ptr == 0:
		s.judgeNull(c, old, ask, pages)
	default:
		return s.judgeBlock(c, old, ask, got.handle, pages)
	}
	s.owners.mem = pages * contract.PageSize
	return nil
}

// beyond is a size and an alignment that no memory has, in bytes. The ledger adds them to
// addresses, where larger ones would wrap.
const beyond = 1 << 62

// ask returns the last request as the ledger sees it, in a memory of so many pages.
func (s *Session) ask(old *Block, pages uint64) ledger.Request {
	sh := s.abi.shape(s.request)
	r := ledger.Request{
		Size: min(s.request.size, beyond), Lead: min(sh.lead, beyond), Align: min(sh.whole, beyond), NoRoom: s.request.size == 0 && sh.empty != 0,
		Pages: pages, Limit: s.Limit,
	}
	if old != nil {
		r.Old = &old.Block
	}
	return r
}

// retire judges what a block has kept, and ends its life.
func (s *Session) retire(b *Block) {
	s.checkContents(b.Span, b.seed, b.Size())
	s.judgeKept(b)
	s.end(b)
}

// end ends a block's life.
func (s *Session) end(b *Block) {
	s.owners.remove(b)
	s.abi.ended(b.handle)
	s.ended(b)
	s.blocks[b.Number] = nil
}

// judgeKept judges the bytes that the ABI keeps for a live block.
func (s *Session) judgeKept(b *Block) {
	var breach *ledger.Breach
	if errors.As(s.abi.kept(s.in, b.handle), &breach) {
		s.broke(breach)
	}
}

// judgeNull judges a call that returned null.
func (s *Session) judgeNull(c *script.Call, old *Block, ask ledger.Request, pages uint64) {
	if s.terms.EmptyAnywhere && c.Size == 0 && s.Contract.ABI == contract.C {
		return
	}
	// posix_memalign returns an error number instead.
	if s.Contract.OOM == contract.OOMTrap && c.Op != script.OpMemalign {
		s.Fail("oom-trap", "a trap where there is no memory", "null")
	}
	s.judgeRefusal(old, ask, pages)
}

func (s *Session) judgeTrap(c *script.Call, old *Block, ask ledger.Request, pages uint64, err error) {
	c.Trap = err.Error()
	var t engine.Trap
	switch {
	case !errors.As(err, &t):
		s.Fail("trap", "the call returns", "%v", err)
	case t == engine.Endless:
		s.Fail(report.Endless, "the call returns", "%v", err)
	case t == engine.Unreachable && s.Contract.OOM == contract.OOMTrap && c.Op.Makes():
		s.judgeRefusal(old, ask, pages)
	default:
		s.Fail("trap", "the call returns", "a trap: %v", err)
	}
}

// judgeRefusal judges a call that said there is no memory.
func (s *Session) judgeRefusal(old *Block, ask ledger.Request, pages uint64) {
	s.broke(s.ledger.Idle(ask.Pages, pages))
	if old != nil {
		s.checkContents(old.Span, old.seed, old.Size())
	}
	if !validAlign(s.request) {
		return
	}
	switch breach := s.ledger.Refused(ask); {
	case breach == nil:
	case s.terms.MayRefuse && !s.Scope.Strict:
		s.Refusals.Refuse(ask.Size)
	default:
		s.broke(breach)
	}
}

// judgeBlock judges a block, enters it and fills it.
func (s *Session) judgeBlock(c *script.Call, old *Block, ask ledger.Request, handle, pages uint64) *Block {
	b := &Block{Number: c.Made, Block: ledger.Block{Span: ledger.Span{From: c.Ptr, To: c.Ptr + min(c.Size, math.MaxUint64-c.Ptr)}, Lead: ask.Lead}, align: c.Align, handle: handle}
	switch sh := s.abi.shape(s.request); {
	case !validAlign(s.request):
		s.Fail("alignment", "null", "a block, though %d is not an alignment", c.Align)
	case b.Size() == 0 && s.terms.EmptyAnywhere:
		s.judgeAlign(b, sh)
	case ask.NoRoom && b.From != sh.empty:
		s.Fail("empty", fmt.Sprintf("a block of size 0 at its alignment, %#x", sh.empty), "%#x", b.From)
	case !ask.NoRoom:
		s.judgeAlign(b, sh)
		s.judgePlace(b, old, pages)
	}
	if s.OK() {
		s.broke(s.ledger.Placed(ask, b.From, pages))
	}
	if !s.OK() {
		return nil
	}
	s.Refusals.Fitted++
	if old != nil {
		b.seed = old.seed
		s.end(old)
		s.checkContents(ledger.Span{From: b.From, To: b.From + old.Size()}, b.seed, min(old.Size(), c.Size))
	} else {
		s.seeds++
		b.seed = s.seeds << 20
	}
	if c.Op == script.OpAllocZeroed {
		s.checkZero(b)
	}
	s.owners.mem = pages * contract.PageSize
	s.owners.add(b)
	s.begun(b, ask.NoRoom)
	s.number(b, old, ask.NoRoom)
	s.write(b.Span, b.seed)
	return b
}

// number gives a block the number of its allocation. One that was resized keeps its own.
func (s *Session) number(b, old *Block, roomless bool) {
	if b.given = !roomless; roomless {
		return
	}
	if old != nil && old.given {
		b.history = old.history
		return
	}
	b.history = s.given
	s.given++
}

func (s *Session) judgeAlign(b *Block, sh shape) {
	if b.From%sh.align != 0 {
		s.Fail("alignment", fmt.Sprintf("a multiple of %d", sh.align), "%#x", b.From)
	}
}

// judgePlace judges what every allocator owes of a block's place.
func (s *Session) judgePlace(b, old *Block, pages uint64) {
	mem := pages * contract.PageSize
	switch {
	case b.From < s.owners.base:
		s.Fail("below-base", fmt.Sprintf("an address from the heap base %#x on", s.owners.base), "%#x", b.From)
	case b.To > mem:
		s.Fail("bounds", fmt.Sprintf("a block that ends within the memory of %s, at %#x", unit.Pages(pages), mem), "[%#x, %#x)", b.From, b.To)
	}
	if other := s.owners.clash(b.Span, old); other != nil {
		s.Fail("overlap", fmt.Sprintf("a block apart from p%d at [%#x, %#x)", other.Number, other.From, other.To), "[%#x, %#x)", b.From, b.To)
	}
	if f, hit := s.owners.trespass(b.Span); hit {
		s.Fail("foreign", fmt.Sprintf("a block outside the pages that somebody else grew at [%#x, %#x)", f.From, f.To), "[%#x, %#x)", b.From, b.To)
	}
}

// judgeUsable judges what malloc_usable_size said of a block, or of null: so many
// bytes may be written.
func (s *Session) judgeUsable(size uint64, b *Block) {
	if b == nil {
		if size != 0 {
			s.Fail("usable", "0 for null", "%d", size)
		}
		return
	}
	area := ledger.Span{From: b.From, To: b.From + size}
	switch other := s.owners.clash(area, b); {
	case size < b.Size():
		s.Fail("usable", unit.Bytes(b.Size())+" at least", "%d", size)
	case area.To > s.Mem():
		s.Fail("usable", fmt.Sprintf("bytes up to the memory's end, %#x", s.Mem()), "bytes up to %#x", area.To)
	case other != nil:
		s.Fail("usable", fmt.Sprintf("bytes apart from p%d at [%#x, %#x)", other.Number, other.From, other.To), "[%#x, %#x)", area.From, area.To)
	}
}
