// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

// Opcodes behind the prefix 0xfe, from the threads proposal.
const (
	OpMemoryAtomicNotify     Opcode = 0xfe00
	OpMemoryAtomicWait32     Opcode = 0xfe01
	OpMemoryAtomicWait64     Opcode = 0xfe02
	OpAtomicFence            Opcode = 0xfe03
	OpI32AtomicLoad          Opcode = 0xfe10
	OpI64AtomicLoad          Opcode = 0xfe11
	OpI32AtomicLoad8U        Opcode = 0xfe12
	OpI32AtomicLoad16U       Opcode = 0xfe13
	OpI64AtomicLoad8U        Opcode = 0xfe14
	OpI64AtomicLoad16U       Opcode = 0xfe15
	OpI64AtomicLoad32U       Opcode = 0xfe16
	OpI32AtomicStore         Opcode = 0xfe17
	OpI64AtomicStore         Opcode = 0xfe18
	OpI32AtomicStore8        Opcode = 0xfe19
	OpI32AtomicStore16       Opcode = 0xfe1a
	OpI64AtomicStore8        Opcode = 0xfe1b
	OpI64AtomicStore16       Opcode = 0xfe1c
	OpI64AtomicStore32       Opcode = 0xfe1d
	OpI32AtomicRmwAdd        Opcode = 0xfe1e
	OpI64AtomicRmwAdd        Opcode = 0xfe1f
	OpI32AtomicRmw8AddU      Opcode = 0xfe20
	OpI32AtomicRmw16AddU     Opcode = 0xfe21
	OpI64AtomicRmw8AddU      Opcode = 0xfe22
	OpI64AtomicRmw16AddU     Opcode = 0xfe23
	OpI64AtomicRmw32AddU     Opcode = 0xfe24
	OpI32AtomicRmwSub        Opcode = 0xfe25
	OpI64AtomicRmwSub        Opcode = 0xfe26
	OpI32AtomicRmw8SubU      Opcode = 0xfe27
	OpI32AtomicRmw16SubU     Opcode = 0xfe28
	OpI64AtomicRmw8SubU      Opcode = 0xfe29
	OpI64AtomicRmw16SubU     Opcode = 0xfe2a
	OpI64AtomicRmw32SubU     Opcode = 0xfe2b
	OpI32AtomicRmwAnd        Opcode = 0xfe2c
	OpI64AtomicRmwAnd        Opcode = 0xfe2d
	OpI32AtomicRmw8AndU      Opcode = 0xfe2e
	OpI32AtomicRmw16AndU     Opcode = 0xfe2f
	OpI64AtomicRmw8AndU      Opcode = 0xfe30
	OpI64AtomicRmw16AndU     Opcode = 0xfe31
	OpI64AtomicRmw32AndU     Opcode = 0xfe32
	OpI32AtomicRmwOr         Opcode = 0xfe33
	OpI64AtomicRmwOr         Opcode = 0xfe34
	OpI32AtomicRmw8OrU       Opcode = 0xfe35
	OpI32AtomicRmw16OrU      Opcode = 0xfe36
	OpI64AtomicRmw8OrU       Opcode = 0xfe37
	OpI64AtomicRmw16OrU      Opcode = 0xfe38
	OpI64AtomicRmw32OrU      Opcode = 0xfe39
	OpI32AtomicRmwXor        Opcode = 0xfe3a
	OpI64AtomicRmwXor        Opcode = 0xfe3b
	OpI32AtomicRmw8XorU      Opcode = 0xfe3c
	OpI32AtomicRmw16XorU     Opcode = 0xfe3d
	OpI64AtomicRmw8XorU      Opcode = 0xfe3e
	OpI64AtomicRmw16XorU     Opcode = 0xfe3f
	OpI64AtomicRmw32XorU     Opcode = 0xfe40
	OpI32AtomicRmwXchg       Opcode = 0xfe41
	OpI64AtomicRmwXchg       Opcode = 0xfe42
	OpI32AtomicRmw8XchgU     Opcode = 0xfe43
	OpI32AtomicRmw16XchgU    Opcode = 0xfe44
	OpI64AtomicRmw8XchgU     Opcode = 0xfe45
	OpI64AtomicRmw16XchgU    Opcode = 0xfe46
	OpI64AtomicRmw32XchgU    Opcode = 0xfe47
	OpI32AtomicRmwCmpxchg    Opcode = 0xfe48
	OpI64AtomicRmwCmpxchg    Opcode = 0xfe49
	OpI32AtomicRmw8CmpxchgU  Opcode = 0xfe4a
	OpI32AtomicRmw16CmpxchgU Opcode = 0xfe4b
	OpI64AtomicRmw8CmpxchgU  Opcode = 0xfe4c
	OpI64AtomicRmw16CmpxchgU Opcode = 0xfe4d
	OpI64AtomicRmw32CmpxchgU Opcode = 0xfe4e
)

var atomicTable = [...]Info{
	OpMemoryAtomicNotify & 0xff:     {"memory.atomic.notify", ImmMem, "ai:i", 2},
	OpMemoryAtomicWait32 & 0xff:     {"memory.atomic.wait32", ImmMem, "aiI:i", 2},
	OpMemoryAtomicWait64 & 0xff:     {"memory.atomic.wait64", ImmMem, "aII:i", 3},
	OpAtomicFence & 0xff:            {"atomic.fence", ImmFence, ":", 0},
	OpI32AtomicLoad & 0xff:          {"i32.atomic.load", ImmMem, "a:i", 2},
	OpI64AtomicLoad & 0xff:          {"i64.atomic.load", ImmMem, "a:I", 3},
	OpI32AtomicLoad8U & 0xff:        {"i32.atomic.load8_u", ImmMem, "a:i", 0},
	OpI32AtomicLoad16U & 0xff:       {"i32.atomic.load16_u", ImmMem, "a:i", 1},
	OpI64AtomicLoad8U & 0xff:        {"i64.atomic.load8_u", ImmMem, "a:I", 0},
	OpI64AtomicLoad16U & 0xff:       {"i64.atomic.load16_u", ImmMem, "a:I", 1},
	OpI64AtomicLoad32U & 0xff:       {"i64.atomic.load32_u", ImmMem, "a:I", 2},
	OpI32AtomicStore & 0xff:         {"i32.atomic.store", ImmMem, "ai:", 2},
	OpI64AtomicStore & 0xff:         {"i64.atomic.store", ImmMem, "aI:", 3},
	OpI32AtomicStore8 & 0xff:        {"i32.atomic.store8", ImmMem, "ai:", 0},
	OpI32AtomicStore16 & 0xff:       {"i32.atomic.store16", ImmMem, "ai:", 1},
	OpI64AtomicStore8 & 0xff:        {"i64.atomic.store8", ImmMem, "aI:", 0},
	OpI64AtomicStore16 & 0xff:       {"i64.atomic.store16", ImmMem, "aI:", 1},
	OpI64AtomicStore32 & 0xff:       {"i64.atomic.store32", ImmMem, "aI:", 2},
	OpI32AtomicRmwAdd & 0xff:        {"i32.atomic.rmw.add", ImmMem, "ai:i", 2},
	OpI64AtomicRmwAdd & 0xff:        {"i64.atomic.rmw.add", ImmMem, "aI:I", 3},
	OpI32AtomicRmw8AddU & 0xff:      {"i32.atomic.rmw8.add_u", ImmMem, "ai:i", 0},
	OpI32AtomicRmw16AddU & 0xff:     {"i32.atomic.rmw16.add_u", ImmMem, "ai:i", 1},
	OpI64AtomicRmw8AddU & 0xff:      {"i64.atomic.rmw8.add_u", ImmMem, "aI:I", 0},
	OpI64AtomicRmw16AddU & 0xff:     {"i64.atomic.rmw16.add_u", ImmMem, "aI:I", 1},
	OpI64AtomicRmw32AddU & 0xff:     {"i64.atomic.rmw32.add_u", ImmMem, "aI:I", 2},
	OpI32AtomicRmwSub & 0xff:        {"i32.atomic.rmw.sub", ImmMem, "ai:i", 2},
	OpI64AtomicRmwSub & 0xff:        {"i64.atomic.rmw.sub", ImmMem, "aI:I", 3},
	OpI32AtomicRmw8SubU & 0xff:      {"i32.atomic.rmw8.sub_u", ImmMem, "ai:i", 0},
	OpI32AtomicRmw16SubU & 0xff:     {"i32.atomic.rmw16.sub_u", ImmMem, "ai:i", 1},
	OpI64AtomicRmw8SubU & 0xff:      {"i64.atomic.rmw8.sub_u", ImmMem, "aI:I", 0},
	OpI64AtomicRmw16SubU & 0xff:     {"i64.atomic.rmw16.sub_u", ImmMem, "aI:I", 1},
	OpI64AtomicRmw32SubU & 0xff:     {"i64.atomic.rmw32.sub_u", ImmMem, "aI:I", 2},
	OpI32AtomicRmwAnd & 0xff:        {"i32.atomic.rmw.and", ImmMem, "ai:i", 2},
	OpI64AtomicRmwAnd & 0xff:        {"i64.atomic.rmw.and", ImmMem, "aI:I", 3},
	OpI32AtomicRmw8AndU & 0xff:      {"i32.atomic.rmw8.and_u", ImmMem, "ai:i", 0},
	OpI32AtomicRmw16AndU & 0xff:     {"i32.atomic.rmw16.and_u", ImmMem, "ai:i", 1},
	OpI64AtomicRmw8AndU & 0xff:      {"i64.atomic.rmw8.and_u", ImmMem, "aI:I", 0},
	OpI64AtomicRmw16AndU & 0xff:     {"i64.atomic.rmw16.and_u", ImmMem, "aI:I", 1},
	OpI64AtomicRmw32AndU & 0xff:     {"i64.atomic.rmw32.and_u", ImmMem, "aI:I", 2},
	OpI32AtomicRmwOr & 0xff:         {"i32.atomic.rmw.or", ImmMem, "ai:i", 2},
	OpI64AtomicRmwOr & 0xff:         {"i64.atomic.rmw.or", ImmMem, "aI:I", 3},
	OpI32AtomicRmw8OrU & 0xff:       {"i32.atomic.rmw8.or_u", ImmMem, "ai:i", 0},
	OpI32AtomicRmw16OrU & 0xff:      {"i32.atomic.rmw16.or_u", ImmMem, "ai:i", 1},
	OpI64AtomicRmw8OrU & 0xff:       {"i64.atomic.rmw8.or_u", ImmMem, "aI:I", 0},
	OpI64AtomicRmw16OrU & 0xff:      {"i64.atomic.rmw16.or_u", ImmMem, "aI:I", 1},
	OpI64AtomicRmw32OrU & 0xff:      {"i64.atomic.rmw32.or_u", ImmMem, "aI:I", 2},
	OpI32AtomicRmwXor & 0xff:        {"i32.atomic.rmw.xor", ImmMem, "ai:i", 2},
	OpI64AtomicRmwXor & 0xff:        {"i64.atomic.rmw.xor", ImmMem, "aI:I", 3},
	OpI32AtomicRmw8XorU & 0xff:      {"i32.atomic.rmw8.xor_u", ImmMem, "ai:i", 0},
	OpI32AtomicRmw16XorU & 0xff:     {"i32.atomic.rmw16.xor_u", ImmMem, "ai:i", 1},
	OpI64AtomicRmw8XorU & 0xff:      {"i64.atomic.rmw8.xor_u", ImmMem, "aI:I", 0},
	OpI64AtomicRmw16XorU & 0xff:     {"i64.atomic.rmw16.xor_u", ImmMem, "aI:I", 1},
	OpI64AtomicRmw32XorU & 0xff:     {"i64.atomic.rmw32.xor_u", ImmMem, "aI:I", 2},
	OpI32AtomicRmwXchg & 0xff:       {"i32.atomic.rmw.xchg", ImmMem, "ai:i", 2},
	OpI64AtomicRmwXchg & 0xff:       {"i64.atomic.rmw.xchg", ImmMem, "aI:I", 3},
	OpI32AtomicRmw8XchgU & 0xff:     {"i32.atomic.rmw8.xchg_u", ImmMem, "ai:i", 0},
	OpI32AtomicRmw16XchgU & 0xff:    {"i32.atomic.rmw16.xchg_u", ImmMem, "ai:i", 1},
	OpI64AtomicRmw8XchgU & 0xff:     {"i64.atomic.rmw8.xchg_u", ImmMem, "aI:I", 0},
	OpI64AtomicRmw16XchgU & 0xff:    {"i64.atomic.rmw16.xchg_u", ImmMem, "aI:I", 1},
	OpI64AtomicRmw32XchgU & 0xff:    {"i64.atomic.rmw32.xchg_u", ImmMem, "aI:I", 2},
	OpI32AtomicRmwCmpxchg & 0xff:    {"i32.atomic.rmw.cmpxchg", ImmMem, "aii:i", 2},
	OpI64AtomicRmwCmpxchg & 0xff:    {"i64.atomic.rmw.cmpxchg", ImmMem, "aII:I", 3},
	OpI32AtomicRmw8CmpxchgU & 0xff:  {"i32.atomic.rmw8.cmpxchg_u", ImmMem, "aii:i", 0},
	OpI32AtomicRmw16CmpxchgU & 0xff: {"i32.atomic.rmw16.cmpxchg_u", ImmMem, "aii:i", 1},
	OpI64AtomicRmw8CmpxchgU & 0xff:  {"i64.atomic.rmw8.cmpxchg_u", ImmMem, "aII:I", 0},
	OpI64AtomicRmw16CmpxchgU & 0xff: {"i64.atomic.rmw16.cmpxchg_u", ImmMem, "aII:I", 1},
	OpI64AtomicRmw32CmpxchgU & 0xff: {"i64.atomic.rmw32.cmpxchg_u", ImmMem, "aII:I", 2},
}
