// SPDX-License-Identifier: MIT OR Apache-2.0

package object

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/wasm"
)

// The custom sections of objects (Linking.md).
const (
	sectionLinking  = "linking"
	sectionReloc    = "reloc."
	sectionFeatures = "target_features"
)

// linkingVersion is the version of the linking metadata.
const linkingVersion = 2

// The subsections of the linking section that are read and written here.
const (
	subsectionSegments = 5 // WASM_SEGMENT_INFO
	subsectionSymbols  = 8 // WASM_SYMBOL_TABLE
)

// SymbolKind is the kind of entity that a symbol names (Linking.md, syminfo).
type SymbolKind uint8

const (
	SymbolFunction SymbolKind = iota
	SymbolData
	SymbolGlobal
	SymbolSection
	SymbolTag
	SymbolTable
)

var symbolKinds = [...]string{"function", "data", "global", "section", "tag", "table"}

func (k SymbolKind) String() string { return word(symbolKinds[:], uint32(k)) }

// MarshalText gives the kind its name in JSON.
func (k SymbolKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// SymbolFlags say who sees a symbol and who defines it (Linking.md, syminfo).
type SymbolFlags uint32

const (
	SymbolWeak         SymbolFlags = 0x01
	SymbolLocal        SymbolFlags = 0x02
	SymbolHidden       SymbolFlags = 0x04
	SymbolUndefined    SymbolFlags = 0x10
	SymbolExported     SymbolFlags = 0x20
	SymbolExplicitName SymbolFlags = 0x40
	SymbolNoStrip      SymbolFlags = 0x80
	SymbolTLS          SymbolFlags = 0x100
	SymbolAbsolute     SymbolFlags = 0x200
)

// symbolFlags are the flags' names by bit, of which one has none.
var symbolFlags = [...]string{
	"weak", "local", "hidden", "", "undefined", "exported", "explicit-name", "no-strip", "tls", "absolute",
}

// String lists the flags; "global" stands for none of them.
func (f SymbolFlags) String() string {
	var names []string
	for bit, name := range symbolFlags {
		if flag := SymbolFlags(1) << bit; f&flag != 0 && name != "" {
			names = append(names, name)
			f &^= flag
		}
	}
	if f != 0 {
		names = append(names, fmt.Sprintf("%#x", uint32(f)))
	}
	if len(names) == 0 {
		return "global"
	}
	return strings.Join(names, " ")
}

// MarshalText gives the flags their names in JSON.
func (f SymbolFlags) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// A Symbol is a name that the linker knows.
type Symbol struct {
	Kind   SymbolKind  `json:"kind"`
	Flags  SymbolFlags `json:"flags"`
	Name   string      `json:"name"`
	Index  uint32      `json:"index"`  // in the index space of Kind; of data that is defined, the segment
	Offset uint32      `json:"offset"` // of defined data: bytes from the start of the segment
	Size   uint32      `json:"size"`   // of defined data, bytes
}

// A Segment is the linker's description of a data segment.
type Segment struct {
	Name  string `json:"name"`
	Align uint32 `json:"align"` // log2 of the alignment in bytes
	Flags uint32 `json:"flags"`
}

// RelocType is the encoding of the value that the linker writes (Linking.md,
// relocation types).
type RelocType uint8

const (
	RelocFunctionIndexLEB RelocType = 0
	RelocMemoryAddrLEB    RelocType = 3
	RelocMemoryAddrSLEB   RelocType = 4
	RelocMemoryAddrI32    RelocType = 5
	RelocTypeIndexLEB     RelocType = 6
	RelocGlobalIndexLEB   RelocType = 7
	RelocMemoryAddrLEB64  RelocType = 14
	RelocMemoryAddrSLEB64 RelocType = 15
	RelocMemoryAddrI64    RelocType = 16
)

var relocTypes = [...]string{
	"FUNCTION_INDEX_LEB", "TABLE_INDEX_SLEB", "TABLE_INDEX_I32", "MEMORY_ADDR_LEB", "MEMORY_ADDR_SLEB",
	"MEMORY_ADDR_I32", "TYPE_INDEX_LEB", "GLOBAL_INDEX_LEB", "FUNCTION_OFFSET_I32", "SECTION_OFFSET_I32",
	"TAG_INDEX_LEB", "MEMORY_ADDR_REL_SLEB", "TABLE_INDEX_REL_SLEB", "GLOBAL_INDEX_I32", "MEMORY_ADDR_LEB64",
	"MEMORY_ADDR_SLEB64", "MEMORY_ADDR_I64", "MEMORY_ADDR_REL_SLEB64", "TABLE_INDEX_SLEB64", "TABLE_INDEX_I64",
	"TABLE_NUMBER_LEB", "MEMORY_ADDR_TLS_SLEB", "FUNCTION_OFFSET_I64", "MEMORY_ADDR_LOCREL_I32",
	"TABLE_INDEX_REL_SLEB64", "MEMORY_ADDR_TLS_SLEB64", "FUNCTION_INDEX_I32",
}

// String returns the type's name without its prefix R_WASM_.
func (t RelocType) String() string { return word(relocTypes[:], uint32(t)) }

// MarshalText gives the type its name in JSON.
func (t RelocType) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// hasAddend reports whether a relocation of the type carries an addend: those
// whose value is an address or an offset.
func (t RelocType) hasAddend() bool {
	name := t.String()
	return strings.HasPrefix(name, "MEMORY_ADDR") || strings.Contains(name, "_OFFSET_")
}

// A Relocation is a place that the linker fills in.
type Relocation struct {
	Section string    `json:"section"` // the section's name; set by Inspect
	Type    RelocType `json:"type"`
	Offset  uint32    `json:"offset"` // bytes from the start of the section's payload
	Symbol  uint32    `json:"symbol"` // index into the symbols; of TYPE_INDEX_LEB, a type
	Addend  int64     `json:"addend"`
}

// word returns the name of n, or n itself where it has none.
func word(names []string, n uint32) string {
	if int64(n) < int64(len(names)) {
		return names[n]
	}
	return fmt.Sprint(n)
}

// features lists the proposals beyond version 1 that the code uses, by the names of
// the target features section. "-shared-mem" makes the linker refuse the object in
// a program with threads: the allocator takes no locks. One for threads says that it has
// what such a program needs.
func features(m *wasm.Module, threads bool) []string {
	used := map[string]bool{"-shared-mem": true}
	if threads {
		used = map[string]bool{"+atomics": true, "+bulk-memory": true}
	}
	if widthOf(m).is64 {
		used["+memory64"] = true
	}
	for _, f := range m.Funcs {
		for _, in := range f.Body {
			switch in.Op {
			case wasm.OpI32Extend8S, wasm.OpI32Extend16S, wasm.OpI64Extend8S, wasm.OpI64Extend16S, wasm.OpI64Extend32S:
				used["+sign-ext"] = true
			case wasm.OpMemoryCopy, wasm.OpMemoryFill:
				used["+bulk-memory"] = true
			case wasm.OpReturnCall:
				used["+tail-call"] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(used), func(a, b string) int { return strings.Compare(a[1:], b[1:]) })
}
