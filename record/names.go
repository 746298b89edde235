// SPDX-License-Identifier: MIT OR Apache-2.0

package record

import (
	"regexp"
	"slices"

	"github.com/genalloc/genalloc/wasm"
)

// names are what the name section says, as far as it matters here.
type names struct {
	functions, globals []naming
}

type naming struct {
	index uint32
	name  string
}

// Subsections of the name section (specification, appendix on custom sections, and the
// extended name section proposal).
const (
	nameSection    = "name"
	functionNames  = 1
	localNames     = 2
	labelNames     = 3
	globalNames    = 7
	heapBaseGlobal = "__heap_base"
)

// readNames reads the name section. A broken one has no names.
func readNames(m *wasm.Module) (n names) {
	payload, _ := m.Custom(nameSection)
	eachSubsection(payload, func(id byte, body []byte) {
		switch id {
		case functionNames:
			n.functions = readMap(body)
		case globalNames:
			n.globals = readMap(body)
		}
	})
	return n
}

func eachSubsection(payload []byte, do func(id byte, body []byte)) {
	r := wasm.NewReader(payload)
	for r.More() {
		id, size := r.Byte(), r.U32()
		if body := r.Sub(size, "subsection").Rest(); r.Err() == nil {
			do(id, body)
		}
	}
}

func readMap(body []byte) (list []naming) {
	r := wasm.NewReader(body)
	for range r.Count("names") {
		if x := (naming{r.U32(), r.Name("name")}); r.Err() == nil {
			list = append(list, x)
		}
	}
	return list
}

// placed are the custom sections about places in the code.
var placed = regexp.MustCompile(`^(\.debug_.*|metadata\.code\..*|reloc\..*|linking|sourceMappingURL)$`)

// renumbered are the custom sections of a program whose functions have other indices now.
// Those about places in the code would be wrong, and are dropped.
func renumbered(customs []wasm.Custom, functions []naming) []wasm.Custom {
	var list []wasm.Custom
	for _, c := range customs {
		if c.Name == nameSection {
			c.Payload = renameFunctions(c.Payload, functions)
		}
		if !placed.MatchString(c.Name) {
			list = append(list, c)
		}
	}
	return list
}

// renameFunctions puts names of functions into a name section. Those of locals and labels
// are dropped.
func renameFunctions(payload []byte, functions []naming) []byte {
	slices.SortFunc(functions, func(a, b naming) int { return int(a.index) - int(b.index) })
	list := wasm.AppendULEB(nil, uint64(len(functions)))
	for _, f := range functions {
		list = wasm.AppendULEB(list, uint64(f.index))
		list = append(wasm.AppendULEB(list, uint64(len(f.name))), f.name...)
	}
	var out []byte
	eachSubsection(payload, func(id byte, body []byte) {
		switch id {
		case localNames, labelNames:
			return
		case functionNames:
			body = list
		}
		out = append(wasm.AppendULEB(append(out, id), uint64(len(body))), body...)
	})
	return out
}
