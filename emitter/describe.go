// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/plain"
	"github.com/genalloc/genalloc/internal/unit"
)

// describe words the contract for the header's reader.
func (m *Model) describe(c contract.Contract, strategy strategy) {
	m.BaseText = fmt.Sprintf("%d, the lowest address that is handed out", c.HeapBase.Address)
	if c.HeapBase.Imported() {
		m.BaseText = fmt.Sprintf("the imported global %s, the lowest address that is handed out", plain.ASCII(c.HeapBase.Module+"."+c.HeapBase.Name))
	}
	m.describeBlocks(c, strategy)
	m.AlignName = "$align"
	switch {
	case c.FixedAlign != 0:
		m.AlignName = fmt.Sprint(c.FixedAlign)
	case c.MinAlign > 1:
		m.AlignName = fmt.Sprintf("$align and of %d", c.MinAlign)
	}
	m.OOMText = pick(c.OOM == contract.OOMTrap, "a trap (unreachable)", "returns null (0) and changes nothing")
	m.Keeps = pick(topFalls(c), "", " and keeps its\n  ;; size, so that it can grow into the rest again")
	m.ZeroText = pick(m.fresh, " that are 0", "")
	m.SafetyText = pick(c.Threads, "each thread has an instance; any thread may use, resize and free a block", "none: the state is in globals, and each instance has its own")
	m.LengthText = pick(m.fresh, ", as all fresh memory is", "")
	switch {
	case c.Threads:
		m.GrowText = fmt.Sprintf("by chunks of %s, or by the pages that hold a block", unit.Pages(uint64(c.Chunk)))
	case !c.CanGrow():
		m.GrowText = "none"
	case c.Grow.Policy == contract.GrowExact:
		m.GrowText = "by the pages that a block needs"
	case c.Grow.Policy == contract.GrowChunk:
		m.GrowText = fmt.Sprintf("by multiples of %d pages, or by the pages that a block needs if that is refused", c.Grow.Chunk)
	case c.Grow.Policy == contract.GrowDouble:
		m.GrowText = "by as many pages as there are, or by those that a block needs if they are more or that is refused"
	}
}

// A statistic is what the header says of blocks under one ABI.
type statistic struct{ align, overhead, smallest string }

// statistics words an ABI's blocks: what the strategy says of a block, and what the
// ABI adds. Where a caller cannot ask for an alignment, least is what the ABI's users
// count on in bytes, as the templates have it.
func statistics(abi contract.ABI, c contract.Contract, block statistic) statistic {
	least := func(n uint32) string { return fmt.Sprintf("%d bytes", max(n, c.Align())) }
	block.align = fmt.Sprintf("as requested: a power of two, up to 2^%d bytes", 8*c.PointerSize()-1)
	switch {
	case c.FixedAlign != 0:
		block.align = least(c.FixedAlign)
	case c.MinAlign > 1:
		block.align = "as requested, and at least " + least(c.MinAlign)
	}
	switch abi {
	case contract.C:
		block.align = least(16) + ", or as requested from aligned_alloc"
		block.overhead = "16 bytes before each block, or its alignment if that is more"
		block.smallest = "1 byte; a block of size 0 uses as much"
	case contract.OPA:
		block.align = least(contract.OPAAlign)
		block.overhead = "8 bytes before each block"
		block.smallest = "1 byte; a block of size 0 uses as much"
	case contract.CosmWasmABI:
		block.align = "4 bytes"
		if c.MinAlign > 4 {
			block.align = "4 bytes, and of the region before them " + least(4)
		}
		block.overhead = "12 bytes before each block: its region"
		block.smallest = "1 byte; a block of size 0 uses as much"
	case contract.CABI, contract.WasmBindgen:
		block.smallest = "1 byte; a block of size 0 has its alignment for an address"
	case contract.ProxyWasm:
		block.align = least(8)
	}
	return block
}

// describeBlocks words what the header says of blocks, once for each different
// answer where there are several ABIs.
func (m *Model) describeBlocks(c contract.Contract, strategy strategy) {
	var aligns, overheads, smallest []string
	add := func(list *[]string, abi contract.ABI, text string) {
		for i, other := range *list {
			if names, said, _ := strings.Cut(other, ": "); said == text {
				(*list)[i] = names + ", " + string(abi) + ": " + text
				return
			}
		}
		*list = append(*list, string(abi)+": "+text)
	}
	for _, abi := range c.ABI.List() {
		if !slices.ContainsFunc(abi.Functions(), func(f contract.Function) bool { return f.Role.Makes() }) {
			continue // its functions work on other ABIs' blocks
		}
		s := statistics(abi, c, strategy.block)
		if own, ok := strategy.own[abi]; ok {
			s.overhead, s.smallest = own.overhead, own.smallest
		}
		add(&aligns, abi, s.align)
		add(&overheads, abi, s.overhead)
		add(&smallest, abi, s.smallest)
	}
	join := func(list []string) string {
		if len(list) == 1 {
			_, text, _ := strings.Cut(list[0], ": ")
			return text
		}
		return strings.Join(list, "\n;;                   ")
	}
	m.AlignText, m.OverheadText, m.SmallestText = join(aligns), join(overheads), join(smallest)
}
