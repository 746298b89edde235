// SPDX-License-Identifier: MIT OR Apache-2.0

package object

import (
	"fmt"

	"github.com/genalloc/genalloc/wasm"
)

// The subsections of the name section (core specification, appendix 7.4.1, and
// the extended name section proposal for globals).
const (
	namesFunctions = 1
	namesGlobals   = 7
)

// names holds the module's names by subsection, then by index.
type names map[byte]map[uint32]string

// readNames reads the name section up to the first error: the specification says that
// a malformed one does not make the module invalid.
func readNames(m *wasm.Module) names {
	n := names{namesFunctions: {}, namesGlobals: {}}
	section, _ := m.Custom("name")
	r := wasm.NewReader(section)
	for r.More() {
		into := n[r.Byte()]
		sub := r.Sub(r.U32(), "subsection")
		if into == nil {
			continue
		}
		for range sub.Count("names") {
			index, name := sub.U32(), sub.Name("name")
			if sub.Err() == nil {
				into[index] = name
			}
		}
	}
	return n
}

func (n names) function(i uint32) string { return local(n[namesFunctions][i], "func", i) }
func (n names) global(i uint32) string   { return local(n[namesGlobals][i], "global", i) }

// local makes the name of a local symbol. The module has one only if it has a name
// section.
func local(name, kind string, index uint32) string {
	if name == "" {
		name = fmt.Sprint(kind, index)
	}
	return localPrefix + name
}
