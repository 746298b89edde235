// SPDX-License-Identifier: MIT OR Apache-2.0

package object

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/wasm"
)

// appendSized appends the length and the content.
func appendSized[T string | []byte](b []byte, content T) []byte {
	return append(wasm.AppendULEB(b, uint64(len(content))), content...)
}

// appendCustom appends a custom section to a file.
func appendCustom(file []byte, name string, payload []byte) []byte {
	return appendSized(append(file, byte(wasm.SectionCustom)), append(appendSized(nil, name), payload...))
}

// appendLinking appends the payload of the linking section.
func appendLinking(b []byte, symbols []Symbol, segments []Segment) []byte {
	b = wasm.AppendULEB(b, linkingVersion)
	table := wasm.AppendULEB(nil, uint64(len(symbols)))
	for _, s := range symbols {
		table = appendSymbol(table, s)
	}
	b = appendSized(append(b, subsectionSymbols), table)
	if len(segments) == 0 {
		return b
	}
	info := wasm.AppendULEB(nil, uint64(len(segments)))
	for _, s := range segments {
		info = appendSized(info, s.Name)
		info = wasm.AppendULEB(info, uint64(s.Align))
		info = wasm.AppendULEB(info, uint64(s.Flags))
	}
	return appendSized(append(b, subsectionSegments), info)
}

func appendSymbol(b []byte, s Symbol) []byte {
	b = append(b, byte(s.Kind))
	b = wasm.AppendULEB(b, uint64(s.Flags))
	if s.Kind == SymbolData {
		b = appendSized(b, s.Name)
		if s.Flags&SymbolUndefined == 0 {
			for _, v := range [...]uint32{s.Index, s.Offset, s.Size} {
				b = wasm.AppendULEB(b, uint64(v))
			}
		}
		return b
	}
	b = wasm.AppendULEB(b, uint64(s.Index))
	if s.named() {
		b = appendSized(b, s.Name)
	}
	return b
}

// named reports whether the symbol table holds the name of a symbol that is not
// of data; otherwise it is that of an import.
func (s Symbol) named() bool { return s.Flags&SymbolUndefined == 0 || s.Flags&SymbolExplicitName != 0 }

// sectionIndex returns the place of a section in the file, which is how
// relocations name it, or -1.
func sectionIndex(sections []wasm.Section, id wasm.SectionID) int {
	return slices.IndexFunc(sections, func(s wasm.Section) bool { return s.ID == id })
}

// appendRelocations appends the section with the relocations of section id, if
// there are any.
func appendRelocations(file []byte, sections []wasm.Section, id wasm.SectionID, list []Relocation) []byte {
	if len(list) == 0 {
		return file
	}
	b := wasm.AppendULEB(nil, uint64(sectionIndex(sections, id)))
	b = wasm.AppendULEB(b, uint64(len(list)))
	for _, r := range list {
		b = append(b, byte(r.Type))
		b = wasm.AppendULEB(b, uint64(r.Offset))
		b = wasm.AppendULEB(b, uint64(r.Symbol))
		if r.Type.hasAddend() {
			b = wasm.AppendSLEB(b, r.Addend)
		}
	}
	return appendCustom(file, sectionReloc+relocSuffix[id], b)
}

// relocSuffix is what LLVM appends to the name; readers go by the section index.
var relocSuffix = map[wasm.SectionID]string{wasm.SectionCode: "CODE", wasm.SectionData: "DATA"}

func appendFeatures(b []byte, features []string) []byte {
	b = wasm.AppendULEB(b, uint64(len(features)))
	for _, f := range features {
		b = appendSized(append(b, f[0]), f[1:])
	}
	return b
}

// Archives have System V's format, which GNU ar and llvm-ar write and wasm-ld reads:
// a magic line, then the members, each after a text header and padded to an even
// length. The first member is the index.
const (
	archiveMagic  = "!<arch>\n"
	archiveHeader = 60 // bytes
	archiveName   = 15 // the longest name that fits a header with its closing slash
)

// Archive returns an archive of one object under the given file name, with the
// index by which linkers find the object's symbols. Times, owners and modes
// are those of a deterministic archive (ar's modifier D).
func Archive(name string, object []byte) ([]byte, error) {
	if name == "" || len(name) > archiveName || strings.ContainsAny(name, "/\n") {
		return nil, fmt.Errorf("archive: %q is not a name of 1 to %d bytes without a slash", name, archiveName)
	}
	info, err := Inspect(object)
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	if info == nil {
		return nil, fmt.Errorf("archive: %s is a module, not a relocatable object", name)
	}
	symbols := info.Defined()
	// The index: the number of symbols, for each symbol the offset of its member's
	// header, then the names. All numbers are big-endian.
	size := 4 + 4*len(symbols)
	for _, s := range symbols {
		size += len(s) + 1
	}
	size += size % 2
	member := len(archiveMagic) + archiveHeader + size
	index := binary.BigEndian.AppendUint32(nil, uint32(len(symbols)))
	for range symbols {
		index = binary.BigEndian.AppendUint32(index, uint32(member))
	}
	for _, s := range symbols {
		index = append(append(index, s...), 0)
	}
	for len(index) < size {
		index = append(index, 0)
	}
	b := appendMember([]byte(archiveMagic), "/", "0", index)
	return appendMember(b, name+"/", "644", object), nil
}

// appendMember appends a header and the content, padded.
func appendMember(b []byte, name, mode string, content []byte) []byte {
	b = fmt.Appendf(b, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", name, 0, 0, 0, mode, len(content))
	b = append(b, content...)
	if len(content)%2 != 0 {
		b = append(b, '\n')
	}
	return b
}
