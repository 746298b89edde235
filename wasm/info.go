// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

import "fmt"

// Opcode identifies an instruction: the opcode byte, or prefix<<8 | sub-opcode
// behind one of the prefixes 0xfc, 0xfd and 0xfe.
type Opcode uint16

// Info describes an opcode.
type Info struct {
	Name  string // as in the text format, such as "i32.add"
	Imm   Imm    // what follows the opcode
	Sig   Sig    // what it takes from the stack and leaves there
	Align uint8  // log2 of the bytes a memory access touches
}

// Imm is the kind of immediates that follow an opcode, and with it the fields
// of Instr that carry them.
type Imm uint8

const (
	ImmNone         Imm = iota
	ImmBlock            // Block
	ImmLabel            // Index: a relative label
	ImmLabels           // Labels, and Index for the default
	ImmFunc             // Index: a function
	ImmTypeTable        // Index: a type; Index2: a table
	ImmSelectType       // Type: the one type of a typed select
	ImmLocal            // Index: a local
	ImmGlobal           // Index: a global
	ImmTable            // Index: a table
	ImmMem              // Mem
	ImmMemory           // Index: a memory
	ImmI32              // Value: sign-extended
	ImmI64              // Value
	ImmF32              // Value: the bits, zero-extended
	ImmF64              // Value: the bits
	ImmRefType          // Type: FuncRef or ExternRef
	ImmData             // Index: a data segment
	ImmElem             // Index: an element segment
	ImmDataMemory       // Index: a data segment; Index2: a memory
	ImmElemTable        // Index: an element segment; Index2: a table
	ImmMemoryMemory     // Index: the memory written; Index2: the memory read
	ImmTableTable       // Index: the table written; Index2: the table read
	ImmV128             // Value, High: 16 bytes
	ImmLane             // Index: a lane
	ImmMemLane          // Mem; Index: a lane
	ImmFence            // a reserved zero byte, no field
)

// Sig is a stack signature: parameters and results, separated by a colon, a
// letter each: i i32, I i64, f f32, F f64, V v128, r funcref, a an address (i32, or i64
// in a 64-bit memory or table), e a table's element. It is empty where the types depend
// on other immediates or on the stack; Module.Signature finds out what can be known.
type Sig string

// Info returns the description of op. The name is empty if there is no such
// opcode, or none that this package knows.
func (op Opcode) Info() Info {
	if page := pages[op>>8]; page != nil {
		return page[op&0xff]
	}
	return Info{}
}

// String returns the name in the text format.
func (op Opcode) String() string {
	if name := op.Info().Name; name != "" {
		return name
	}
	return fmt.Sprintf("opcode 0x%02x", uint16(op))
}

// To lists the opcodes from op to last.
func (op Opcode) To(last Opcode) []Opcode {
	var ops []Opcode
	for ; op <= last; op++ {
		ops = append(ops, op)
	}
	return ops
}

// Static reports whether the signature is known from the opcode alone.
func (s Sig) Static() bool { return s != "" }

// Type spells the signature out for a memory or a table whose addresses have type addr,
// and whose elements have type elem. It is the zero FuncType where the signature is not
// static.
func (s Sig) Type(addr, elem ValType) FuncType {
	var t FuncType
	to := &t.Params
	for _, c := range s {
		switch c {
		case ':':
			to = &t.Results
		case 'i':
			*to = append(*to, I32)
		case 'I':
			*to = append(*to, I64)
		case 'f':
			*to = append(*to, F32)
		case 'F':
			*to = append(*to, F64)
		case 'V':
			*to = append(*to, V128)
		case 'r':
			*to = append(*to, FuncRef)
		case 'a':
			*to = append(*to, addr)
		case 'e':
			*to = append(*to, elem)
		}
	}
	return t
}
