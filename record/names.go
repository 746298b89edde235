// SPDX-License-Identifier: MIT OR Apache-2.0

package record

import (
	"regexp"
	"slices"

	"github.com/genalloc/genalloc/wasm"
)

// placed are the custom sections about places in the code.
var placed = regexp.MustCompile(`^(\.debug_.*|metadata\.code\..*|reloc\..*|linking|sourceMappingURL)$`)

// mendCustoms mends the custom sections of a program whose functions have other indices now.
// Those about places in the code would be wrong, and are dropped.
func mendCustoms(m *wasm.Module, functions []wasm.Naming) {
	m.RenameFunctions(functions)
	m.Customs = slices.DeleteFunc(m.Customs, func(c wasm.Custom) bool { return placed.MatchString(c.Name) })
}
