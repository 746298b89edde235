// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import (
	"slices"

	"github.com/genalloc/genalloc/contract"
)

// topFalls reports whether a mark can take top back, so that what lies above it was
// used before, and its page need not be the last of the owned ones.
func topFalls(c contract.Contract) bool {
	return c.HasRole(contract.Releases, contract.Resets, contract.Begins)
}

// deriveArena adds to a model of bump or stack what marks need, and opa's pointer. The functions are
// adapters, as every other ABI's are.
func deriveArena(m *Model, c contract.Contract) {
	imported := c.HeapBase.Imported()
	set := func(axis, choice string) { m.Choices[axis] = choice }
	set("legend", "floor")
	set("first", pick(imported, "request", ""))
	set("marked", pick(keepsAligned(c), "aligned", "whole"))
	set("raise", "")
	set("firsthigh", "")
	if tellsFresh(c) {
		set("raise", pick(c.Optimize == contract.Size, "select", "mul"))
		set("firsthigh", pick(imported, "import", ""))
		m.State = slices.DeleteFunc(m.State, func(name string) bool { return name == "high.number" })
		m.State = append(m.State, pick(imported, "high.import", "high.number"))
	}
	set("now", pick(m.Choices["raise"] == "mul", "local", "global"))
	set("floor", "const")
	set("whole", pick(c.CanGrow() || imported, "kept", ""))
	set("reached", m.Choices["whole"])
	if imported || c.CanGrow() || c.HasRole(contract.Begins) {
		set("floor", "global")
		set("firstfloor", pick(imported, "import", ""))
		set("moved", pick(c.CanGrow(), "floor", ""))
		m.State = append(m.State, pick(imported, "floor.import", "floor.number"))
	}
}

// tellsFresh reports whether alloc_zeroed and its like tell the bytes that may have been
// used from the fresh ones, which they leave alone.
func tellsFresh(c contract.Contract) bool {
	return c.HasRole(contract.AllocatesZeroed) && !c.Dirty
}
