// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"errors"
	"fmt"

	"github.com/genalloc/genalloc/contract"
)

// align returns the alignment that a block has under the contract when align
// is asked for.
func (s *session) align(align uint64) uint64 {
	if s.contract.FixedAlign != 0 {
		return uint64(s.contract.FixedAlign)
	}
	return max(align, uint64(s.contract.MinAlign))
}

// call calls the allocator and judges what comes back. old is the block given
// back or resized.
func (s *session) call(c *Call, old *block) *block {
	var ptr, size uint64
	if old != nil {
		ptr, size, c.Align = old.from, old.size(), old.align
	} else if s.contract.FixedAlign != 0 {
		c.Align = uint64(s.contract.FixedAlign)
	}
	if c.Op == OpFree {
		s.checkContents(old.span, old.seed, size)
		s.oracle.remove(old)
		s.blocks[old.number] = nil
	}
	before := s.in.pages()
	var err error
	c.Ptr, err = s.abi.call(s.in, c.Op, ptr, size, c.Align, c.Size)
	pages := s.in.pages()
	switch {
	case err != nil:
		s.judgeTrap(c, old, before, pages, err)
	case c.Op == OpFree:
		s.judgePages(c, before, pages)
	case c.Ptr == 0 && s.contract.OOM == contract.OOMTrap:
		s.fail("oom-trap", "a trap where there is no memory", "null")
	case c.Ptr == 0:
		s.judgeRefusal(c, old, before, pages)
	default:
		return s.judgeBlock(c, old, before, pages)
	}
	return nil
}

func (s *session) judgeTrap(c *Call, old *block, before, pages uint64, err error) {
	c.Trap = err.Error()
	var t *trap
	switch {
	case !errors.As(err, &t):
		s.fail("trap", "the call returns", "%v", err)
	case t.kind == trapEndless:
		s.fail(ruleEndless, "the call returns", "%v", err)
	case t.kind == trapUnreachable && s.contract.OOM == contract.OOMTrap && c.Op != OpFree:
		s.judgeRefusal(c, old, before, pages)
	default:
		s.fail("trap", "the call returns", "a trap: %v", err)
	}
}

// judgeRefusal judges a call that said there is no memory.
func (s *session) judgeRefusal(c *Call, old *block, before, pages uint64) {
	s.judgePages(c, before, pages)
	if old != nil {
		s.checkContents(old.span, old.seed, old.size())
		if c.Size <= old.size() {
			s.fail("shrink", fmt.Sprintf("the block stays at %#x", old.from), "null")
		}
		if s.bump.stays(old.span, c.Size, before*contract.PageSize, s.reach()) {
			s.fail("null", fmt.Sprintf("the newest block grows in place at %#x to %d bytes, within %s", old.from, c.Size, pageCount(s.limit)), "null")
		}
	}
	if ptr, must := s.bump.latest(c.Size, s.align(c.Align), before*contract.PageSize, s.reach()); must {
		s.fail("null", fmt.Sprintf("a block: %d bytes fit at %#x, within %s", c.Size, ptr, pageCount(s.limit)), "null")
	}
}

// judgePages judges a call that must not change the size of the memory.
func (s *session) judgePages(c *Call, before, pages uint64) {
	if pages != before {
		s.fail("growth", "the memory stays at "+pageCount(before), "%s", pageCount(pages))
	}
}

// judgeBlock judges a block, takes it into the books and fills it.
func (s *session) judgeBlock(c *Call, old *block, before, pages uint64) *block {
	b := &block{number: c.Made, span: span{c.Ptr, c.Ptr + c.Size}, align: c.Align}
	s.judgePlace(c, b, old, pages)
	s.judgeGrowth(b, before, pages)
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
	s.bump.took(b.span, pages > before, pages*contract.PageSize)
	s.oracle.mem = pages * contract.PageSize
	s.oracle.add(b)
	s.write(b.span, b.seed)
	return b
}

// judgePlace judges where the block is.
func (s *session) judgePlace(c *Call, b, old *block, pages uint64) {
	align, mem := s.align(c.Align), s.oracle.mem
	switch {
	case b.from%align != 0:
		s.fail("alignment", fmt.Sprintf("a multiple of %d", align), "%#x", b.from)
	case b.from < s.oracle.base:
		s.fail("below-base", fmt.Sprintf("an address from the heap base %#x on", s.oracle.base), "%#x", b.from)
	case b.size() > 0 && b.to > pages*contract.PageSize:
		s.fail("bounds", fmt.Sprintf("a block that ends within the memory of %s, at %#x", pageCount(pages), pages*contract.PageSize), "[%#x, %#x)", b.from, b.to)
	}
	if other := s.oracle.clash(b.span, old); other != nil {
		s.fail("overlap", fmt.Sprintf("a block apart from p%d at [%#x, %#x)", other.number, other.from, other.to), "[%#x, %#x)", b.from, b.to)
	}
	if f, hit := s.oracle.trespass(b.span); hit {
		s.fail("foreign", fmt.Sprintf("a block outside the pages that somebody else grew at [%#x, %#x)", f.from, f.to), "[%#x, %#x)", b.from, b.to)
	}
	if old != nil && b.from != old.from {
		if c.Size <= old.size() {
			s.fail("shrink", fmt.Sprintf("the block stays at %#x", old.from), "%#x", b.from)
		}
		if s.bump.stays(old.span, c.Size, mem, s.reach()) {
			s.fail("in-place", fmt.Sprintf("the newest block grows in place at %#x", old.from), "%#x", b.from)
		}
	}
	if old != nil && b.from == old.from {
		return
	}
	if latest, _ := s.bump.latest(c.Size, align, mem, s.reach()); b.from > latest {
		s.fail("waste", fmt.Sprintf("an address up to %#x", latest), "%#x", b.from)
	}
}

// judgeGrowth judges by how much the call grew the memory. What the block
// needs is told by where it is.
func (s *session) judgeGrowth(b *block, before, pages uint64) {
	need := uint64(0)
	if end := pagesFor(b.to); end > before {
		need = end - before
	}
	if b.size() == 0 && pages == before {
		return // an address beyond the memory is as good as one within
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
	mem := s.in.bytes()
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
	mem := s.in.bytes()
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

// describe returns the call with its values, as the module saw it.
func describe(c Call, old *block) string {
	switch c.Op {
	case OpRealloc:
		return fmt.Sprintf("realloc(ptr %#x, old_size %d, align %d, new_size %d)", old.from, old.size(), c.Align, c.Size)
	case OpFree:
		return fmt.Sprintf("dealloc(ptr %#x, size %d, align %d)", old.from, old.size(), c.Align)
	}
	return fmt.Sprintf("%s(size %d, align %d)", c.Op, c.Size, c.Align)
}

// pageCount writes a number of pages.
func pageCount(n uint64) string {
	if n == 1 {
		return "1 page"
	}
	return fmt.Sprintf("%d pages", n)
}
