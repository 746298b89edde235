// SPDX-License-Identifier: MIT OR Apache-2.0

package object

import "github.com/genalloc/genalloc/wasm"

// A width is what the width of addresses decides in an object.
type width struct {
	is64            bool
	leb, sleb, word RelocType // of an address: an offset, a constant, and data
	align           uint32    // of an address in data, log2 of bytes
}

// widthOf returns the width of the addresses of the module's memory.
func widthOf(m *wasm.Module) width {
	if l, err := m.Memory(0); err == nil && l.Is64 {
		return width{true, RelocMemoryAddrLEB64, RelocMemoryAddrSLEB64, RelocMemoryAddrI64, 3}
	}
	return width{false, RelocMemoryAddrLEB, RelocMemoryAddrSLEB, RelocMemoryAddrI32, 2}
}

func (w width) addrType() wasm.ValType { return wasm.Limits{Is64: w.is64}.AddrType() }

// address returns the instruction that leaves the address.
func (w width) address(v uint64) wasm.Instr {
	if w.is64 {
		return wasm.I64Const(int64(v))
	}
	return wasm.I32Const(int32(uint32(v)))
}

// bytes returns how many bytes a linker overwrites at a relocation of an object of
// [FromModule].
func (t RelocType) bytes() int64 {
	switch t {
	case RelocMemoryAddrI32:
		return 4
	case RelocMemoryAddrI64:
		return 8
	case RelocMemoryAddrLEB64, RelocMemoryAddrSLEB64:
		return wasm.PaddedLen64
	}
	return wasm.PaddedLen32
}
