// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/genalloc/genalloc/wasm"
)

// Cell is a global, or a word of the memory, that holds an address or a number of pages,
// modulo 2^32 (2^64 under memory64).
type Cell struct {
	Global  uint32 // index, imports included; of a word, its address
	Memory  bool   // it is a word
	Negated bool   // it holds the address's negation: 0 means the full 2^32
}

// String returns the cell as UnmarshalText takes it, such as "0", "-0" or "@1024".
func (c Cell) String() string {
	text := fmt.Sprint(c.Global)
	if c.Memory {
		text = "@" + text
	}
	if c.Negated {
		text = "-" + text
	}
	return text
}

// UnmarshalText accepts the index of a global, or an at sign and the address of a word;
// with a minus sign where it holds the negated address.
func (c *Cell) UnmarshalText(b []byte) error {
	text, negated := strings.CutPrefix(string(b), "-")
	text, memory := strings.CutPrefix(text, "@")
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return fmt.Errorf("%q is not the index of a global, or @ and an address, or that with a minus sign", b)
	}
	*c = Cell{Global: uint32(n), Memory: memory, Negated: negated}
	return nil
}

// negated is the cell as one that holds an address's negation.
func (c Cell) negated() *Cell {
	c.Negated = true
	return &c
}

// first returns what the cell has after instantiation, if the module says it.
func (c Cell) first(m *wasm.Module) (uint64, bool) {
	if c.Memory {
		return stored(m, c.Global)
	}
	return constant(m, c.Global)
}

// resolve gives the words of the memory among the hints' cells an index behind the
// globals, as sym.State has them.
func (s *system) resolve(h Hints) Hints {
	place := func(c Cell) Cell {
		if !c.Memory {
			return c
		}
		i := slices.Index(s.executor.Words, c.Global)
		if i < 0 {
			i = len(s.executor.Words)
			s.executor.Words = append(s.executor.Words, c.Global)
		}
		return Cell{Global: uint32(numGlobals(s.module) + i), Negated: c.Negated}
	}
	h.Top, h.End.Cell = place(h.Top), place(h.End.Cell)
	for _, c := range []**Cell{&h.DirtyMark, &h.Floor} {
		if *c != nil {
			placed := place(**c)
			*c = &placed
		}
	}
	return h
}

func numGlobals(m *wasm.Module) int { return m.NumImported(wasm.KindGlobal) + len(m.Globals) }

// dataEnd is the end of the module's data, and of the words that are state. All of it has
// to lie below the heap base: a program's data is nothing that the allocator hands out,
// and the memory from the base up is 0 at the start.
func (s *system) dataEnd() (end uint64, err error) {
	for i := range s.module.Data {
		d := &s.module.Data[i]
		from, ok := placedAt(d)
		switch {
		case d.Flags&wasm.DataPassive != 0:
		case !ok:
			return 0, fmt.Errorf("data segment %d: an offset that is not a constant is not supported", i)
		default:
			end = max(end, from+uint64(len(d.Init)))
		}
	}
	for _, at := range s.executor.Words {
		end = max(end, uint64(at)+s.executor.WordBytes())
	}
	if k, ok := s.strategy.(keeper); ok {
		kept, err := k.dataEnd(s)
		if err != nil {
			return 0, err
		}
		end = max(end, kept)
	}
	if base := s.base; base.IsConst() && end > base.Val.Lo {
		err = fmt.Errorf("data up to address %d: above the heap base, %d, memory that is not 0 at the start is not supported", end, base.Val.Lo)
	}
	return end, err
}

// initial returns what a cell, by its index in sym.State, has after instantiation.
func (s *system) initial(index uint32) (uint64, bool) {
	if n := numGlobals(s.module); int(index) >= n {
		return stored(s.module, s.executor.Words[int(index)-n])
	}
	return constant(s.module, index)
}

// wordBytes is the size of an address.
func wordBytes(m *wasm.Module) int {
	if l, err := m.Memory(0); err == nil && l.Is64 {
		return 8
	}
	return 4
}

// wordAccess returns the instructions that load and store an address.
func wordAccess(m *wasm.Module) (load, store wasm.Opcode) {
	if wordBytes(m) == 8 {
		return wasm.OpI64Load, wasm.OpI64Store
	}
	return wasm.OpI32Load, wasm.OpI32Store
}

// stored returns the word at an address after instantiation, if the module says it.
func stored(m *wasm.Module, at uint32) (uint64, bool) {
	var word [8]byte
	known, size := 0, wordBytes(m)
	for j := range size {
		if m.NumImported(wasm.KindMemory) == 0 { // else other modules may have filled it
			known |= 1 << j
		}
		for i := range m.Data {
			from, ok := placedAt(&m.Data[i])
			if a := uint64(at) + uint64(j); ok && from <= a && a < from+uint64(len(m.Data[i].Init)) {
				word[j] = m.Data[i].Init[a-from]
				known |= 1 << j
			}
		}
	}
	return binary.LittleEndian.Uint64(word[:]), known == 1<<size-1
}

// placedAt returns where an active segment lies, if that is a constant.
func placedAt(d *wasm.Data) (at uint64, ok bool) {
	if d.Flags&wasm.DataPassive != 0 || len(d.Offset) != 2 {
		return 0, false
	}
	return constantOf(d.Offset[0])
}

// constant returns the initial value of a global that the module defines by a constant.
func constant(m *wasm.Module, index uint32) (uint64, bool) {
	i := int(index) - m.NumImported(wasm.KindGlobal)
	if i < 0 || i >= len(m.Globals) {
		return 0, false
	}
	init := m.Globals[i].Init
	if len(init) != 2 {
		return 0, false
	}
	return constantOf(init[0])
}

// constantOf returns the value of a constant of either width.
func constantOf(in wasm.Instr) (value uint64, ok bool) {
	switch in.Op {
	case wasm.OpI32Const:
		return uint64(uint32(in.Value)), true
	case wasm.OpI64Const:
		return uint64(in.Value), true
	}
	return 0, false
}
