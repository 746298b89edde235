// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import (
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/plain"
)

// watch adds to a model what its builds tell of: the growth of the memory.
func (m *Model) watch(c contract.Contract) {
	if c.OnGrow == "" {
		return
	}
	module, name, _ := contract.SplitImport(c.OnGrow)
	m.GrowModule, m.GrowName = plain.WAT(module), plain.WAT(name)
	m.Choices["memorygrow"] = "watched"
	m.Choices["tellgrowth"] = "host"
	m.Functions = slices.Insert(m.Functions, 0, "watch.grow")
}
