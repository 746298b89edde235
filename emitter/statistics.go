// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import (
	"fmt"
	"strings"

	"github.com/genalloc/genalloc/contract"
)

// A statistic is what the header says of blocks under one ABI.
type statistic struct{ align, overhead, smallest string }

// statistics words an ABI's blocks. Where a caller cannot ask for an alignment,
// least is what the ABI's users count on in bytes, as the templates have it.
func statistics(abi contract.ABI, c contract.Contract) statistic {
	least := func(n uint32) string { return fmt.Sprintf("%d bytes", max(n, c.Align())) }
	asked := "what the caller asks for, a power of two up to 2^31 bytes"
	switch {
	case c.FixedAlign != 0:
		asked = least(c.FixedAlign)
	case c.MinAlign > 1:
		asked = "what the caller asks for, and at least " + least(c.MinAlign)
	}
	const empty = "1 byte; a block of 0 bytes takes as much"
	switch abi {
	case contract.C:
		return statistic{least(16) + ", or what aligned_alloc is asked for", "16 bytes before a block, or its alignment where that is more", empty}
	case contract.CosmWasmABI:
		align := "4 bytes"
		if c.MinAlign > 4 {
			align = "4 bytes, and of the region before them " + least(4)
		}
		return statistic{align, "12 bytes before a block: its region", empty}
	case contract.CABI, contract.WasmBindgen:
		return statistic{asked, "0 bytes a block", "1 byte; a block of 0 bytes is at its alignment, and nowhere"}
	case contract.ProxyWasm:
		asked = least(8)
	}
	return statistic{asked, "0 bytes a block", "0 bytes; a block of 0 bytes has an address and uses no byte"}
}

// describeBlocks words what the header says of blocks, once for each different
// answer where there are several ABIs.
func (m *Model) describeBlocks(c contract.Contract) {
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
		s := statistics(abi, c)
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
