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

// staticSignature fills in the address type of the memory or table concerned, and the
// type of the table's elements.
func (m *Module) staticSignature(in Instr, info Info) (FuncType, bool) {
	var t TableType
	var err error
	switch info.Imm {
	case ImmMem, ImmMemLane:
		t.Limits, err = m.Memory(in.Mem.Memory)
	case ImmMemory:
		t.Limits, err = m.Memory(in.Index)
	case ImmDataMemory:
		t.Limits, err = m.Memory(in.Index2)
	case ImmTable:
		t, err = m.Table(in.Index)
	case ImmElemTable:
		t, err = m.Table(in.Index2)
	case ImmMemoryMemory:
		to, err1 := m.Memory(in.Index)
		from, err2 := m.Memory(in.Index2)
		return copySignature(to, from), err1 == nil && err2 == nil
	case ImmTableTable:
		to, err1 := m.Table(in.Index)
		from, err2 := m.Table(in.Index2)
		return copySignature(to.Limits, from.Limits), err1 == nil && err2 == nil
	}
	if err != nil {
		return FuncType{}, false
	}
	return info.Sig.Type(t.Limits.AddrType(), t.Elem), true
}

// copySignature: the length is 64-bit only if both memories or tables are.
func copySignature(to, from Limits) FuncType {
	n := Limits{Is64: to.Is64 && from.Is64}
	return FuncType{Params: []ValType{to.AddrType(), from.AddrType(), n.AddrType()}}
}

// tableAddr is i32 for a table that is not there.
func (m *Module) tableAddr(i uint32) ValType {
	t, _ := m.Table(i)
	return t.Limits.AddrType()
}
