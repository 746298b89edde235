// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"errors"
	"fmt"
	"math"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
)

// call calls the allocator and judges what comes back. old is the block given
// back, resized or asked about.
func (s *session) call(c *Call, old *block) *block {
	r := request{op: c.Op, align: c.Align, size: c.Size}
	switch {
	case old != nil:
		r.ptr, r.handle, r.old, r.align = old.from, old.handle, old.size(), old.align
	case s.contract.FixedAlign != 0:
		r.align = uint64(s.contract.FixedAlign)
	}
	c.Align, s.request, s.called = r.align, r, true
	if c.Op == OpFree && old != nil {
		s.checkContents(old.span, old.seed, old.size())
		s.judgeKept(old)
		s.oracle.remove(old)
		s.blocks[old.number] = nil
	}
	before := s.in.Pages()
	got, err := s.abi.call(s.in, r)
	c.Ptr = got.ptr
	pages := s.in.Pages()
	var v *violation
	switch {
	case errors.As(err, &v):
		s.fail(v.rule, v.expected, "%s", v.got)
	case err != nil:
		s.judgeTrap(c, old, before, pages, err)
	case c.Op == OpFree:
		s.judgePages(before, pages)
	case c.Op == OpUsable:
		s.judgePages(before, pages)
		s.judgeUsable(got.ptr, old)
	case c.Ptr == 0:
		s.judgeNull(c, old, before, pages)
	default:
		return s.judgeBlock(c, old, got.handle, before, pages)
	}
	s.oracle.mem = pages * contract.PageSize
	return nil
}

// judgeKept judges what the ABI stores beside a live block.
func (s *session) judgeKept(b *block) {
	var v *violation
	if errors.As(s.abi.kept(s.in, b.handle), &v) {
		s.fail(v.rule, v.expected, "%s", v.got)
	}
}

// judgeNull judges a call that returned null.
func (s *session) judgeNull(c *Call, old *block, before, pages uint64) {
	open := !s.known() && c.Size == 0 && s.contract.ABI == contract.C
	// posix_memalign has a number for it.
	if s.contract.OOM == contract.OOMTrap && !open && c.Op != OpMemalign {
		s.fail("oom-trap", "a trap where there is no memory", "null")
	}
	if !open {
		s.judgeRefusal(c, old, before, pages)
	}
}

func (s *session) judgeTrap(c *Call, old *block, before, pages uint64, err error) {
	c.Trap = err.Error()
	var t engine.Trap
	switch {
	case !errors.As(err, &t):
		s.fail("trap", "the call returns", "%v", err)
	case t == engine.Endless:
		s.fail(ruleEndless, "the call returns", "%v", err)
	case t == engine.Unreachable && s.contract.OOM == contract.OOMTrap && c.Op.makes():
		s.judgeRefusal(c, old, before, pages)
	default:
		s.fail("trap", "the call returns", "a trap: %v", err)
	}
}

// judgeRefusal judges a call that said there is no memory.
func (s *session) judgeRefusal(c *Call, old *block, before, pages uint64) {
	s.judgePages(before, pages)
	if old != nil {
		s.checkContents(old.span, old.seed, old.size())
	}
	sh, mem := s.abi.shape(s.request), before*contract.PageSize
	if !validAlign(s.request) {
		return
	}
	if !s.known() {
		s.judgeEarly(c, sh, mem)
		return
	}
	if old == nil {
		s.refused.note(s, c.Size, sh)
	}
	if old != nil && c.Size <= old.size() {
		s.fail("shrink", fmt.Sprintf("the block stays at %#x", old.from), "null")
	}
	if old != nil && s.bump.stays(old.span, c.Size, mem, s.reach()) {
		s.fail("null", fmt.Sprintf("the newest block grows in place at %#x to %s, within %s", old.from, byteCount(c.Size), pageCount(s.limit)), "null")
	}
	if ptr, must := s.bump.latest(sh.taken(c.Size), sh.whole, mem, s.reach()); must {
		s.fail("null", fmt.Sprintf("a block: there is room for %s at %#x, within %s", byteCount(c.Size), ptr+sh.lead, pageCount(s.limit)), "null")
	}
}

// judgeEarly judges a refusal by an allocator of which nothing is known: with
// growth left for half as much again, the alignment twice over and 2 pages,
// there is no reason for one. Above 2^31 - 1, PTRDIFF_MAX, no allocator for C owes
// a block: the difference of two addresses in it would not be a number of C's.
func (s *session) judgeEarly(c *Call, sh shape, mem uint64) {
	need := c.Size + c.Size/2 + 2*sh.align + 2*contract.PageSize
	if s.contract.ABI == contract.C && need > math.MaxInt32 {
		return
	}
	if mem+need <= s.reach() {
		s.fail("null", fmt.Sprintf("a block of %s, with room to grow from %s to %s", byteCount(c.Size), pageCount(mem/contract.PageSize), pageCount(s.limit)), "null")
	}
}

// judgePages judges a call that must not change the size of the memory.
func (s *session) judgePages(before, pages uint64) {
	if pages != before && s.known() {
		s.fail("growth", "the memory stays at "+pageCount(before), "%s", pageCount(pages))
	}
}

// judgeBlock judges a block, takes it into the books and fills it.
func (s *session) judgeBlock(c *Call, old *block, handle, before, pages uint64) *block {
	b := &block{number: c.Made, span: span{c.Ptr, c.Ptr + c.Size}, align: c.Align, handle: handle}
	switch sh := s.abi.shape(s.request); {
	case !validAlign(s.request):
		s.fail("alignment", "null", "a block, though %d is not an alignment", c.Align)
	case b.size() == 0 && (sh.empty != 0 || !s.known()):
		s.judgeEmpty(b, sh)
		s.judgePages(before, pages)
	default:
		s.judgePlace(c, b, old, sh, pages)
		s.judgeGrowth(b.from-sh.lead+sh.taken(b.size()), before, pages)
	}
	if !s.ok() {
		return nil
	}
	if old != nil {
		b.seed = old.seed
		s.oracle.remove(old)
		s.blocks[old.number] = nil
		s.checkContents(span{b.from, b.from + old.size()}, b.seed, min(old.size(), c.Size))
	} else {
		s.seeds++
		b.seed = s.seeds << 20
	}
	if c.Op == OpAllocZeroed {
		s.checkZero(b)
	}
	if sh := s.abi.shape(s.request); b.size() > 0 || sh.empty == 0 {
		s.bump.took(span{b.from, b.from + sh.taken(b.size()) - sh.lead}, pages > before, pages*contract.PageSize)
	}
	s.oracle.mem = pages * contract.PageSize
	s.oracle.add(b)
	s.write(b.span, b.seed)
	return b
}

// judgeEmpty judges the address of a block that has no bytes, where that is all
// there is to it.
func (s *session) judgeEmpty(b *block, sh shape) {
	if s.known() && b.from != sh.empty {
		s.fail("empty", fmt.Sprintf("a block of size 0 at its alignment, %#x", sh.empty), "%#x", b.from)
	}
	if b.from%sh.align != 0 && !s.known() {
		s.fail("alignment", fmt.Sprintf("a multiple of %d", sh.align), "%#x", b.from)
	}
}

// judgePlace judges where the block is.
func (s *session) judgePlace(c *Call, b, old *block, sh shape, pages uint64) {
	mem := s.oracle.mem
	switch {
	case b.from%sh.align != 0:
		s.fail("alignment", fmt.Sprintf("a multiple of %d", sh.align), "%#x", b.from)
	case b.from < s.oracle.base:
		s.fail("below-base", fmt.Sprintf("an address from the heap base %#x on", s.oracle.base), "%#x", b.from)
	case b.to > pages*contract.PageSize:
		s.fail("bounds", fmt.Sprintf("a block that ends within the memory of %s, at %#x", pageCount(pages), pages*contract.PageSize), "[%#x, %#x)", b.from, b.to)
	}
	if other := s.oracle.clash(b.span, old); other != nil {
		s.fail("overlap", fmt.Sprintf("a block apart from p%d at [%#x, %#x)", other.number, other.from, other.to), "[%#x, %#x)", b.from, b.to)
	}
	if f, hit := s.oracle.trespass(b.span); hit {
		s.fail("foreign", fmt.Sprintf("a block outside the pages that somebody else grew at [%#x, %#x)", f.from, f.to), "[%#x, %#x)", b.from, b.to)
	}
	if !s.known() || old != nil && b.from == old.from {
		return
	}
	if old != nil && c.Size <= old.size() {
		s.fail("shrink", fmt.Sprintf("the block stays at %#x", old.from), "%#x", b.from)
	}
	if old != nil && s.bump.stays(old.span, c.Size, mem, s.reach()) {
		s.fail("in-place", fmt.Sprintf("the newest block grows in place at %#x", old.from), "%#x", b.from)
	}
	if old == nil && s.refused.covers(s, c.Size, sh) {
		s.fail("refusal", fmt.Sprintf("null again: nothing has changed since a request for %s aligned to %d was refused", byteCount(s.refused.size), s.refused.align), "%#x", b.from)
	}
	if latest, _ := s.bump.latest(sh.taken(c.Size), sh.whole, mem, s.reach()); b.from > latest+sh.lead {
		s.fail("waste", fmt.Sprintf("an address up to %#x", latest+sh.lead), "%#x", b.from)
	}
}

// judgeGrowth judges by how much the call grew the memory for a block that takes
// bytes up to end.
func (s *session) judgeGrowth(end, before, pages uint64) {
	if !s.known() {
		return
	}
	need := uint64(0)
	if end := pagesFor(end); end > before {
		need = end - before
	}
	want := uint64(0)
	if need > 0 {
		want = growth(s.contract.Grow, need, before, s.limit)
	}
	if pages-before != want {
		s.fail("growth", "growth by "+pageCount(want), "%d, from %d to %d", pages-before, before, pages)
	}
}

// checkContents judges that the first n of the bytes that were written at a
// block's place are as its owner left them. Which of them were written depends
// on the size that the block had then.
func (s *session) checkContents(written span, seed, n uint64) {
	mem := s.in.Bytes()
	windows(written.to-written.from, func(from, to uint64) bool {
		if to = min(to, n); from >= to {
			return false
		}
		at := written.from + from
		if i := differs(mem[at:at+to-from], seed, from); i >= 0 {
			s.fail("contents", fmt.Sprintf("the block at %#x keeps its bytes", written.from), "byte %d of it was overwritten", from+uint64(i))
		}
		return s.ok()
	})
}

// checkZero judges that a block holds zeroes: every byte up to 1 MiB, and
// 64 KiB at both ends beyond.
func (s *session) checkZero(b *block) {
	const whole, edge = 1 << 20, 64 << 10
	mem := s.in.Bytes()
	look := func(from, to uint64) {
		if i := nonZero(mem[from:to]); i >= 0 {
			at := from + uint64(i)
			s.fail("zeroing", "every byte is 0", "byte %d, at %#x, is %#x", at-b.from, at, mem[at])
		}
	}
	switch {
	case b.size() == 0: // anywhere, even beyond the memory
	case b.size() <= whole:
		look(b.from, b.to)
	default:
		look(b.from, b.from+edge)
		look(b.to-edge, b.to)
	}
}
