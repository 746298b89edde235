// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm_test

import (
	"reflect"
	"testing"

	"github.com/genalloc/genalloc/wasm"
)

func TestIndexSpaces(t *testing.T) {
	_, m := decodeFile(t, "sections.wasm")
	for _, tt := range []struct {
		what string
		got  func() (any, error)
		want any // nil for an error
	}{
		{"imported func", func() (any, error) { return m.FuncType(0) }, wasm.FuncType{}},
		{"defined func", func() (any, error) { return m.FuncType(2) }, m.Types[1]},
		{"no func", func() (any, error) { return m.FuncType(3) }, nil},
		{"body of an import", func() (any, error) { return m.Func(0) }, (*wasm.Func)(nil)},
		{"body", func() (any, error) { return m.Func(1) }, &m.Funcs[0]},
		{"no body", func() (any, error) { return m.Func(1 << 31) }, nil},
		{"imported global", func() (any, error) { return m.Global(1) }, wasm.GlobalType{Type: wasm.F32, Mutable: true}},
		{"defined global", func() (any, error) { return m.Global(2) }, wasm.GlobalType{Type: wasm.I32}},
		{"no global", func() (any, error) { return m.Global(5) }, nil},
		{"imported memory", func() (any, error) { return m.Memory(0) }, wasm.Limits{Min: 1, Max: 65536, HasMax: true}},
		{"defined memory", func() (any, error) { return m.Memory(1) }, wasm.Limits{}},
		{"no memory", func() (any, error) { return m.Memory(4) }, nil},
		{"imported table", func() (any, error) { return m.Table(0) }, m.Imports[1].Table},
		{"defined table", func() (any, error) { return m.Table(1) }, m.Tables[0]},
		{"no table", func() (any, error) { return m.Table(3) }, nil},
		{"no type", func() (any, error) { return m.Type(2) }, nil},
		{"parameter", func() (any, error) { return m.LocalType(&m.Funcs[1], 3) }, wasm.F64},
		{"local", func() (any, error) { return m.LocalType(&m.Funcs[0], 2) }, wasm.I64},
		{"no local", func() (any, error) { return m.LocalType(&m.Funcs[0], 3) }, nil},
	} {
		got, err := tt.got()
		if tt.want == nil {
			if err == nil {
				t.Errorf("%s: got %v, want an error", tt.what, got)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %v, %v; want %v", tt.what, got, err, tt.want)
		}
	}
	if n := m.NumImported(wasm.KindGlobal); n != 2 {
		t.Errorf("%d imported globals, want 2", n)
	}
}

func TestExports(t *testing.T) {
	_, m := decodeFile(t, "sections.wasm")
	i, sig, err := m.ExportedFunc("f")
	if i != 1 || err != nil || !reflect.DeepEqual(sig, m.Types[0]) {
		t.Errorf("f: got %d, %v, %v", i, sig, err)
	}
	for name, want := range map[string]string{
		"m":  `export "m" is a memory, want func`,
		"no": `export "no" not found`,
	} {
		if _, _, err := m.ExportedFunc(name); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
	m.Exports[0].Index = 9
	if _, _, err := m.ExportedFunc("f"); err == nil || err.Error() != `export "f": func 9 out of range: there are 3` {
		t.Errorf("dangling export: got %v", err)
	}
	if b, ok := m.Custom("between"); !ok || string(b) != "abc" {
		t.Errorf("custom section: got %q, %t", b, ok)
	}
	if _, ok := m.Custom("nowhere"); ok {
		t.Error("a custom section that is not there was found")
	}
}

func TestSpans(t *testing.T) {
	op := func(op wasm.Opcode) wasm.Instr { return wasm.Instr{Op: op, Block: wasm.BlockEmpty} }
	body := []wasm.Instr{
		0: op(wasm.OpBlock),
		1: op(wasm.OpIf),
		2: op(wasm.OpLoop),
		3: op(wasm.OpEnd),
		4: op(wasm.OpElse),
		5: op(wasm.OpIf),
		6: op(wasm.OpEnd),
		7: op(wasm.OpEnd),
		8: op(wasm.OpEnd),
		9: op(wasm.OpEnd),
	}
	want := map[int]wasm.Span{0: {-1, 8}, 1: {4, 7}, 2: {-1, 3}, 5: {-1, 6}}
	if got, err := wasm.Spans(body); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	wantText := "block\n  if\n    loop\n    end\n  else\n    if\n    end\n  end\nend\n"
	if got := wasm.BodyText(body, ""); got != wantText {
		t.Errorf("got\n%s\nwant\n%s", got, wantText)
	}
	for want, body := range map[string][]wasm.Instr{
		"body not closed by its end":                       {op(wasm.OpLoop), wasm.End()},
		"instruction 0: else without if":                   {op(wasm.OpElse)},
		"instruction 2: else without if":                   {op(wasm.OpIf), op(wasm.OpElse), op(wasm.OpElse)},
		"instruction 0: the end of the body, but 1 follow": {wasm.End(), wasm.End()},
	} {
		if _, err := wasm.Spans(body); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
