// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/wasm"
)

// opened is an object of the contract's text, linked but for what the linker decides.
func opened(t *testing.T, text string, state object.State) (*wasm.Module, contract.Contract, Hints) {
	t.Helper()
	return variantWith(t, "--heap-base=linker "+text, object.Options{State: state})
}

// TestObject proves objects wherever a linker puts the heap.
func TestObject(t *testing.T) {
	for _, tt := range []struct {
		flags string
		state object.State
		top   string
	}{
		{"--functions=alloc", object.StateData, "-@1024"}, {"--functions=alloc", object.StateGlobal, "-2"},
		{"--functions=alloc --memory64 --grow=never", object.StateData, "-@1024"},
	} {
		m, c, h := opened(t, tt.flags, tt.state)
		if h.Top.String() != tt.top {
			t.Errorf("%s, --state=%v: the top is in %v, want %s", tt.flags, tt.state, h.Top, tt.top)
		}
		for name, v := range run(t, m, c, h) {
			if v != Proved {
				t.Errorf("%s, --state=%v: %s is %s", tt.flags, tt.state, name, v)
			}
		}
	}
}

// placed is an object of the contract's text that is linked alone into a memory of two
// pages, with its data at address 1040.
func placed(t *testing.T, text string) (*wasm.Module, contract.Contract) {
	t.Helper()
	c := contract.Must(contract.Parse(text))
	file, err := emitter.Emit(c)
	if err == nil {
		file, err = object.FromModule(file, c, object.Options{})
	}
	if err == nil {
		file, err = object.Place(file, 1040, 2)
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := wasm.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	return m, c
}

// TestProgram proves an allocator that is linked into a program, and found in it.
func TestProgram(t *testing.T) {
	m, c := placed(t, "--heap-base=linker --functions=alloc")
	index, _, err := m.ExportedFunc("alloc")
	if err != nil {
		t.Fatal(err)
	}
	client := wasm.Func{Type: m.Funcs[index].Type, Body: []wasm.Instr{
		{Op: wasm.OpLocalGet}, {Op: wasm.OpLocalGet, Index: 1}, {Op: wasm.OpCall, Index: index}, wasm.End(),
	}}
	m.Funcs = append(m.Funcs, client)
	m.Exports = []wasm.Export{{Name: "app", Index: index + 1}, {Name: "heap", Index: index}}
	program, err := Locate(m, c, map[string]string{"alloc": "heap"})
	if err != nil {
		t.Fatal(err)
	}
	h, err := Guess(program, c)
	if want := (Placement{Base: 1056, End: 2 << 16}); err != nil || h.Placed != want {
		t.Fatalf("the heap is placed at %v, %v: want %v", h.Placed, err, want)
	}
	for name, v := range run(t, program, c, h) {
		if v != Proved {
			t.Errorf("%s is %s", name, v)
		}
	}
	h.Placed.Base += 16
	if v := verdictOn(t, program, c, h, "alloc.place"); v != Refuted {
		t.Errorf("with a base that is not the program's, alloc.place is %s", v)
	}
	h.Placed.Base -= 16
	m.Funcs[len(m.Funcs)-1].Body = []wasm.Instr{
		wasm.I32Const(0), wasm.I32Const(7), {Op: wasm.OpI32Store, Mem: wasm.MemArg{Offset: uint64(h.Top.Global)}}, wasm.I32Const(0), wasm.End(),
	}
	if _, err := Run(t.Context(), program, c, h, Options{}); err == nil || !strings.Contains(err.Error(), "writes @1040, which is state") {
		t.Errorf("a program that writes the state: %v", err)
	}
}

var wordHints = Hints{Top: Cell{Global: 16, Memory: true, Negated: true}, End: End{Kind: EndPage}}

// inWord is the hand-written allocator with its state in a word of the memory.
func inWord(t *testing.T, edits ...string) *wasm.Module {
	t.Helper()
	return page(t, append([]string{
		"(global $next (mut i32) (i32.const -1024))", `(data (i32.const 16) "\00\fc\ff\ff")`,
		"(global.get $next)", "(i32.load (i32.const 16))", "(global.get $next)", "(i32.load (i32.const 16))",
		"(global.get $next)", "(i32.load (i32.const 16))", "(global.set $next ", "(i32.store (i32.const 16) ",
	}, edits...)...)
}

func TestWords(t *testing.T) {
	c := contract.Must(contract.Parse("--functions=alloc,dealloc"))
	m := inWord(t)
	m.Exports = only(m.Exports, c)
	for name, v := range run(t, m, c, wordHints) {
		if v != Proved {
			t.Errorf("%s is %s", name, v)
		}
	}
	const dealloc = `(func $dealloc (export "dealloc") (param i32 i32 i32)`
	for _, tt := range []struct {
		bug, obligation string
		edits           []string
	}{
		{"a word that is nobody's", "dealloc.writes", []string{dealloc, dealloc + "(i32.store (i32.const 32) (i32.const 1))"}},
		{"the state of a block that is freed", "dealloc.live", []string{dealloc, dealloc + "(i32.store (i32.const 16) (i32.const -1024))"}},
		{"another start", "start.invariant", []string{"\\00\\fc", "\\01\\fc"}},
	} {
		m := inWord(t, tt.edits...)
		m.Exports = only(m.Exports, c)
		if v := verdictOn(t, m, c, wordHints, tt.obligation); v != Refuted {
			t.Errorf("%s: %s is %s", tt.bug, tt.obligation, v)
		}
	}
	for _, tt := range []struct {
		edits []string
		want  string
	}{
		{[]string{dealloc, dealloc + "(i32.store8 (i32.const 17) (i32.const 1))"}, "a store over a part of the state is not supported"},
		{[]string{"(data (i32.const 16)", `(data (i32.const 1023) "ab") (data (i32.const 16)`}, "data up to address 1025: above the heap base, 1024, memory that is not 0 at the start is not supported"},
	} {
		m := inWord(t, tt.edits...)
		m.Exports = only(m.Exports, c)
		if _, err := Run(t.Context(), m, c, wordHints, Options{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: got %v, want %s", tt.edits, err, tt.want)
		}
	}
}

// TestProgramOfLists finds an allocator with lists in a program, and refuses a program that
// writes at its heads.
func TestProgramOfLists(t *testing.T) {
	m, c := placed(t, "--heap-base=linker --strategy=lists --functions=alloc,dealloc --grow=never")
	h, err := Guess(m, c)
	if want := (Placement{Base: 1552, End: 2 << 16}); err != nil || h.Placed != want || h.Heads != 1040 {
		t.Fatalf("the heads are at %d and the heap at %v, %v: want 1040 and %v", h.Heads, h.Placed, err, want)
	}
	if _, err := newSystem(m, c, h); err != nil {
		t.Error(err)
	}
	bare := *m
	bare.Funcs = []wasm.Func{{Type: m.Funcs[0].Type, Body: []wasm.Instr{wasm.I32Const(0), wasm.End()}}}
	bare.Exports = nil
	if _, err := Guess(&bare, c); err == nil || !strings.HasPrefix(err.Error(), "hints: no code reads the head of a list") {
		t.Errorf("a program without lists: %v", err)
	}
	for want, change := range map[string]func(*Hints){
		"hints: no linker places a heap there":                                                    func(h *Hints) { h.Placed.End = 1 },
		"hints: the lists' heads are not at address 0":                                            func(h *Hints) { h.Heads = 0 },
		"hints: the lists' heads are not at address 1042":                                         func(h *Hints) { h.Heads += 2 },
		"hints: the lists' heads are not at address 1044: the word at 1536 is not 0 at the start": func(h *Hints) { h.Heads += 4 },
	} {
		wrong := h
		change(&wrong)
		if _, err := newSystem(m, c, wrong); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	m.Funcs = append(m.Funcs, wasm.Func{Type: m.Funcs[0].Type, Body: []wasm.Instr{wasm.I32Const(1040 - 20), wasm.End()}})
	if _, err := newSystem(m, c, h); err == nil || !strings.Contains(err.Error(), "writes @1020, which is state") {
		t.Errorf("a program that writes at the heads: %v", err)
	}
}

// TestObjectOfLists proves objects whose lists' heads are among the data.
func TestObjectOfLists(t *testing.T) {
	const flags = "--strategy=lists --split=false --classes=1 --functions=alloc,dealloc --grow=never"
	m, c, h := opened(t, flags, object.StateGlobal)
	if h.Heads != 1024 || !h.End.Lazy {
		t.Errorf("the hints are %+v, want the heads at 1024 and a lazy end", h)
	}
	for name, v := range run(t, m, c, h) {
		if v != Proved {
			t.Errorf("%s is %s", name, v)
		}
	}
	_, _, h = opened(t, flags, object.StateData)
	if h.Heads != 1024 || h.Top.String() != "-@1144" || h.End.Cell.String() != "-@1148" {
		t.Errorf("the hints are %+v, want the heads at 1024 and the state behind them", h)
	}
	for _, tt := range []struct {
		obligation string
		edits      []string
	}{
		{"alloc.place", []string{"(global.get $base)) (i32.const -8)", "(global.get $base)) (i32.const -16)"}},
		{"alloc.invariant", []string{"(global.get $base)) (i32.const -8)", "(global.get $base)) (i32.const -4)"}},
	} {
		m, c, h := variantWith(t, "--heap-base=linker "+flags, object.Options{State: object.StateGlobal}, tt.edits...)
		if v := verdictOn(t, m, c, h, tt.obligation); v != Refuted {
			t.Errorf("%v: %s is %s", tt.edits, tt.obligation, v)
		}
	}
	h.Heads += 4
	m, c, _ = opened(t, flags, object.StateData)
	if _, err := Run(t.Context(), m, c, h, Options{}); err == nil || !strings.Contains(err.Error(), "the lists' heads are not at address 1028: the word at 1144 is not 0 at the start") {
		t.Errorf("with heads elsewhere: %v", err)
	}
}
