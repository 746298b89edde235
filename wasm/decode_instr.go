// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

// Prefixes of opcodes (specification, 5.4.1, and the threads proposal).
const (
	prefixMisc   = 0xfc
	prefixSIMD   = 0xfd
	prefixAtomic = 0xfe
)

// memIndexFlag in the alignment says that a memory index follows (section
// 5.4.6 of version 3; multi-memory proposal).
const memIndexFlag = 0x40

// expr reads instructions up to and with the end that closes them.
func (d *decoder) expr(r *Reader) []Instr {
	var body []Instr
	var open []Opcode // the blocks around the current instruction
	for r.ok() {
		in := d.instr(r)
		if !r.ok() {
			break
		}
		body = append(body, in)
		switch in.Op {
		case OpBlock, OpLoop, OpIf:
			open = append(open, in.Op)
		case OpElse:
			if len(open) == 0 || open[len(open)-1] != OpIf {
				r.fail(in.Offset, "else without if")
				break
			}
			open[len(open)-1] = OpElse
		case OpEnd:
			if len(open) == 0 {
				return body
			}
			open = open[:len(open)-1]
		}
	}
	return nil
}

func (d *decoder) instr(r *Reader) Instr {
	in := Instr{Offset: r.pos}
	in.Op = r.opcode()
	if !r.ok() {
		return in
	}
	switch in.Op.Info().Imm {
	case ImmBlock:
		in.Block = r.blockType()
	case ImmLabel, ImmFunc, ImmLocal, ImmGlobal, ImmTable, ImmMemory, ImmData, ImmElem:
		in.Index = r.U32()
	case ImmTypeTable, ImmDataMemory, ImmElemTable, ImmMemoryMemory, ImmTableTable:
		in.Index = r.U32()
		in.Index2 = r.U32()
	case ImmLabels:
		in.Labels = vec(r, "labels", (*Reader).U32)
		in.Index = r.U32()
	case ImmSelectType:
		at := r.pos
		if n := r.U32(); r.ok() && n != 1 {
			r.fail(at, "select with %d types, want 1", n)
		}
		in.Type = r.valType()
	case ImmMem:
		in.Mem = d.memArg(r)
	case ImmI32:
		in.Value = r.sleb(32)
	case ImmI64:
		in.Value = r.S64()
	case ImmF32:
		in.Value = int64(r.fixed(4))
	case ImmF64:
		in.Value = int64(r.fixed(8))
	case ImmV128:
		in.Value, in.High = int64(r.fixed(8)), int64(r.fixed(8))
	case ImmLane:
		in.Index = uint32(r.Byte())
	case ImmMemLane:
		in.Mem = d.memArg(r)
		in.Index = uint32(r.Byte())
	case ImmRefType:
		in.Type = r.refType()
	case ImmFence:
		at := r.pos
		if b := r.Byte(); b != 0 {
			r.fail(at, "atomic.fence is followed by 0x%02x, want 0x00", b)
		}
	}
	return in
}

func (r *Reader) opcode() Opcode {
	at := r.pos
	b := r.Byte()
	op := Opcode(b)
	switch b {
	case prefixMisc, prefixAtomic, prefixSIMD:
		sub := r.U32()
		if !r.ok() {
			return 0
		}
		op = op<<8 | Opcode(sub&0xff)
		if sub > 0xff || op.Info().Name == "" {
			r.fail(at, "unknown opcode 0x%02x%02x", b, sub)
		}
		return op
	}
	if r.ok() && op.Info().Name == "" {
		r.fail(at, "unknown opcode 0x%02x", b)
	}
	return op
}

func (r *Reader) blockType() BlockType {
	at := r.pos
	b := BlockType(r.sleb(33))
	_, isIndex := b.TypeIndex()
	_, isResult := b.Result()
	if r.ok() && !isIndex && !isResult && b != BlockEmpty {
		r.fail(at, "block type %d not supported", b)
	}
	return b
}

// memArg reads the immediate of a memory access. The offset is an u64 only
// where the memory is 64-bit: elsewhere ten bytes of LEB are not allowed.
func (d *decoder) memArg(r *Reader) MemArg {
	at := r.pos
	a := MemArg{Align: r.U32()}
	if a.Align&memIndexFlag != 0 {
		a.Align &^= memIndexFlag
		a.Memory = r.U32()
	}
	if a.Align >= memIndexFlag {
		r.fail(at, "alignment 2^%d out of range", a.Align)
	}
	if int64(a.Memory) < int64(len(d.mems)) && d.mems[a.Memory].Is64 {
		a.Offset = r.uleb(64)
	} else {
		a.Offset = uint64(r.U32())
	}
	return a
}

// fixed reads n bytes, little end first.
func (r *Reader) fixed(n int) uint64 {
	var v uint64
	for i := range n {
		v |= uint64(r.Byte()) << (8 * i)
	}
	return v
}
