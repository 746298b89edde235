// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/wasm"
)

// The files in testdata were assembled by wasmtime from the text next to them;
// package cost, which links wasmtime, tests that they still are and that the
// engine finds them valid.

func decodeFile(t testing.TB, name string) ([]byte, *wasm.Module) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	m, err := wasm.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	return b, m
}

func TestRoundTrip(t *testing.T) {
	for _, name := range []string{"instructions.wasm", "sections.wasm"} {
		b, m := decodeFile(t, name)
		got, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, b) {
			t.Errorf("%s does not come back byte for byte:\ngot  % x\nwant % x", name, got, b)
		}
	}
}

// TestInstructionText prints every function of instructions.wasm and compares
// with the text that an independent assembler read.
func TestInstructionText(t *testing.T) {
	_, m := decodeFile(t, "instructions.wasm")
	text, err := os.ReadFile("testdata/instructions.wat")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "  (func") {
			want = append(want, strings.TrimSpace(line))
		}
	}
	if len(want) != len(m.Funcs) {
		t.Fatalf("%d functions decoded, %d in the text", len(m.Funcs), len(want))
	}
	seen := make(map[wasm.Opcode]bool)
	for i, f := range m.Funcs {
		words := []string{"(func"}
		sig, err := m.Type(f.Type)
		if err != nil {
			t.Fatal(err)
		}
		if s := sig.String(); s != "" {
			words = append(words, s)
		}
		for _, in := range f.Body[:len(f.Body)-1] {
			seen[in.Op] = true
			words = append(words, in.String())
		}
		if got := strings.Join(words, " ") + ")"; got != want[i] {
			t.Errorf("function %d:\ngot  %s\nwant %s", i, got, want[i])
		}
	}
	for op := range wasm.Opcode(0xffff) {
		if op.Info().Name != "" && !seen[op] {
			t.Errorf("%s (0x%02x) is not in instructions.wat", op, uint16(op))
		}
	}
}

// TestSignature takes the types that the engine has checked: of functions that
// feed their parameters to one instruction and return its results.
func TestSignature(t *testing.T) {
	_, m := decodeFile(t, "instructions.wasm")
	static, resolved := 0, 0
	for i := range m.Funcs {
		f := &m.Funcs[i]
		want, err := m.Type(f.Type)
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Body) != len(want.Params)+2 {
			continue
		}
		in := f.Body[len(want.Params)]
		if in.Op == wasm.OpLocalGet {
			continue
		}
		got, ok := m.Signature(f, in)
		if in.Op == wasm.OpDrop || in.Op == wasm.OpSelect || in.Op == wasm.OpRefIsNull ||
			in.Op == wasm.OpUnreachable || in.Op == wasm.OpReturnCall {
			if ok {
				t.Errorf("%s: signature %v, want none", in, got)
			}
			continue
		}
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: signature %v %t, want %v", in, got, ok, want)
		}
		if in.Op.Info().Sig.Static() {
			static++
		} else {
			resolved++
		}
	}
	if static < 252 || resolved < 12 {
		t.Errorf("only %d static and %d resolved signatures were compared", static, resolved)
	}
}

func TestSectionContents(t *testing.T) {
	_, m := decodeFile(t, "sections.wasm")
	start, count := uint32(1), uint32(3)
	refFunc := func(i uint32) []wasm.Instr {
		return []wasm.Instr{{Op: wasm.OpRefFunc, Index: i}, wasm.End()}
	}
	null := func(t wasm.ValType) []wasm.Instr {
		return []wasm.Instr{{Op: wasm.OpRefNull, Type: t}, wasm.End()}
	}
	consti := func(v int32) []wasm.Instr { return []wasm.Instr{wasm.I32Const(v), wasm.End()} }
	constl := func(v int64) []wasm.Instr { return []wasm.Instr{wasm.I64Const(v), wasm.End()} }
	forget(m)
	want := &wasm.Module{
		Types: []wasm.FuncType{{}, {
			Params:  []wasm.ValType{wasm.I32, wasm.I64, wasm.F32, wasm.F64, wasm.V128, wasm.FuncRef, wasm.ExternRef},
			Results: []wasm.ValType{wasm.I32, wasm.I32},
		}},
		Imports: []wasm.Import{
			{Module: "env", Name: "f", Kind: wasm.KindFunc},
			{Module: "env", Name: "t", Kind: wasm.KindTable, Table: wasm.TableType{Elem: wasm.FuncRef, Limits: wasm.Limits{Min: 1, Max: 2, HasMax: true}}},
			{Module: "env", Name: "m", Kind: wasm.KindMemory, Memory: wasm.Limits{Min: 1, Max: 65536, HasMax: true}},
			{Module: "env", Name: "g", Kind: wasm.KindGlobal, Global: wasm.GlobalType{Type: wasm.I64}},
			{Module: "", Name: "é", Kind: wasm.KindGlobal, Global: wasm.GlobalType{Type: wasm.F32, Mutable: true}},
		},
		Funcs: []wasm.Func{
			{Type: 0, Locals: []wasm.Local{{Count: 2, Type: wasm.I32}, {Count: 1, Type: wasm.I64}}, Body: []wasm.Instr{{Op: wasm.OpDataDrop, Index: 1}, wasm.End()}},
			{Type: 1, Body: []wasm.Instr{{Op: wasm.OpUnreachable}, wasm.End()}},
		},
		Tables: []wasm.Table{
			{Elem: wasm.ExternRef, Limits: wasm.Limits{Min: 3}},
			{Elem: wasm.FuncRef, Limits: wasm.Limits{Is64: true}},
		},
		Memories: []wasm.Limits{
			{},
			{Min: 1, Max: 3, HasMax: true, Shared: true},
			{Max: 1 << 32, HasMax: true, Is64: true},
		},
		Globals: []wasm.Global{
			{Type: wasm.GlobalType{Type: wasm.I32}, Init: consti(7)},
			{Type: wasm.GlobalType{Type: wasm.F64, Mutable: true}, Init: []wasm.Instr{{Op: wasm.OpF64Const, Value: 0x3fe << 52}, wasm.End()}},
			{Type: wasm.GlobalType{Type: wasm.FuncRef}, Init: refFunc(1)},
		},
		Exports: []wasm.Export{
			{Name: "f", Kind: wasm.KindFunc, Index: 1},
			{Name: "t", Kind: wasm.KindTable, Index: 1},
			{Name: "m", Kind: wasm.KindMemory, Index: 2},
			{Name: "g", Kind: wasm.KindGlobal, Index: 0},
		},
		Start: &start,
		Elements: []wasm.Element{
			{Flags: 0, Offset: consti(0), Type: wasm.FuncRef, Funcs: []uint32{0, 1}},
			{Flags: 1, Type: wasm.FuncRef, Funcs: []uint32{1}},
			{Flags: 2, Table: 2, Offset: constl(0), Type: wasm.FuncRef, Funcs: []uint32{2}},
			{Flags: 3, Type: wasm.FuncRef, Funcs: []uint32{2}},
			{Flags: 4, Offset: consti(0), Type: wasm.FuncRef, Exprs: [][]wasm.Instr{refFunc(0), null(wasm.FuncRef)}},
			{Flags: 5, Type: wasm.ExternRef, Exprs: [][]wasm.Instr{null(wasm.ExternRef)}},
			{Flags: 6, Table: 1, Offset: consti(0), Type: wasm.ExternRef, Exprs: [][]wasm.Instr{null(wasm.ExternRef)}},
			{Flags: 7, Type: wasm.FuncRef, Exprs: [][]wasm.Instr{refFunc(1)}},
		},
		DataCount: &count,
		Data: []wasm.Data{
			{Flags: 0, Offset: consti(0), Init: []byte("active")},
			{Flags: 1, Init: []byte("passive")},
			{Flags: 2, Memory: 3, Offset: constl(1), Init: []byte("of memory 3")},
		},
		Customs: []wasm.Custom{
			{Name: "first", Payload: []byte{0, 1}, After: 0},
			{Name: "empty", After: wasm.SectionImport},
			{Name: "between", Payload: []byte("abc"), After: wasm.SectionExport},
			{Name: "between", Payload: []byte("d"), After: wasm.SectionDataCount},
			{Name: "last", Payload: []byte{0xff}, After: wasm.SectionData},
		},
	}
	got, wanted := reflect.ValueOf(*m), reflect.ValueOf(*want)
	for i := range got.NumField() {
		if g, w := got.Field(i).Interface(), wanted.Field(i).Interface(); !reflect.DeepEqual(g, w) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", got.Type().Field(i).Name, g, w)
		}
	}
}

// forget clears what Decode knows of a file's layout and Encode does not need.
func forget(m *wasm.Module) {
	clear := func(body []wasm.Instr) {
		for i := range body {
			body[i].Offset = 0
		}
	}
	for i := range m.Funcs {
		m.Funcs[i].Offset, m.Funcs[i].Size = 0, 0
		clear(m.Funcs[i].Body)
	}
	for _, g := range m.Globals {
		clear(g.Init)
	}
	for _, e := range m.Elements {
		clear(e.Offset)
		for _, x := range e.Exprs {
			clear(x)
		}
	}
	for _, d := range m.Data {
		clear(d.Offset)
	}
}

// TestSections compares the listing with the bytes it points at.
func TestSections(t *testing.T) {
	b, _ := decodeFile(t, "sections.wasm")
	list, err := wasm.Sections(b)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	next := 8
	for _, s := range list {
		name := s.ID.String()
		if s.ID == wasm.SectionCustom {
			name += " " + s.Name
		}
		names = append(names, name)
		if s.Offset != next || b[s.Offset] != byte(s.ID) || s.Payload-s.Offset != 2 || int(b[s.Offset+1]) != s.Size {
			t.Errorf("section %s: %+v does not fit the file", name, s)
		}
		next = s.Payload + s.Size
	}
	if next != len(b) {
		t.Errorf("the sections end at %d, the file at %d", next, len(b))
	}
	want := "custom first, type, import, custom empty, function, table, memory, global, export, custom between, " +
		"start, element, datacount, custom between, code, data, custom last"
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestOffsets checks the offsets that Decode reports against the file.
func TestOffsets(t *testing.T) {
	b, m := decodeFile(t, "instructions.wasm")
	for i, f := range m.Funcs {
		if int(b[f.Offset-1]) != f.Size { // bodies are short: one byte of size
			t.Errorf("function %d: size %d, the file says %d", i, f.Size, b[f.Offset-1])
		}
		for _, in := range f.Body {
			first := byte(in.Op)
			if in.Op > 0xff {
				first = byte(in.Op >> 8)
			}
			if b[in.Offset] != first {
				t.Errorf("function %d offset 0x%x: %s, the file has 0x%02x", i, in.Offset, in, b[in.Offset])
			}
		}
		if end := f.Body[len(f.Body)-1]; end.Offset != f.Offset+f.Size-1 {
			t.Errorf("function %d: last end at %d, want %d", i, end.Offset, f.Offset+f.Size-1)
		}
	}
}
