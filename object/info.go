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
	sections, _ := wasm.Sections(file) // it was just decoded
	info := &Info{Symbols: []Symbol{}, Segments: []Segment{}, Relocations: []Relocation{}, Features: []string{}}
	for _, c := range m.Customs {
		r := wasm.NewReader(c.Payload)
		switch {
		case c.Name == sectionLinking:
			info.readLinking(r, m)
		case strings.HasPrefix(c.Name, sectionReloc):
			info.readRelocations(r, sections)
		case c.Name == sectionFeatures:
			for range r.Count("features") {
				info.Features = append(info.Features, string(r.Byte())+r.Name("feature"))
			}
		}
		if err := r.Err(); err != nil {
			return nil, fmt.Errorf("custom section %q: payload %w", c.Name, err)
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

// SharedState returns the names of the symbols of an allocator's state that inlined code
// can name.
func (info *Info) SharedState() []string {
	var names []string
	for _, s := range info.Symbols {
		if s.Kind == SymbolData && s.Flags&(SymbolUndefined|SymbolLocal) == 0 && strings.HasPrefix(s.Name, localPrefix) {
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

func (info *Info) readLinking(r *wasm.Reader, m *wasm.Module) {
	if v := r.U32(); r.Err() == nil && v != linkingVersion {
		r.Fail("linking metadata of version %d, want %d", v, linkingVersion)
	}
	for r.More() {
		id := r.Byte()
		sub := r.Sub(r.U32(), "subsection")
		switch id {
		case subsectionSymbols:
			for range sub.Count("symbols") {
				info.Symbols = append(info.Symbols, readSymbol(sub, m))
			}
		case subsectionSegments:
			for range sub.Count("segments") {
				info.Segments = append(info.Segments, Segment{sub.Name("segment name"), sub.U32(), sub.U32()})
			}
		}
		r.Adopt(sub)
	}
}

func readSymbol(r *wasm.Reader, m *wasm.Module) Symbol {
	s := Symbol{Kind: SymbolKind(r.Byte()), Flags: SymbolFlags(r.U32())}
	switch s.Kind {
	case SymbolData:
		s.Name = r.Name("symbol name")
		if s.Flags&SymbolUndefined == 0 {
			s.Index, s.Offset, s.Size = r.U32(), r.U32(), r.U32()
		}
	case SymbolSection:
		s.Index = r.U32()
	case SymbolFunction, SymbolGlobal, SymbolTag, SymbolTable:
		s.Index = r.U32()
		if s.named() {
			s.Name = r.Name("symbol name")
		} else {
			s.Name = importName(m, s)
		}
	default:
		r.Fail("symbol of unknown kind %d", s.Kind)
	}
	return s
}

// importName returns the name of the import that an undefined symbol stands for.
func importName(m *wasm.Module, s Symbol) string {
	kind, ok := map[SymbolKind]wasm.ExternKind{
		SymbolFunction: wasm.KindFunc, SymbolGlobal: wasm.KindGlobal, SymbolTable: wasm.KindTable,
	}[s.Kind]
	if imports := m.Imported(kind); ok && int64(s.Index) < int64(len(imports)) {
		return imports[s.Index].Name
	}
	return ""
}

func (info *Info) readRelocations(r *wasm.Reader, sections []wasm.Section) {
	index := r.U32()
	if r.Err() == nil && int64(index) >= int64(len(sections)) {
		r.Fail("relocations of section %d, but there are %d", index, len(sections))
	}
	if r.Err() != nil {
		return
	}
	section := sections[index]
	name := section.Name
	if section.ID != wasm.SectionCustom {
		name = section.ID.String()
	}
	for range r.Count("relocations") {
		rel := Relocation{Section: name, Type: RelocType(r.Byte()), Offset: r.U32(), Symbol: r.U32()}
		if rel.Type.hasAddend() {
			rel.Addend = r.S64()
		}
		if r.Err() != nil {
			return
		}
		info.Relocations = append(info.Relocations, rel)
	}
}
