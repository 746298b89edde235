// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import (
	"fmt"

	"github.com/genalloc/genalloc/contract"
)

// deriveListsThreads makes a model of lists one of a thread's instance. Its heads lie in the
// first pages that it claims: as it starts, or in an object, which has no start function, at
// its first call.
func deriveListsThreads(m *Model, c contract.Contract) {
	n := m.Own.(*listsNumbers)
	n.Batch = contract.Batch
	n.StacksSize = c.StacksSize()
	n.StacksBias = 2 * n.Bias
	n.FirstAt = (n.HeadsAndLead + n.StartStep - 1) &^ (n.StartStep - 1)
	n.ListText = fmt.Sprintf("%d blocks", n.Batch)
	set := func(axis, choice string) { m.Choices[axis] = choice }
	set("picture", "lists_threads")
	set("invariant", "lists_threads")
	set("put", "counted")
	set("putlocals", "counted")
	set("claimlocals", "threads")
	set("shared", "batch")
	set("growth", "threads")
	m.Functions = append([]string{"lists.share"}, m.Functions...)
	set("stackat", pick(c.HeapBase.Imported(), "global", "number"))
	set("findstacks", "")
	if c.HeapBase.Linker {
		set("begin", "call")
		set("beginfree", "call")
		set("nopage", "call")
		set("first", "")
		n.ListText += ", or a single one,"
		m.State = append([]string{"heads.threads"}, m.State...)
		m.Functions = append([]string{"lists.begin"}, m.Functions...)
		return
	}
	if n.StacksRoom = c.StacksRoom(); n.StacksRoom > 0 {
		m.State = append([]string{"stacks.import"}, m.State...)
		set("findstacks", "import")
	} else {
		n.StacksOffset = fmt.Sprintf(" offset=%d", c.Stacks()-n.StacksBias)
	}
	set("beginfree", "")
	set("nopage", "start")
	set("lists.start", "threads")
}
