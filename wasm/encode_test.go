// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/genalloc/genalloc/wasm"
)

// relocatable is a module with an instruction for each kind of immediate that a
// linker relocates, and one function before it, to move it in the section.
func relocatable() *wasm.Module {
	op := func(op wasm.Opcode, index uint32) wasm.Instr { return wasm.Instr{Op: op, Index: index} }
	return &wasm.Module{
		Types:    []wasm.FuncType{{}},
		Tables:   []wasm.Table{{Elem: wasm.FuncRef, Limits: wasm.Limits{Min: 1}}},
		Memories: []wasm.Limits{{Min: 1}, {Min: 1, Is64: true}},
		Funcs: []wasm.Func{
			{Body: []wasm.Instr{wasm.I32Const(1), {Op: wasm.OpDrop}, wasm.End()}},
			{Locals: []wasm.Local{{Count: 1, Type: wasm.I32}}, Body: []wasm.Instr{
				0: op(wasm.OpCall, 1),
				1: op(wasm.OpGlobalGet, 2),
				2: wasm.I32Const(-3),
				3: wasm.I64Const(-4),
				4: {Op: wasm.OpI32Load, Mem: wasm.MemArg{Align: 2, Offset: 5}},
				5: {Op: wasm.OpI64Load, Mem: wasm.MemArg{Align: 3, Memory: 1, Offset: 6}},
				6: {Op: wasm.OpCallIndirect, Index: 7, Index2: 8},
				7: op(wasm.OpTableGet, 9),
				8: op(wasm.OpLocalGet, 0),
				9: wasm.End(),
			}},
		},
	}
}

func TestEncodePadded(t *testing.T) {
	m := relocatable()
	b, sites, err := m.EncodePadded(func(fn, instr int) bool { return fn == 1 && instr < 8 })
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		instr int
		leb   []byte
	}{
		{0, wasm.AppendLEBPadded(nil, 1, 5)},
		{1, wasm.AppendLEBPadded(nil, 2, 5)},
		{2, wasm.AppendLEBPadded(nil, -3, 5)},
		{3, wasm.AppendLEBPadded(nil, -4, 10)},
		{4, wasm.AppendLEBPadded(nil, 5, 5)},
		{5, wasm.AppendLEBPadded(nil, 6, 10)},
		{6, wasm.AppendLEBPadded(nil, 7, 5)},
		{6, wasm.AppendLEBPadded(nil, 8, 5)},
		{7, wasm.AppendLEBPadded(nil, 9, 5)},
	}
	if len(sites) != len(want) {
		t.Fatalf("got %d sites %v, want %d", len(sites), sites, len(want))
	}
	list, err := wasm.Sections(b)
	if err != nil {
		t.Fatal(err)
	}
	var code wasm.Section
	for _, s := range list {
		if s.ID == wasm.SectionCode {
			code = s
		}
	}
	payload := b[code.Payload : code.Payload+code.Size]
	for i, s := range sites {
		w := want[i]
		if s.Func != 1 || s.Instr != w.instr || !bytes.HasPrefix(payload[s.Offset:], w.leb) {
			t.Errorf("site %d: %+v with % x behind it; want instruction %d with % x",
				i, s, payload[s.Offset:], w.instr, w.leb)
		}
	}
	back, err := wasm.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	forget(back)
	if !reflect.DeepEqual(back, m) {
		t.Errorf("padding changed the module:\ngot  %+v\nwant %+v", back, m)
	}
}

func TestEncodeErrors(t *testing.T) {
	body := func(list ...wasm.Instr) *wasm.Module {
		return &wasm.Module{Types: []wasm.FuncType{{}}, Funcs: []wasm.Func{{Body: list}}}
	}
	for _, tt := range []struct {
		name string
		m    *wasm.Module
		want string
	}{
		{"no end", body(), "body 0: not closed by its end"},
		{"open block", body(wasm.Instr{Op: wasm.OpBlock, Block: wasm.BlockEmpty}, wasm.End()), "body 0: not closed by its end"},
		{"early end", body(wasm.End(), wasm.End()), "body 0: not closed by its end"},
		{"opcode", body(wasm.Instr{Op: 0xff}, wasm.End()), "unknown opcode 0xff"},
		{"prefixed opcode", body(wasm.Instr{Op: 0xfd9a}, wasm.End()), "unknown opcode 0xfd9a"},
		{"i32", body(wasm.Instr{Op: wasm.OpI32Const, Value: 1 << 31}, wasm.End()), "i32.const: 2147483648 does not fit 32 bits: keep the value sign-extended"},
		{"initialiser", &wasm.Module{Globals: []wasm.Global{{Init: []wasm.Instr{wasm.I32Const(0)}}}}, "initialiser of a global: not closed by its end"},
		{"name", &wasm.Module{Exports: []wasm.Export{{Name: "\xff"}}}, `name "\xff" is not valid utf-8`},
		{"import kind", &wasm.Module{Imports: []wasm.Import{{Module: "a", Name: "b", Kind: 9}}}, `import "a" "b": unknown kind 0x09`},
		{"custom place", &wasm.Module{Customs: []wasm.Custom{{Name: "c", After: 77}}}, `custom section "c": no section has id 77 to stand behind`},
	} {
		if _, err := tt.m.Encode(); err == nil || err.Error() != tt.want {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
	_, _, err := relocatable().EncodePadded(func(fn, instr int) bool { return instr == 8 })
	if want := "body 1 instruction 8: local.get 0 has no immediate to relocate"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// FuzzDecode: no input may make Decode panic, and what it accepts must survive
// encoding. The bytes themselves need not come back, since a LEB may be padded;
// those of the second encoding must.
func FuzzDecode(f *testing.F) {
	for _, name := range []string{"instructions.wasm", "sections.wasm"} {
		b, _ := decodeFile(f, name)
		f.Add(b)
	}
	f.Add([]byte(oneFunc("\x01\x02\x7f\x02\x40\x0c\x00\x0b\x0b")))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, sectionsErr := wasm.Sections(b)
		m, err := wasm.Decode(b)
		if err != nil {
			return
		}
		if sectionsErr != nil {
			t.Fatalf("decoded, but its %d sections cannot be listed: %v", len(list), sectionsErr)
		}
		first, err := m.Encode()
		if err != nil {
			t.Fatalf("encoding what was decoded: %v", err)
		}
		again, err := wasm.Decode(first)
		if err != nil {
			t.Fatalf("decoding what was encoded: %v", err)
		}
		second, err := again.Encode()
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("second encoding differs: %v\n% x\n% x", err, first, second)
		}
		query(m)
		forget(m)
		forget(again)
		if !reflect.DeepEqual(m, again) {
			t.Fatalf("second decoding differs:\n%+v\n%+v", m, again)
		}
	})
}

// query asks everything that takes a module which may be invalid.
func query(m *wasm.Module) {
	for i := range m.Funcs {
		f := &m.Funcs[i]
		for _, in := range f.Body {
			_, _ = m.Signature(f, in)
		}
		if _, err := wasm.Spans(f.Body); err != nil {
			panic(err) // Decode has checked the nesting
		}
		_ = wasm.BodyText(f.Body, "")
	}
	for _, x := range m.Exports {
		_, _, _ = m.ExportedFunc(x.Name)
	}
}
