// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

import (
	"fmt"
	"slices"
)

// SectionID is the id of a section (specification, 5.5.2).
type SectionID byte

const (
	SectionCustom SectionID = iota
	SectionType
	SectionImport
	SectionFunction
	SectionTable
	SectionMemory
	SectionGlobal
	SectionExport
	SectionStart
	SectionElement
	SectionCode
	SectionData
	SectionDataCount
)

// sectionNone stands for the file outside of any section.
const sectionNone SectionID = 0xff

// sectionOrder lists the sections as they must follow each other. It differs
// from the ids in one place: the data count comes before the code.
var sectionOrder = [...]SectionID{
	SectionType, SectionImport, SectionFunction, SectionTable, SectionMemory,
	SectionGlobal, SectionExport, SectionStart, SectionElement,
	SectionDataCount, SectionCode, SectionData,
}

var sectionNames = [...]string{
	"custom", "type", "import", "function", "table", "memory", "global",
	"export", "start", "element", "code", "data", "datacount",
}

// String returns the section's name.
func (id SectionID) String() string {
	if int(id) < len(sectionNames) {
		return sectionNames[id]
	}
	return fmt.Sprintf("0x%02x", byte(id))
}

// rank is the section's place in sectionOrder, from 1; 0 for any other id.
func (id SectionID) rank() int { return slices.Index(sectionOrder[:], id) + 1 }

// Section tells where a section is in a file.
type Section struct {
	ID      SectionID
	Name    string // of a custom section
	Offset  int    // of the id, in bytes from the start of the file
	Payload int    // offset of the payload, behind id and size
	Size    int    // of the payload in bytes
}

// Sections lists the sections of a core module in the order of the file, which
// is how relocations count them. It does not look into them, except for the
// names of custom sections.
func Sections(file []byte) ([]Section, error) {
	r, err := open(file)
	if err != nil {
		return nil, err
	}
	var list []Section
	for r.More() {
		s := Section{Offset: r.pos}
		body := r.nextSection()
		s.ID, s.Payload, s.Size = body.section, body.pos, body.left()
		if s.ID == SectionCustom {
			s.Name = body.Name("name of the custom section")
		}
		r.Adopt(body)
		list = append(list, s)
	}
	if r.err != nil {
		return nil, r.err
	}
	return list, nil
}

// The preamble (specification, 5.5.16): magic, then the version. Components
// (Component Model, Binary.md) reuse the upper half of the version as a layer.
const (
	magic            = "\x00asm"
	version          = "\x01\x00\x00\x00"
	preamble         = len(magic) + len(version)
	layerOfComponent = 1
)

// open checks the preamble and returns a reader of the rest.
func open(file []byte) (*Reader, error) {
	r := NewReader(file)
	switch {
	case len(file) < len(magic) || string(file[:len(magic)]) != magic:
		r.fail(0, `not a WebAssembly binary: it does not start with "\0asm"`)
	case len(file) < preamble:
		r.fail(len(magic), "unexpected end of the version")
	case string(file[len(magic):preamble]) == version:
	case file[6] == layerOfComponent && file[7] == 0:
		r.fail(len(magic), "this is a component, not a core module: give the core module it was made from")
	default:
		r.fail(len(magic), "unknown version % x, want % x", file[len(magic):preamble], version)
	}
	r.pos = preamble
	return r, r.err
}

// nextSection reads a section's header and returns a reader of its payload.
func (r *Reader) nextSection() *Reader {
	at := r.pos
	id := SectionID(r.Byte())
	switch {
	case id == 13:
		r.fail(at, "tag section: exception handling is not supported")
	case id != SectionCustom && id.rank() == 0:
		r.fail(at, "unknown section id %d", byte(id))
	}
	r.section = id
	body := r.Sub(r.U32(), "section")
	r.section = sectionNone
	return body
}
