// SPDX-License-Identifier: MIT OR Apache-2.0

package object

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// heapAlign is what wasm-ld aligns __heap_base to, in bytes.
const heapAlign = 16

// Place links an object of [FromModule] alone, as wasm-ld does it behind a program's own
// data: the object's data lies from the address on, and the heap begins behind it. The
// memory has so many pages, or more if the heap begins beyond them. The module exports
// the object's functions and its memory, as [contract.LinkerMemory], and runs the
// instructions that a linked program runs. There is no errno in it.
func Place(object []byte, address, pages uint32) ([]byte, error) {
	info, m, err := readObject(object)
	if err != nil {
		return nil, err
	}
	end := place(info, m, address)
	base := (end + heapAlign - 1) &^ (heapAlign - 1)
	if base >= 1<<32 {
		return nil, fmt.Errorf("object: no room for its data from %d on", address)
	}
	needed := (base + wasm.PageSize - 1) / wasm.PageSize
	p := placing{info, m, map[string]uint64{
		"__heap_base": base, "__heap_end": max(needed, uint64(pages)) * wasm.PageSize,
	}}
	if err := p.relocate(object); err != nil {
		return nil, err
	}
	m.Memories = []wasm.Limits{{Min: max(needed, uint64(pages)), Is64: m.Imports[0].Memory.Is64}}
	m.Imports = m.Imports[1:] // the memory, which is the first
	m.Exports = append(m.Exports, wasm.Export{Name: contract.LinkerMemory, Kind: wasm.KindMemory})
	p.export()
	return m.Encode()
}

// readObject reads an object of [FromModule].
func readObject(object []byte) (*Info, *wasm.Module, error) {
	info, err := Inspect(object)
	if err != nil {
		return nil, nil, err
	}
	m, err := wasm.Decode(object)
	if err != nil {
		return nil, nil, err
	}
	if info == nil || len(m.Data) != len(info.Segments) || len(m.Imports) == 0 || m.Imports[0].Name != linearMemory.Name {
		return nil, nil, fmt.Errorf("object: not one that genalloc writes")
	}
	sections, _ := wasm.Sections(object) // it was just decoded
	for _, r := range info.Relocations {
		in := slices.IndexFunc(sections, func(s wasm.Section) bool { return s.ID.String() == r.Section })
		known := in >= 0 && int64(r.Offset)+r.Type.bytes() <= int64(sections[in].Size)
		if r.Type.hasAddend() && known {
			known = int64(r.Symbol) < int64(len(info.Symbols))
			known = known && (info.Symbols[r.Symbol].Flags&SymbolUndefined != 0 || int64(info.Symbols[r.Symbol].Index) < int64(len(m.Data)))
		}
		if !known {
			return nil, nil, fmt.Errorf("object: a relocation of %s is beyond what it refers to", r.Section)
		}
	}
	return info, m, nil
}

// place puts the object's data from the address on, and returns where it ends.
func place(info *Info, m *wasm.Module, address uint32) (end uint64) {
	end = uint64(address)
	for i := range m.Data {
		align := uint64(1) << info.Segments[i].Align
		end = (end + align - 1) &^ (align - 1)
		m.Data[i].Offset[0] = widthOf(m).address(end)
		end += uint64(len(m.Data[i].Init))
	}
	return end
}

// export exports the functions that the object defines.
func (p placing) export() {
	for _, s := range p.info.Symbols {
		if s.Kind == SymbolFunction && s.Flags&(SymbolUndefined|SymbolLocal) == 0 {
			p.m.Exports = append(p.m.Exports, wasm.Export{Name: s.Name, Index: s.Index})
		}
	}
	p.m.Customs = nil
}

// placing is an object whose data has its place. Its functions and globals keep their
// indices, since nothing is linked with it: addresses are all there is to fill in.
type placing struct {
	info   *Info
	m      *wasm.Module
	linked map[string]uint64 // what the linker defines
}

// address returns what a relocation stands for; 0 for a weak symbol that nobody defines.
func (p placing) address(r Relocation) uint64 {
	s := p.info.Symbols[r.Symbol]
	address := p.linked[s.Name]
	if s.Flags&SymbolUndefined == 0 {
		address = uint64(p.m.Data[s.Index].Offset[0].Value) + uint64(s.Offset)
	}
	return address + uint64(r.Addend)
}

// relocate fills the addresses in.
func (p placing) relocate(object []byte) error {
	sections, err := wasm.Sections(object)
	if err != nil {
		return err
	}
	patched := slices.Clone(object)
	for _, r := range p.info.Relocations {
		in := slices.IndexFunc(sections, func(s wasm.Section) bool { return s.ID.String() == r.Section })
		at := patched[sections[in].Payload+int(r.Offset):]
		switch r.Type {
		case RelocMemoryAddrLEB:
			copy(at, wasm.AppendLEBPadded(nil, uint64(uint32(p.address(r))), wasm.PaddedLen32))
		case RelocMemoryAddrSLEB:
			copy(at, wasm.AppendLEBPadded(nil, int64(int32(p.address(r))), wasm.PaddedLen32))
		case RelocMemoryAddrI32:
			binary.LittleEndian.PutUint32(at, uint32(p.address(r)))
		case RelocMemoryAddrLEB64:
			copy(at, wasm.AppendLEBPadded(nil, p.address(r), wasm.PaddedLen64))
		case RelocMemoryAddrSLEB64:
			copy(at, wasm.AppendLEBPadded(nil, int64(p.address(r)), wasm.PaddedLen64))
		case RelocMemoryAddrI64:
			binary.LittleEndian.PutUint64(at, p.address(r))
		}
	}
	m, err := wasm.Decode(patched)
	if err != nil {
		return err
	}
	p.m.Funcs = m.Funcs
	for i := range m.Data {
		p.m.Data[i].Init = m.Data[i].Init
	}
	return nil
}
