// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

// Opcodes of one byte that some package names (WebAssembly core specification,
// section 5.4), in Go spelling of their text names. [Opcode.Info] knows all others too.
const (
	OpUnreachable        Opcode = 0x00
	OpNop                Opcode = 0x01
	OpBlock              Opcode = 0x02
	OpLoop               Opcode = 0x03
	OpIf                 Opcode = 0x04
	OpElse               Opcode = 0x05
	OpEnd                Opcode = 0x0b
	OpBr                 Opcode = 0x0c
	OpBrIf               Opcode = 0x0d
	OpBrTable            Opcode = 0x0e
	OpReturn             Opcode = 0x0f
	OpCall               Opcode = 0x10
	OpCallIndirect       Opcode = 0x11
	OpReturnCall         Opcode = 0x12
	OpReturnCallIndirect Opcode = 0x13
	OpDrop               Opcode = 0x1a
	OpSelect             Opcode = 0x1b
	OpSelectT            Opcode = 0x1c
	OpLocalGet           Opcode = 0x20
	OpLocalSet           Opcode = 0x21
	OpLocalTee           Opcode = 0x22
	OpGlobalGet          Opcode = 0x23
	OpGlobalSet          Opcode = 0x24
	OpTableGet           Opcode = 0x25
	OpTableSet           Opcode = 0x26
	OpI32Load            Opcode = 0x28
	OpI64Load            Opcode = 0x29
	OpI32Load8S          Opcode = 0x2c
	OpI32Load8U          Opcode = 0x2d
	OpI32Load16S         Opcode = 0x2e
	OpI32Load16U         Opcode = 0x2f
	OpI64Load8S          Opcode = 0x30
	OpI64Load8U          Opcode = 0x31
	OpI64Load16S         Opcode = 0x32
	OpI64Load16U         Opcode = 0x33
	OpI64Load32S         Opcode = 0x34
	OpI64Load32U         Opcode = 0x35
	OpI32Store           Opcode = 0x36
	OpI64Store           Opcode = 0x37
	OpI32Store8          Opcode = 0x3a
	OpI32Store16         Opcode = 0x3b
	OpI64Store8          Opcode = 0x3c
	OpI64Store16         Opcode = 0x3d
	OpI64Store32         Opcode = 0x3e
	OpMemorySize         Opcode = 0x3f
	OpMemoryGrow         Opcode = 0x40
	OpI32Const           Opcode = 0x41
	OpI64Const           Opcode = 0x42
	OpF64Const           Opcode = 0x44
	OpI32WrapI64         Opcode = 0xa7
	OpI64ExtendI32S      Opcode = 0xac
	OpI64ExtendI32U      Opcode = 0xad
	OpI32Extend8S        Opcode = 0xc0
	OpI32Extend16S       Opcode = 0xc1
	OpI64Extend8S        Opcode = 0xc2
	OpI64Extend16S       Opcode = 0xc3
	OpI64Extend32S       Opcode = 0xc4
	OpRefNull            Opcode = 0xd0
	OpRefIsNull          Opcode = 0xd1
	OpRefFunc            Opcode = 0xd2
)

// Comparisons and arithmetic stand in the same order for both types of integers.
const (
	OpI32Eqz, OpI64Eqz Opcode = 0x45 + iota, 0x50 + iota
	OpI32Eq, OpI64Eq
	OpI32Ne, OpI64Ne
	OpI32LtS, OpI64LtS
	OpI32LtU, OpI64LtU
	OpI32GtS, OpI64GtS
	OpI32GtU, OpI64GtU
	OpI32LeS, OpI64LeS
	OpI32LeU, OpI64LeU
	OpI32GeS, OpI64GeS
	OpI32GeU, OpI64GeU
)

const (
	OpI32Clz, OpI64Clz Opcode = 0x67 + iota, 0x79 + iota
	OpI32Ctz, OpI64Ctz
	OpI32Popcnt, OpI64Popcnt
	OpI32Add, OpI64Add
	OpI32Sub, OpI64Sub
	OpI32Mul, OpI64Mul
	OpI32DivS, OpI64DivS
	OpI32DivU, OpI64DivU
	OpI32RemS, OpI64RemS
	OpI32RemU, OpI64RemU
	OpI32And, OpI64And
	OpI32Or, OpI64Or
	OpI32Xor, OpI64Xor
	OpI32Shl, OpI64Shl
	OpI32ShrS, OpI64ShrS
	OpI32ShrU, OpI64ShrU
	OpI32Rotl, OpI64Rotl
	OpI32Rotr, OpI64Rotr
)

// Opcodes behind the prefix 0xfc: saturating conversions and bulk memory.
const (
	OpI32TruncSatF32S Opcode = 0xfc00
	OpI64TruncSatF64U Opcode = 0xfc07
	OpDataDrop        Opcode = 0xfc09
	OpMemoryCopy      Opcode = 0xfc0a
	OpMemoryFill      Opcode = 0xfc0b
	OpTableInit       Opcode = 0xfc0c
	OpTableCopy       Opcode = 0xfc0e
	OpTableGrow       Opcode = 0xfc0f
	OpTableSize       Opcode = 0xfc10
	OpTableFill       Opcode = 0xfc11
)
