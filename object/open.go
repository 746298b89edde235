// SPDX-License-Identifier: MIT OR Apache-2.0

package object

import (
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// OpenData is where the data of an object lies that is linked to be proved: anywhere above 0
// will do, since the code knows it by its address only.
const OpenData = 1024

// Open links an object of [FromModule] alone, as [Place] does, but leaves open what a
// linker decides: what the object knows as the address of a symbol that is not its own,
// such as __heap_base, is an imported global. What holds of the module whatever the
// globals are holds wherever a linker puts the heap. The object's own data lies from the
// address on.
func Open(object []byte, address uint32) ([]byte, error) {
	info, m, err := readObject(object)
	if err != nil {
		return nil, err
	}
	place(info, m, address)
	p := placing{info, m, nil}
	if err := p.relocate(object); err != nil {
		return nil, err
	}
	if err := p.open(object); err != nil {
		return nil, err
	}
	p.export()
	return m.Encode()
}

// open imports each address that the object does not define, and puts it where the
// object's code has it. The module's own globals come behind.
func (p placing) open(object []byte) error {
	sections, err := wasm.Sections(object)
	if err != nil {
		return err
	}
	var names []string
	at := map[int]uint32{} // imported global by the offset of the instruction in the object
	for _, r := range p.info.Relocations {
		if !r.Type.hasAddend() || p.info.Symbols[r.Symbol].Flags&SymbolUndefined == 0 {
			continue
		}
		s := p.info.Symbols[r.Symbol]
		if r.Type != widthOf(p.m).sleb || r.Addend != 0 {
			return fmt.Errorf("object: the address of %s is elsewhere than in a constant of the code", s.Name)
		}
		if !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
		in := sections[slices.IndexFunc(sections, func(x wasm.Section) bool { return x.ID.String() == r.Section })]
		at[in.Payload+int(r.Offset)-1] = uint32(slices.Index(names, s.Name))
	}
	for i := range p.m.Funcs {
		for j := range p.m.Funcs[i].Body {
			in := &p.m.Funcs[i].Body[j]
			global, ok := at[in.Offset]
			switch {
			case ok:
				*in = wasm.Instr{Op: wasm.OpGlobalGet, Index: global}
				delete(at, in.Offset)
			case in.Op == wasm.OpGlobalGet || in.Op == wasm.OpGlobalSet:
				in.Index += uint32(len(names))
			}
		}
	}
	for _, name := range names {
		p.m.Imports = append(p.m.Imports, wasm.Import{
			Module: contract.LinkerModule, Name: name, Kind: wasm.KindGlobal, Global: wasm.GlobalType{Type: widthOf(p.m).addrType()},
		})
	}
	return nil
}
