// SPDX-License-Identifier: MIT OR Apache-2.0

package object

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// linkerAddresses are the data symbols of wasm-ld and libc that an allocator needs, with
// their flags besides SymbolUndefined. LLD has __heap_end since 15.0.7, and a program may
// have no errno: they are weak, so that the linker sets them to 0 then.
var linkerAddresses = map[string]SymbolFlags{
	"__heap_base": 0,
	"__heap_end":  SymbolWeak,
	"errno":       SymbolWeak,
}

// segmentName names the segment of the state. The linker merges segments whose
// names start with .data.
const segmentName = ".data.genalloc"

// zerosName names the segment of the data that is 0 at the start. What starts with .bss takes no
// room in a linked program.
const zerosName = ".bss.genalloc"

// localPrefix marks local symbols in listings of a program.
const localPrefix = "genalloc."

// define makes the symbols, except those of calls: see function.
func (b *builder) define() error {
	if err := b.defineImports(); err != nil {
		return err
	}
	visible := SymbolHidden
	if b.opts.Weak {
		visible |= SymbolWeak
	}
	for _, e := range b.m.Exports {
		if e.Kind != wasm.KindFunc {
			continue
		}
		b.add(Symbol{Kind: SymbolFunction, Flags: visible, Name: e.Name, Index: e.Index})
		if alias := b.aliases[e.Name]; alias != "" {
			b.add(Symbol{Kind: SymbolFunction, Flags: visible, Name: alias, Index: e.Index})
		}
	}
	first := uint32(b.m.NumImported(wasm.KindGlobal))
	for i, g := range b.m.Globals {
		index := first + uint32(i)
		s := Symbol{Kind: SymbolGlobal, Flags: SymbolLocal, Name: b.names.global(index), Index: uint32(i)}
		if b.opts.State == StateData {
			s.Kind = SymbolData
		}
		if err := b.initial(&s, g); err != nil {
			return fmt.Errorf("global[%d]: %w", index, err)
		}
		b.state[index] = b.add(s)
	}
	return b.share()
}

// share lets inlined code see the state that it works on.
func (b *builder) share() error {
	if !b.opts.Inline {
		return nil
	}
	found := false
	for i, s := range b.symbols {
		if slices.Contains(b.shared, s.Name) {
			b.symbols[i].Flags, found = SymbolHidden, true
		}
	}
	if !found {
		return fmt.Errorf("there is none of %s: keep the module's name section", strings.Join(b.shared, ", "))
	}
	return nil
}

func (b *builder) defineImports() error {
	var function, global uint32
	for _, im := range b.m.Imports {
		switch im.Kind {
		case wasm.KindFunc:
			// With an explicit name the linker makes the symbol an import of the
			// program; without, it reports an undefined symbol. NoStrip keeps
			// imports that are never called, which some hosts require.
			const host = SymbolUndefined | SymbolExplicitName | SymbolNoStrip
			name := im.Name
			if im.Module == contract.FaultModule && name == contract.FaultName {
				name = contract.FaultSymbol
			}
			b.functions[function] = b.add(Symbol{Kind: SymbolFunction, Flags: host, Name: name, Index: function})
			function++
		case wasm.KindGlobal:
			if im.Name == b.zeros.name {
				b.addresses[global] = b.add(Symbol{Kind: SymbolData, Flags: SymbolLocal, Name: im.Name, Size: b.zeros.size})
				b.biased = b.addresses[global]
				global++
				continue
			}
			flags, ok := linkerAddresses[im.Name]
			if !ok || im.Global.Mutable || im.Global.Type != b.width.addrType() {
				return fmt.Errorf("import %q %q: it is no address that the linker defines: import __heap_base", im.Module, im.Name)
			}
			b.addresses[global] = b.add(Symbol{Kind: SymbolData, Flags: flags | SymbolUndefined, Name: im.Name})
			global++
		}
	}
	return nil
}

// initial settles what the global starts as: a constant, or an address that
// only the linker knows. In memory it also gets its place.
func (b *builder) initial(s *Symbol, g wasm.Global) error {
	if g.Type.Type != wasm.I32 && g.Type.Type != wasm.I64 {
		return fmt.Errorf("type %s: i32 and i64 only", g.Type.Type)
	}
	if len(g.Init) != 2 {
		return fmt.Errorf("it is initialised by more than one instruction")
	}
	in, linked := g.Init[0], false
	switch in.Op {
	case wasm.OpI32Const, wasm.OpI64Const:
	case wasm.OpGlobalGet:
		if s.Kind == SymbolGlobal {
			return fmt.Errorf("the linker initialises memory but no globals: keep the state in memory")
		}
		linked = true
	default:
		return fmt.Errorf("it is initialised by %s: constants and imported addresses only", in)
	}
	if s.Kind == SymbolGlobal {
		return nil
	}
	s.Index, s.Size = 0, 4
	if b.zeros.size > 0 {
		s.Index = 1 // behind their segment
	}
	align := uint32(2)
	if g.Type.Type == wasm.I64 {
		s.Size, align = 8, 3
	}
	b.align = max(b.align, align)
	for len(b.segment)%int(s.Size) != 0 {
		b.segment = append(b.segment, 0)
	}
	s.Offset = uint32(len(b.segment))
	if linked {
		b.data = append(b.data, Relocation{Type: b.width.word, Offset: s.Offset, Symbol: b.addresses[in.Index]})
	}
	word := binary.LittleEndian.AppendUint64(nil, uint64(in.Value))
	b.segment = append(b.segment, word[:s.Size]...)
	return nil
}

// function returns the symbol by which the module calls its own function: a
// local one, since a visible one may be somebody else's in the linked program,
// where it is weak, and then knows nothing of this module's state.
func (b *builder) function(index uint32) uint32 {
	symbol, ok := b.functions[index]
	if !ok {
		symbol = b.add(Symbol{Kind: SymbolFunction, Flags: SymbolLocal, Name: b.names.function(index), Index: index})
		b.functions[index] = symbol
	}
	return symbol
}

// names are the names of the module's functions and globals, by index.
type names map[wasm.ExternKind]map[uint32]string

func readNames(m *wasm.Module) names {
	n := names{}
	for _, kind := range []wasm.ExternKind{wasm.KindFunc, wasm.KindGlobal} {
		n[kind] = map[uint32]string{}
		for _, x := range m.Names(kind) {
			n[kind][x.Index] = x.Name
		}
	}
	return n
}

func (n names) function(i uint32) string { return local(n[wasm.KindFunc][i], "func", i) }
func (n names) global(i uint32) string   { return local(n[wasm.KindGlobal][i], "global", i) }

// local makes the name of a local symbol. The module has one only if it has a name
// section.
func local(name, kind string, index uint32) string {
	if name == "" {
		name = fmt.Sprint(kind, index)
	}
	return localPrefix + name
}
