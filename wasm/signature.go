// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

// Signature returns what instruction in, standing in function f, takes from the
// stack and leaves there. ok is false where that depends on the stack: drop,
// select without a type, ref.is_null, else and end, and whatever branches,
// returns or traps. It is false too where an index points nowhere.
//
// The signature of block and loop is the block's type; that of if has the
// condition as well.
func (m *Module) Signature(f *Func, in Instr) (sig FuncType, ok bool) {
	if info := in.Op.Info(); info.Sig.Static() {
		return m.staticSignature(in, info)
	}
	var err error
	switch in.Op {
	case OpBlock, OpLoop:
		sig, err = m.BlockSignature(in.Block)
	case OpIf:
		sig, err = m.BlockSignature(in.Block)
		sig.Params = append(sig.Params[:len(sig.Params):len(sig.Params)], I32)
	case OpCall:
		sig, err = m.FuncType(in.Index)
	case OpCallIndirect:
		sig, err = m.Type(in.Index)
		sig.Params = append(sig.Params[:len(sig.Params):len(sig.Params)], m.tableAddr(in.Index2))
	case OpLocalGet, OpLocalSet, OpLocalTee:
		var t ValType
		t, err = m.LocalType(f, in.Index)
		sig = access(t, in.Op != OpLocalGet, in.Op != OpLocalSet)
	case OpGlobalGet, OpGlobalSet:
		var g GlobalType
		g, err = m.Global(in.Index)
		sig = access(g.Type, in.Op == OpGlobalSet, in.Op == OpGlobalGet)
	case OpSelectT:
		sig = FuncType{Params: []ValType{in.Type, in.Type, I32}, Results: []ValType{in.Type}}
	case OpRefNull:
		sig = FuncType{Results: []ValType{in.Type}}
	case OpTableGet, OpTableSet, OpTableSize, OpTableGrow, OpTableFill, OpTableInit, OpTableCopy:
		return m.tableSignature(in)
	default:
		return FuncType{}, false
	}
	if err != nil {
		return FuncType{}, false
	}
	return sig, true
}

// BlockSignature returns the parameters and results of a block type.
func (m *Module) BlockSignature(b BlockType) (FuncType, error) {
	if i, ok := b.TypeIndex(); ok {
		return m.Type(i)
	}
	if t, ok := b.Result(); ok {
		return FuncType{Results: []ValType{t}}, nil
	}
	return FuncType{}, nil
}

// access is the signature of reading or writing a variable of type t.
func access(t ValType, takes, leaves bool) (sig FuncType) {
	if takes {
		sig.Params = []ValType{t}
	}
	if leaves {
		sig.Results = []ValType{t}
	}
	return sig
}

// staticSignature fills in the address type of the memory concerned.
func (m *Module) staticSignature(in Instr, info Info) (FuncType, bool) {
	var memory uint32
	switch info.Imm {
	case ImmMem:
		memory = in.Mem.Memory
	case ImmMemory:
		memory = in.Index
	case ImmDataMemory:
		memory = in.Index2
	case ImmMemoryMemory:
		return m.copySignature(in)
	default:
		return info.Sig.Type(I32), true
	}
	l, err := m.Memory(memory)
	if err != nil {
		return FuncType{}, false
	}
	return info.Sig.Type(l.AddrType()), true
}

// copySignature: the length is 64-bit only if both memories are.
func (m *Module) copySignature(in Instr) (FuncType, bool) {
	to, err1 := m.Memory(in.Index)
	from, err2 := m.Memory(in.Index2)
	n := Limits{Is64: to.Is64 && from.Is64}
	return FuncType{Params: []ValType{to.AddrType(), from.AddrType(), n.AddrType()}}, err1 == nil && err2 == nil
}

func (m *Module) tableAddr(i uint32) ValType {
	t, err := m.Table(i)
	if err != nil {
		return I32
	}
	return t.Limits.AddrType()
}

func (m *Module) tableSignature(in Instr) (sig FuncType, ok bool) {
	index := in.Index
	if in.Op == OpTableInit {
		index = in.Index2
	}
	t, err := m.Table(index)
	if err != nil {
		return FuncType{}, false
	}
	a, e := t.Limits.AddrType(), t.Elem
	switch in.Op {
	case OpTableGet:
		sig = FuncType{[]ValType{a}, []ValType{e}}
	case OpTableSet:
		sig = FuncType{[]ValType{a, e}, nil}
	case OpTableSize:
		sig = FuncType{nil, []ValType{a}}
	case OpTableGrow:
		sig = FuncType{[]ValType{e, a}, []ValType{a}}
	case OpTableFill:
		sig = FuncType{[]ValType{a, e, a}, nil}
	case OpTableInit:
		sig = FuncType{[]ValType{a, I32, I32}, nil}
	case OpTableCopy:
		from, err := m.Table(in.Index2)
		if err != nil {
			return FuncType{}, false
		}
		n := Limits{Is64: t.Limits.Is64 && from.Limits.Is64}
		sig = FuncType{[]ValType{a, from.Limits.AddrType(), n.AddrType()}, nil}
	}
	return sig, true
}
