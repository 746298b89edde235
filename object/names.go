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

// names are what a module calls its functions and globals, by index.
type names struct{ functions, globals map[uint32]string }

// readNames reads the name section as far as it is well-formed: as the
// specification wants it, a bad one is no error.
func readNames(m *wasm.Module) names {
	n := names{map[uint32]string{}, map[uint32]string{}}
	section, ok := m.Custom("name")
	if !ok {
		return n
	}
	r := &reader{buf: section}
	for r.more() {
		id := r.byte()
		sub := r.sub(r.u32())
		into := map[byte]map[uint32]string{namesFunctions: n.functions, namesGlobals: n.globals}[id]
		if into == nil {
			continue
		}
		for range sub.count() {
			index, name := sub.u32(), sub.string()
			if sub.err == nil {
				into[index] = name
			}
		}
	}
	return n
}

func (n names) function(i uint32) string { return local(n.functions[i], "func", i) }
func (n names) global(i uint32) string   { return local(n.globals[i], "global", i) }

// local makes the name of a local symbol, which has no name in the module
// unless a name section was kept.
func local(name, kind string, index uint32) string {
	if name == "" {
		name = fmt.Sprint(kind, index)
	}
	return localPrefix + name
}
