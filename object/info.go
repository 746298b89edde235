// SPDX-License-Identifier: MIT OR Apache-2.0

package object

import (
	"fmt"
	"strings"

	"github.com/genalloc/genalloc/wasm"
)

// Info is an object's metadata for the linker.
type Info struct {
	Symbols     []Symbol     `json:"symbols"`
	Segments    []Segment    `json:"segments"`
	Relocations []Relocation `json:"relocations"`
	Features    []string     `json:"features"` // such as "+bulk-memory"
}

// Inspect reads the linking metadata of a relocatable object, whoever made it.
// It returns nil without an error for a module that has none. The input is not
// trusted: the error names the section and the offset in its payload.
func Inspect(file []byte) (*Info, error) {
	m, err := wasm.Decode(file)
	if err != nil {
		return nil, err
	}
	if _, ok := m.Custom(sectionLinking); !ok {
		return nil, nil
	}
	sections, err := wasm.Sections(file)
	if err != nil {
		return nil, err
	}
	info := &Info{Symbols: []Symbol{}, Segments: []Segment{}, Relocations: []Relocation{}, Features: []string{}}
	for _, c := range m.Customs {
		r := &reader{buf: c.Payload}
		switch {
		case c.Name == sectionLinking:
			info.readLinking(r, m)
		case strings.HasPrefix(c.Name, sectionReloc):
			info.readRelocations(r, sections)
		case c.Name == sectionFeatures:
			for range r.count() {
				info.Features = append(info.Features, string(r.byte())+r.string())
			}
		}
		if r.err != nil {
			return nil, fmt.Errorf("custom section %q: %w", c.Name, r.err)
		}
	}
	return info, nil
}

// Name returns the name of a relocation's symbol, or what stands for the name.
func (info *Info) Name(r Relocation) string {
	switch {
	case r.Type == RelocTypeIndexLEB:
		return fmt.Sprintf("type[%d]", r.Symbol)
	case int64(r.Symbol) < int64(len(info.Symbols)):
		return info.Symbols[r.Symbol].Name
	}
	return fmt.Sprintf("symbol[%d]", r.Symbol)
}

// Defined returns the names of the symbols that the object defines for others.
func (info *Info) Defined() []string {
	var names []string
	for _, s := range info.Symbols {
		if s.Flags&(SymbolUndefined|SymbolLocal) == 0 {
			names = append(names, s.Name)
		}
	}
	return names
}

// DataBytes returns the bytes of linear memory that the object's symbols name.
func (info *Info) DataBytes() uint32 {
	var n uint32
	for _, s := range info.Symbols {
		if s.Kind == SymbolData {
			n += s.Size
		}
	}
	return n
}

func (info *Info) readLinking(r *reader, m *wasm.Module) {
	if v := r.u32(); r.err == nil && v != linkingVersion {
		r.fail("linking metadata of version %d, want %d", v, linkingVersion)
	}
	for r.more() {
		id := r.byte()
		sub := r.sub(r.u32())
		switch id {
		case subsectionSymbols:
			for range sub.count() {
				info.Symbols = append(info.Symbols, readSymbol(sub, m))
			}
		case subsectionSegments:
			for range sub.count() {
				info.Segments = append(info.Segments, Segment{sub.string(), sub.u32(), sub.u32()})
			}
		}
		if r.err == nil {
			r.err = sub.err
		}
	}
}

func readSymbol(r *reader, m *wasm.Module) Symbol {
	s := Symbol{Kind: SymbolKind(r.byte()), Flags: SymbolFlags(r.u32())}
	switch s.Kind {
	case SymbolData:
		s.Name = r.string()
		if s.Flags&SymbolUndefined == 0 {
			s.Index, s.Offset, s.Size = r.u32(), r.u32(), r.u32()
		}
	case SymbolSection:
		s.Index = r.u32()
	case SymbolFunction, SymbolGlobal, SymbolTag, SymbolTable:
		s.Index = r.u32()
		if s.named() {
			s.Name = r.string()
		} else {
			s.Name = importName(m, s)
		}
	default:
		r.fail("symbol of unknown kind %d", s.Kind)
	}
	return s
}

// importName returns the name of the import that an undefined symbol stands for.
func importName(m *wasm.Module, s Symbol) string {
	kind, ok := map[SymbolKind]wasm.ExternKind{
		SymbolFunction: wasm.KindFunc, SymbolGlobal: wasm.KindGlobal, SymbolTable: wasm.KindTable,
	}[s.Kind]
	var index uint32
	for _, im := range m.Imports {
		if ok && im.Kind == kind {
			if index == s.Index {
				return im.Name
			}
			index++
		}
	}
	return ""
}

func (info *Info) readRelocations(r *reader, sections []wasm.Section) {
	index := r.u32()
	if r.err == nil && int64(index) >= int64(len(sections)) {
		r.fail("relocations of section %d, but there are %d", index, len(sections))
	}
	if r.err != nil {
		return
	}
	section := sections[index]
	name := section.Name
	if section.ID != wasm.SectionCustom {
		name = section.ID.String()
	}
	for range r.count() {
		rel := Relocation{Section: name, Type: RelocType(r.byte()), Offset: r.u32(), Symbol: r.u32()}
		if rel.Type.hasAddend() {
			rel.Addend = r.s64()
		}
		if r.err != nil {
			return
		}
		info.Relocations = append(info.Relocations, rel)
	}
}
