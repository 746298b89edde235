// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import (
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/plain"
)

// watch adds to a model what its builds tell of: the growth of the memory, and numbers.
func (m *Model) watch(c contract.Contract) {
	m.Choices["tellgrowth"], m.Choices["countgrowth"] = "", ""
	if c.OnGrow != "" {
		module, name, _ := contract.SplitImport(c.OnGrow)
		m.GrowModule, m.GrowName = plain.WAT(module), plain.WAT(name)
		m.Choices["tellgrowth"] = "host"
	}
	if c.Stats {
		m.count(c)
	}
	for _, f := range c.Signatures() {
		if f.ABI == contract.Watch {
			m.Functions = append(m.Functions, blockOf(f))
		}
	}
	if c.CanGrow() && (c.OnGrow != "" || c.Stats) {
		m.Choices["memorygrow"] = "watched"
		m.Functions = slices.Insert(m.Functions, 0, "watch.grow")
	}
}
