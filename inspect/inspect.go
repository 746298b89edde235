// SPDX-License-Identifier: MIT OR Apache-2.0

// Package inspect describes a module: the contract that it carries, its
// sections, imports and exports, and the bytes of each function.
package inspect

import (
	"fmt"
	"unicode/utf8"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/wasm"
)

// Info describes a module. It is what `genalloc inspect --json` prints.
type Info struct {
	Bytes     int        `json:"bytes"`
	Contract  *string    `json:"contract"` // the text of the genalloc section; null where there is none
	Sections  []Section  `json:"sections"`
	Imports   []Import   `json:"imports"`
	Exports   []Export   `json:"exports"`
	Functions []Function `json:"functions"`

	Object *object.Info `json:"object,omitempty"` // the metadata of a relocatable object for the linker

	module *wasm.Module
}

// A Section is a section of the file, in its order.
type Section struct {
	Name   string `json:"name"`   // the specification's name, or a custom section's own in quotes
	Offset int    `json:"offset"` // bytes from the start of the file
	Bytes  int    `json:"bytes"`  // id and size included
}

// An Import is something the module asks for.
type Import struct {
	Module string `json:"module"`
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Type   string `json:"type"`
}

// An Export is something the module offers.
type Export struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	Type string `json:"type"`
}

// A Function is a function that the module defines.
type Function struct {
	Index        int      `json:"index"`   // in the function index space
	Exports      []string `json:"exports"` // the names it is exported under
	Type         string   `json:"type"`
	Offset       int      `json:"offset"` // of the body, bytes from the start of the file
	Bytes        int      `json:"bytes"`  // of the body, its size field left out
	Instructions int      `json:"instructions"`
}

// Module describes the module in b. If b is malformed, the error names the section and
// the offset in bytes.
func Module(b []byte) (*Info, error) {
	m, err := wasm.Decode(b)
	if err != nil {
		return nil, err
	}
	secs, _ := wasm.Sections(b) // it was just decoded
	linking, err := object.Inspect(b)
	if err != nil {
		return nil, err
	}
	info := &Info{Bytes: len(b), module: m, Object: linking, Sections: []Section{}, Imports: []Import{}, Exports: []Export{}, Functions: []Function{}}
	if text, ok := m.Custom(contract.SectionName); ok && utf8.Valid(text) {
		s := string(text)
		info.Contract = &s
	}
	for _, s := range secs {
		name := s.ID.String()
		if s.ID == wasm.SectionCustom {
			name = fmt.Sprintf("%q", s.Name)
		}
		info.Sections = append(info.Sections, Section{name, s.Offset, s.Payload - s.Offset + s.Size})
	}
	info.interfaces(m)
	info.functions(m)
	return info, nil
}

func (info *Info) interfaces(m *wasm.Module) {
	next := map[wasm.ExternKind]uint32{} // imports come first in their index spaces
	for _, i := range m.Imports {
		info.Imports = append(info.Imports, Import{i.Module, i.Name, i.Kind.String(), itemType(m, i.Kind, next[i.Kind])})
		next[i.Kind]++
	}
	for _, e := range m.Exports {
		info.Exports = append(info.Exports, Export{e.Name, e.Kind.String(), itemType(m, e.Kind, e.Index)})
	}
}

func (info *Info) functions(m *wasm.Module) {
	imported := m.NumImported(wasm.KindFunc)
	for i, f := range m.Funcs {
		index := imported + i
		names := []string{}
		for _, e := range m.Exports {
			if e.Kind == wasm.KindFunc && int(e.Index) == index {
				names = append(names, e.Name)
			}
		}
		ft, _ := m.Type(f.Type)
		info.Functions = append(info.Functions, Function{index, names, signature(ft), f.Offset, f.Size, len(f.Body)})
	}
}
