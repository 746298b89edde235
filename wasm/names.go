// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

import (
	"cmp"
	"slices"
)

// A Naming is a name that the name section gives to a function or a global.
type Naming struct {
	Index uint32
	Name  string
}

// Subsections of the name section (specification, appendix on custom sections, and the
// extended name section proposal).
const (
	nameSection   = "name"
	functionNames = 1
	localNames    = 2
	labelNames    = 3
	globalNames   = 7
)

// Names returns the names of functions or of globals, in the order of the section. It
// stops at the first error, since a malformed name section does not make a module invalid.
func (m *Module) Names(kind ExternKind) (list []Naming) {
	id, ok := map[ExternKind]byte{KindFunc: functionNames, KindGlobal: globalNames}[kind]
	if !ok {
		return nil
	}
	payload, _ := m.Custom(nameSection)
	eachSubsection(payload, func(found byte, body []byte) {
		if found != id {
			return
		}
		r := NewReader(body)
		for range r.Count("names") {
			if x := (Naming{r.U32(), r.Name("name")}); r.Err() == nil {
				list = append(list, x)
			}
		}
	})
	return list
}

// RenameFunctions puts other names of functions into the name section, if there is one.
// Names of locals and labels are dropped, since their functions may be others now.
func (m *Module) RenameFunctions(functions []Naming) {
	i := slices.IndexFunc(m.Customs, func(c Custom) bool { return c.Name == nameSection })
	if i < 0 {
		return
	}
	functions = slices.SortedFunc(slices.Values(functions), func(a, b Naming) int { return cmp.Compare(a.Index, b.Index) })
	list := AppendULEB(nil, uint64(len(functions)))
	for _, f := range functions {
		list = AppendULEB(list, uint64(f.Index))
		list = append(AppendULEB(list, uint64(len(f.Name))), f.Name...)
	}
	var out []byte
	eachSubsection(m.Customs[i].Payload, func(id byte, body []byte) {
		switch id {
		case localNames, labelNames:
			return
		case functionNames:
			body = list
		}
		out = append(AppendULEB(append(out, id), uint64(len(body))), body...)
	})
	m.Customs[i].Payload = out
}

func eachSubsection(payload []byte, do func(id byte, body []byte)) {
	r := NewReader(payload)
	for r.More() {
		id, size := r.Byte(), r.U32()
		if body := r.Sub(size, "subsection").Rest(); r.Err() == nil {
			do(id, body)
		}
	}
}
