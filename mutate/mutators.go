// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"slices"

	"github.com/genalloc/genalloc/wasm"
)

// constants changes the value of an integer constant, or the offset of a memory
// access.
func constants(s site) []edit {
	value := func(v int64) edit {
		in := s.in
		if in.Value = v; in.Op == wasm.OpI32Const {
			in.Value = int64(int32(v))
		}
		return edit{with: []wasm.Instr{in}}
	}
	switch v := s.in.Value; {
	case s.in.Op == wasm.OpI32Const || s.in.Op == wasm.OpI64Const:
		edits := []edit{value(v + 1), value(v - 1), value(-v), value(0)}
		if width := s.shifted(); width > 0 {
			edits = slices.DeleteFunc(edits, func(e edit) bool { return (e.with[0].Value-v)%width == 0 })
		}
		return edits
	case s.in.Op.Info().Imm == wasm.ImmMem:
		more, none := s.in, s.in
		more.Mem.Offset++
		none.Mem.Offset = 0
		return []edit{{with: []wasm.Instr{more}}, {with: []wasm.Instr{none}}}
	}
	return nil
}

// shifted returns the width of the shift or rotation whose count the constant is, or
// 0. Counts are taken modulo the width (core specification, 4.3.2).
func (s site) shifted() int64 {
	if s.f == nil || s.at+1 >= len(s.f.Body) {
		return 0
	}
	switch s.f.Body[s.at+1].Op {
	case wasm.OpI32Shl, wasm.OpI32ShrS, wasm.OpI32ShrU, wasm.OpI32Rotl, wasm.OpI32Rotr:
		return 32
	case wasm.OpI64Shl, wasm.OpI64ShrS, wasm.OpI64ShrU, wasm.OpI64Rotl, wasm.OpI64Rotr:
		return 64
	}
	return 0
}

// indices names another local, global or function of the same type, or another
// label.
func indices(s site) []edit {
	var edits []edit
	with := func(i uint32) {
		in := s.in
		in.Index = i
		edits = append(edits, edit{with: []wasm.Instr{in}})
	}
	imm := s.in.Op.Info().Imm
	if imm == wasm.ImmLabel {
		for i := range s.depth + 1 {
			with(i)
		}
		return edits
	}
	if imm != wasm.ImmLocal && imm != wasm.ImmGlobal && imm != wasm.ImmFunc {
		return nil
	}
	want, _ := s.m.Signature(s.f, s.in)
	for i := uint32(0); ; i++ {
		in := s.in
		in.Index = i
		sig, ok := s.m.Signature(s.f, in)
		if !ok {
			return edits
		}
		if slices.Equal(sig.Params, want.Params) && slices.Equal(sig.Results, want.Results) {
			with(i)
		}
	}
}

// drops leaves the instruction out. Its operands are dropped, and one of them, or 0,
// becomes its result.
func drops(s site) []edit {
	drop := wasm.Instr{Op: wasm.OpDrop}
	switch s.in.Op {
	case wasm.OpEnd, wasm.OpElse, wasm.OpBlock, wasm.OpLoop, wasm.OpDrop, wasm.OpNop:
		return nil // not by themselves, or nothing to leave out
	case wasm.OpBr, wasm.OpUnreachable:
		return []edit{{}}
	case wasm.OpBrIf:
		return []edit{{with: []wasm.Instr{drop}}}
	case wasm.OpReturn:
		return []edit{{}, {with: []wasm.Instr{drop}}}
	case wasm.OpIf:
		// Entered whatever the condition; with an else that does not encode.
		return []edit{{with: []wasm.Instr{drop, {Op: wasm.OpBlock, Block: s.in.Block}}}}
	case wasm.OpSelect:
		t := s.temps(wasm.I32)
		return []edit{
			{with: []wasm.Instr{drop, drop}},
			{with: []wasm.Instr{drop, t.set(0), drop, t.get(0)}, locals: t.types},
		}
	}
	sig, ok := s.m.Signature(s.f, s.in)
	if !ok || len(sig.Results) > 1 {
		return nil
	}
	n := len(sig.Params)
	if len(sig.Results) == 0 {
		return []edit{{with: slices.Repeat([]wasm.Instr{drop}, n)}}
	}
	var edits []edit
	if s.in.Op != wasm.OpCall {
		for k, p := range sig.Params {
			if p == sig.Results[0] {
				edits = append(edits, s.keep(k, sig.Params))
			}
		}
	}
	if len(edits) == 0 {
		edits = append(edits, edit{with: append(slices.Repeat([]wasm.Instr{drop}, n), zero(sig.Results[0]))})
	}
	return edits
}

// keep drops all operands but the k-th.
func (s site) keep(k int, params []wasm.ValType) edit {
	drop := []wasm.Instr{{Op: wasm.OpDrop}}
	above := slices.Repeat(drop, len(params)-1-k)
	if k == 0 {
		return edit{with: above}
	}
	t := s.temps(params[k])
	return edit{
		with:   slices.Concat(above, []wasm.Instr{t.set(0)}, slices.Repeat(drop, k), []wasm.Instr{t.get(0)}),
		locals: t.types,
	}
}

// zero is the constant 0, where the type has integer constants.
func zero(t wasm.ValType) wasm.Instr {
	if t == wasm.I64 {
		return wasm.I64Const(0)
	}
	return wasm.I32Const(0)
}

// doubles executes the instruction twice: an operator again on its own result, a
// call or memory.grow again with the same operands. Idempotent operators are left
// out.
func doubles(s site) []edit {
	op := s.in.Op
	sig, _ := s.m.Signature(s.f, s.in)
	twice := func(t temps, between ...wasm.Instr) []edit {
		n := len(t.types)
		seq := slices.Concat(t.setAll(), t.gets(0, n), []wasm.Instr{s.in}, between, t.gets(0, n), []wasm.Instr{s.in})
		return []edit{{with: seq, locals: t.types}}
	}
	switch {
	case idempotent.has(op):
		return nil
	case unaryI32.has(op) || unaryI64.has(op):
		return []edit{{with: []wasm.Instr{s.in, s.in}}}
	case binary(op):
		return twice(s.temps(sig.Params[1:]...))
	case op == wasm.OpCall || op == wasm.OpMemoryGrow:
		drop := wasm.Instr{Op: wasm.OpDrop}
		return twice(s.temps(sig.Params...), slices.Repeat([]wasm.Instr{drop}, len(sig.Results))...)
	}
	return nil
}

// swaps exchanges two neighbouring operands of the same type. Comparisons are left
// out, since another operator is the same.
func swaps(s site) []edit {
	op := s.in.Op
	if compareI32.has(op) || compareI64.has(op) || commutes.has(op) {
		return nil
	}
	sig, ok := s.m.Signature(s.f, s.in)
	if !ok {
		return nil
	}
	var edits []edit
	for k := 1; k < len(sig.Params); k++ {
		if sig.Params[k] != sig.Params[k-1] {
			continue
		}
		t := s.temps(sig.Params[k-1:]...)
		edits = append(edits, edit{
			with:   slices.Concat(t.setAll(), t.gets(1, 2), t.gets(0, 1), t.gets(2, len(t.types)), []wasm.Instr{s.in}),
			locals: t.types,
		})
	}
	return edits
}

// flips inverts the condition of a branch, an if or a select.
func flips(s site) []edit {
	switch s.in.Op {
	case wasm.OpBrIf, wasm.OpIf, wasm.OpSelect, wasm.OpSelectT:
		return []edit{{with: []wasm.Instr{{Op: wasm.OpI32Eqz}, s.in}}}
	}
	return nil
}

// temps are locals that a mutant adds to its function.
type temps struct {
	first uint32
	types []wasm.ValType
}

func (s site) temps(types ...wasm.ValType) temps {
	t, _ := s.m.Type(s.f.Type)
	first := uint32(len(t.Params))
	for _, l := range s.f.Locals {
		first += l.Count
	}
	return temps{first, types}
}

func (t temps) set(i int) wasm.Instr { return t.access(wasm.OpLocalSet, i) }
func (t temps) get(i int) wasm.Instr { return t.access(wasm.OpLocalGet, i) }

func (t temps) access(op wasm.Opcode, i int) wasm.Instr {
	return wasm.Instr{Op: op, Index: t.first + uint32(i)}
}

// setAll takes as many operands from the stack as there are temps.
func (t temps) setAll() []wasm.Instr {
	var seq []wasm.Instr
	for i := len(t.types) - 1; i >= 0; i-- {
		seq = append(seq, t.set(i))
	}
	return seq
}

// gets puts the temps from i up to j on the stack.
func (t temps) gets(i, j int) []wasm.Instr {
	var seq []wasm.Instr
	for ; i < j; i++ {
		seq = append(seq, t.get(i))
	}
	return seq
}
