// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import "github.com/genalloc/genalloc/contract"

// deriveListsThreads makes a model of lists one of a thread's instance.
func deriveListsThreads(m *Model, c contract.Contract) {
	n := m.Own.(*listsNumbers)
	n.Batch = contract.Batch
	n.StacksSize = c.StacksSize()
	n.Stacks = c.Stacks() - 2*n.Bias
	set := func(axis, choice string) { m.Choices[axis] = choice }
	set("picture", "lists_threads")
	set("invariant", "lists_threads")
	set("put", "counted")
	set("putlocals", "counted")
	set("claimlocals", "threads")
	set("shared", "batch")
	set("growth", "threads")
	set("lists.start", "threads")
	m.Functions = append([]string{"lists.share"}, m.Functions...)
}
