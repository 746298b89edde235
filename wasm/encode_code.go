// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

import "encoding/binary"

func (e *encoder) code() []byte {
	if len(e.m.Funcs) == 0 {
		return nil
	}
	b := AppendULEB(nil, uint64(len(e.m.Funcs)))
	for i := range e.m.Funcs {
		first := len(e.sites)
		body := e.body(i)
		b = AppendULEB(b, uint64(len(body)))
		// Only now, behind its size, is it known where the body stands.
		for j := first; j < len(e.sites); j++ {
			e.sites[j].Offset += len(b)
		}
		b = append(b, body...)
	}
	return b
}

// body encodes a function; the sites it adds are relative to its start.
func (e *encoder) body(fn int) []byte {
	f := &e.m.Funcs[fn]
	b := AppendULEB(nil, uint64(len(f.Locals)))
	for _, l := range f.Locals {
		b = append(AppendULEB(b, uint64(l.Count)), byte(l.Type))
	}
	if !closed(f.Body) {
		e.fail("body %d: not closed by its end", fn)
	}
	for i, in := range f.Body {
		padded := e.pad != nil && e.pad(fn, i)
		sites := len(e.sites)
		b = e.instr(b, in, padded)
		if padded && len(e.sites) == sites {
			e.fail("body %d instruction %d: %s has no immediate to relocate", fn, i, in)
		}
		for j := sites; j < len(e.sites); j++ {
			e.sites[j].Func, e.sites[j].Instr = fn, i
		}
	}
	return b
}

func (e *encoder) expr(b []byte, body []Instr, what string) []byte {
	if !closed(body) {
		e.fail("%s: not closed by its end", what)
	}
	for _, in := range body {
		b = e.instr(b, in, false)
	}
	return b
}

func (e *encoder) instr(b []byte, in Instr, padded bool) []byte {
	info := in.Op.Info()
	if info.Name == "" {
		e.fail("unknown opcode 0x%02x", uint16(in.Op))
		return b
	}
	if prefix := in.Op >> 8; prefix != 0 {
		b = AppendULEB(append(b, byte(prefix)), uint64(in.Op&0xff))
	} else {
		b = append(b, byte(in.Op))
	}
	switch info.Imm {
	case ImmBlock:
		return AppendSLEB(b, int64(in.Block))
	case ImmLabel, ImmLocal, ImmMemory, ImmData, ImmElem:
		return AppendULEB(b, uint64(in.Index))
	case ImmFunc, ImmGlobal, ImmTable:
		return e.index(b, in.Index, padded)
	case ImmTypeTable:
		return e.index(e.index(b, in.Index, padded), in.Index2, padded)
	case ImmDataMemory, ImmElemTable, ImmMemoryMemory, ImmTableTable:
		return AppendULEB(AppendULEB(b, uint64(in.Index)), uint64(in.Index2))
	case ImmLabels:
		return AppendULEB(indices(b, in.Labels), uint64(in.Index))
	case ImmSelectType:
		return append(b, 1, byte(in.Type))
	case ImmMem:
		return e.memArg(b, in.Mem, padded)
	case ImmI32:
		return e.constant(b, in.Value, PaddedLen32, padded)
	case ImmI64:
		return e.constant(b, in.Value, PaddedLen64, padded)
	case ImmF32:
		return binary.LittleEndian.AppendUint32(b, uint32(in.Value))
	case ImmF64:
		return binary.LittleEndian.AppendUint64(b, uint64(in.Value))
	case ImmV128:
		return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(b, uint64(in.Value)), uint64(in.High))
	case ImmLane:
		return append(b, byte(in.Index))
	case ImmMemLane:
		return append(e.memArg(b, in.Mem, padded), byte(in.Index))
	case ImmRefType:
		return append(b, byte(in.Type))
	case ImmFence:
		return append(b, 0)
	}
	return b
}

// mark records that a padded immediate starts at the end of b.
func (e *encoder) mark(b []byte) { e.sites = append(e.sites, Site{Offset: len(b)}) }

func (e *encoder) index(b []byte, v uint32, padded bool) []byte {
	if !padded {
		return AppendULEB(b, uint64(v))
	}
	e.mark(b)
	return AppendLEBPadded(b, uint64(v), PaddedLen32)
}

func (e *encoder) constant(b []byte, v int64, width int, padded bool) []byte {
	if width == PaddedLen32 && v != int64(int32(v)) {
		e.fail("i32.const: %d does not fit 32 bits: keep the value sign-extended", v)
	}
	if !padded {
		return AppendSLEB(b, v)
	}
	e.mark(b)
	return AppendLEBPadded(b, v, width)
}

func (e *encoder) memArg(b []byte, a MemArg, padded bool) []byte {
	if a.Memory != 0 {
		b = AppendULEB(AppendULEB(b, uint64(a.Align|memIndexFlag)), uint64(a.Memory))
	} else {
		b = AppendULEB(b, uint64(a.Align))
	}
	if !padded {
		return AppendULEB(b, a.Offset)
	}
	width := PaddedLen32
	if mem, err := e.m.Memory(a.Memory); err == nil && mem.Is64 {
		width = PaddedLen64
	}
	e.mark(b)
	return AppendLEBPadded(b, a.Offset, width)
}

func (e *encoder) element(b []byte, s *Element) []byte {
	b = AppendULEB(b, uint64(s.Flags))
	if s.Flags&ElemPassive == 0 {
		if s.Flags&ElemIndex != 0 {
			b = AppendULEB(b, uint64(s.Table))
		}
		b = e.expr(b, s.Offset, "offset of an element segment")
	}
	if s.Flags&ElemExpressions != 0 {
		if s.typed() {
			b = append(b, byte(s.Type))
		}
		b = AppendULEB(b, uint64(len(s.Exprs)))
		for _, x := range s.Exprs {
			b = e.expr(b, x, "element expression")
		}
		return b
	}
	if s.typed() {
		b = append(b, 0) // the element kind: functions
	}
	return indices(b, s.Funcs)
}

// indices appends a vector of indices.
func indices(b []byte, list []uint32) []byte {
	b = AppendULEB(b, uint64(len(list)))
	for _, i := range list {
		b = AppendULEB(b, uint64(i))
	}
	return b
}

func (e *encoder) data(b []byte, s *Data) []byte {
	b = AppendULEB(b, uint64(s.Flags))
	if s.Flags == DataIndex {
		b = AppendULEB(b, uint64(s.Memory))
	}
	if s.Flags != DataPassive {
		b = e.expr(b, s.Offset, "offset of a data segment")
	}
	return appendSized(b, s.Init)
}
