// SPDX-License-Identifier: MIT OR Apache-2.0

package inspect_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/inspect"
	"github.com/genalloc/genalloc/wasm"
)

func emit(t testing.TB, text string) []byte {
	t.Helper()
	c, err := contract.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	b, err := emitter.Emit(c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func describe(t testing.TB, b []byte) *inspect.Info {
	t.Helper()
	info, err := inspect.Module(b)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// text is the description as a person sees it.
func text(info *inspect.Info) string {
	var b strings.Builder
	info.WriteText(&b)
	return b.String()
}

// has fails unless a line of the text has just these words.
func has(t *testing.T, text string, words ...string) {
	t.Helper()
	want := strings.Join(words, " ")
	for line := range strings.Lines(text) {
		if strings.Join(strings.Fields(line), " ") == want {
			return
		}
	}
	t.Errorf("no line is %q in\n%s", want, text)
}

func TestDefaultModule(t *testing.T) {
	b := emit(t, "")
	info := describe(t, b)
	out := text(info)
	has(t, out, fmt.Sprint(len(b)), "bytes")
	has(t, out, "contract", "genalloc", "(all", "defaults)")
	has(t, out, `"memory"`, "memory", "1", "page")
	has(t, out, `"alloc"`, "func", "(i32", "i32)", "->", "(i32)")
	has(t, out, `"alloc_zeroed"`, "func", "(i32", "i32)", "->", "(i32)")
	has(t, out, `"dealloc"`, "func", "(i32", "i32", "i32)", "->", "()")
	has(t, out, `"realloc"`, "func", "(i32", "i32", "i32", "i32)", "->", "(i32)")
	if strings.Contains(out, "import") {
		t.Errorf("imports are listed where there are none:\n%s", out)
	}

	// The sections are the file, but for the 8 bytes of magic and version.
	next := 8
	for _, s := range info.Sections {
		if s.Offset != next {
			t.Errorf("section %s starts at %d, want %d", s.Name, s.Offset, next)
		}
		next += s.Bytes
	}
	if next != len(b) || info.Bytes != len(b) {
		t.Errorf("the sections end at %d, and the module has %d bytes, want %d", next, info.Bytes, len(b))
	}
	// The contract lies before the code: see emitter.Assemble.
	if last := info.Sections[len(info.Sections)-2].Name; last != `"genalloc"` {
		t.Errorf("the last section but one is %s", last)
	}

	// Every body is where it is said to be: it ends in end.
	named := 0
	for _, f := range info.Functions {
		if f.Bytes < 2 || b[f.Offset+f.Bytes-1] != 0x0b {
			t.Errorf("function %d: no body of %d bytes at %#x", f.Index, f.Bytes, f.Offset)
		}
		named += len(f.Exports)
	}
	if named != 4 {
		t.Errorf("the functions have %d export names, want 4", named)
	}
}

func TestImports(t *testing.T) {
	out := text(describe(t, emit(t, "--memory=import --heap-base=import:env.__heap_base --max-pages=9")))
	has(t, out, "contract", "genalloc", "--memory=import", "--max-pages=9", "--heap-base=import:env.__heap_base")
	has(t, out, `"env"`, `"memory"`, "memory", "1", "page,", "at", "most", "9")
	has(t, out, `"env"`, `"__heap_base"`, "global", "i32")

	// The index space starts with what is imported.
	info := describe(t, emit(t, "--target=stylus"))
	has(t, text(info), `"vm_hooks"`, `"pay_for_memory_grow"`, "func", "(i32)", "->", "()")
	if info.Functions[0].Index != 1 {
		t.Errorf("the first function has index %d beside an import, want 1", info.Functions[0].Index)
	}
}

func TestJSON(t *testing.T) {
	type named struct{ Name, Kind, Type string }
	var got struct {
		Bytes     int
		Contract  *string
		Sections  []struct{ Name string }
		Imports   []named
		Exports   []named
		Functions []struct {
			Index, Offset, Bytes, Instructions int
			Exports                            []string
			Type                               string
		}
	}
	read := func(b []byte) string {
		t.Helper()
		out, err := json.Marshal(describe(t, b))
		if err != nil {
			t.Fatal(err)
		}
		got.Contract = nil
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatal(err)
		}
		return string(out)
	}

	b := emit(t, "--fixed-align=16 --functions=alloc")
	read(b)
	if got.Bytes != len(b) || got.Contract == nil || *got.Contract != "--functions=alloc --fixed-align=16" {
		t.Errorf("%d bytes with the contract %v", got.Bytes, got.Contract)
	}
	if want := (named{"alloc", "func", "(i32) -> (i32)"}); len(got.Exports) != 2 || got.Exports[1] != want {
		t.Errorf("exports are %v, want the memory and %v", got.Exports, want)
	}
	if f := got.Functions[0]; len(got.Functions) != 1 || f.Exports[0] != "alloc" || f.Type != "(i32) -> (i32)" || f.Instructions < 5 || f.Bytes < 10 || f.Offset < 8 {
		t.Errorf("functions are %+v", got.Functions)
	}

	// Lists are never null, and a module that is not ours has no contract.
	out := read([]byte("\x00asm\x01\x00\x00\x00"))
	if got.Contract != nil {
		t.Errorf("an empty module has the contract %q", *got.Contract)
	}
	for _, list := range []string{"sections", "imports", "exports", "functions"} {
		if !strings.Contains(out, `"`+list+`":[]`) {
			t.Errorf("%s of an empty module are not an empty list: %s", list, out)
		}
	}
	if out := text(describe(t, []byte("\x00asm\x01\x00\x00\x00"))); !strings.HasPrefix(out, "8 bytes\ncontract  none in the module\n") {
		t.Errorf("an empty module is described as\n%s", out)
	}
}

// hostile is a module whose every name tries to be something else.
func hostile(t testing.TB, name string) []byte {
	t.Helper()
	m := &wasm.Module{
		Types:   []wasm.FuncType{{}},
		Imports: []wasm.Import{{Module: name, Name: name, Kind: wasm.KindFunc}},
		Funcs:   []wasm.Func{{Body: []wasm.Instr{wasm.End()}}},
		Exports: []wasm.Export{{Name: name, Kind: wasm.KindFunc, Index: 1}},
		Customs: []wasm.Custom{
			{Name: contract.SectionName, Payload: []byte(name), After: wasm.SectionCode},
			{Name: name, Payload: []byte("x"), After: wasm.SectionCode},
		},
	}
	b, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestHostileNames checks that no name can move the cursor, fake a line or shift
// a column, and that JSON has it as it is.
func TestHostileNames(t *testing.T) {
	plain := strings.Count(text(describe(t, hostile(t, "x"))), "\n")
	for _, name := range []string{
		"\n8 bytes\ncontract  genalloc (all defaults)", "\r", "\t\t\t", "\x1b[2J\x1b[H", "\x00", "\x07", "\x7f", "\u009b2J",
		"\u202egnp.exe", "\u2028", `"`, `\`, "'", "%s%n", "日本", "",
	} {
		t.Run(fmt.Sprintf("%q", name), func(t *testing.T) {
			info := describe(t, hostile(t, name))
			out := text(info)
			if got := strings.Count(out, "\n"); got != plain {
				t.Errorf("%d lines, want %d:\n%s", got, plain, out)
			}
			for _, r := range out {
				if r != '\n' && r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x2028 && r <= 0x202e {
					t.Errorf("the character %U is written as it is:\n%q", r, out)
				}
			}
			b, err := json.Marshal(info)
			if err != nil {
				t.Fatal(err)
			}
			var back inspect.Info
			if err := json.Unmarshal(b, &back); err != nil {
				t.Fatal(err)
			}
			if back.Imports[0].Module != name || back.Imports[0].Name != name || back.Exports[0].Name != name || *back.Contract != name {
				t.Errorf("names come back from JSON as %q, %q and %q", back.Imports[0].Module, back.Exports[0].Name, *back.Contract)
			}
		})
	}
}

// TestContractThatIsNotText is a genalloc section with bytes that are not UTF-8.
func TestContractThatIsNotText(t *testing.T) {
	m := &wasm.Module{Customs: []wasm.Custom{{Name: contract.SectionName, Payload: []byte("\xff\xfe")}}}
	b, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if info := describe(t, b); info.Contract != nil {
		t.Errorf("the contract is %q", *info.Contract)
	}
}

// TestTruncated cuts the module at every byte: what is left is a shorter module
// or an error of one line, and never a panic.
func TestTruncated(t *testing.T) {
	whole := emit(t, "--names")
	for n := range whole {
		info, err := inspect.Module(whole[:n])
		switch {
		case err == nil && info.Bytes != n:
			t.Errorf("cut at %d: %d bytes are described", n, info.Bytes)
		case err == nil && n < 8:
			t.Errorf("cut at %d: that is a module", n)
		case err != nil && (strings.Contains(err.Error(), "\n") || err.Error() == ""):
			t.Errorf("cut at %d: error is %q, want one line", n, err)
		}
	}
	if _, err := inspect.Module(whole[:len(whole)-1]); err == nil {
		t.Error("a module without its last byte is accepted")
	}
}

// TestNotACoreModule says what the file is instead.
func TestNotACoreModule(t *testing.T) {
	for _, test := range []struct{ name, file, says string }{
		{"empty", "", ""},
		{"text", "(module)", ""},
		{"component", "\x00asm\x0d\x00\x01\x00", "component"},
		{"version 2", "\x00asm\x02\x00\x00\x00", "version"},
	} {
		info, err := inspect.Module([]byte(test.file))
		if err == nil {
			t.Errorf("%s: described as %+v", test.name, info)
		} else if !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error is %q, want %q in one line", test.name, err, test.says)
		}
	}
}

func TestWriteCode(t *testing.T) {
	b := emit(t, "--functions=alloc,dealloc")
	var out bytes.Buffer
	describe(t, b).WriteCode(&out)
	for _, want := range []string{"\nfunction 0 (i32 i32) -> (i32)\n", "\n  local.get ", "\n  global.set ", "\nfunction 1 (i32 i32 i32) -> ()\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the code has no %q:\n%s", want, out.String())
		}
	}
}

// FuzzModule looks for bytes that inspect cannot bear.
func FuzzModule(f *testing.F) {
	f.Add(emit(f, ""))
	f.Add(emit(f, "--target=stylus --names"))
	f.Add(hostile(f, "\x1b\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		info, err := inspect.Module(b)
		if err != nil {
			return
		}
		var out bytes.Buffer
		info.WriteText(&out)
		info.WriteCode(&out)
		if bytes.ContainsRune(out.Bytes(), 0x1b) {
			t.Errorf("an escape character gets through: %q", out.String())
		}
		if _, err := json.Marshal(info); err != nil {
			t.Errorf("JSON: %v", err)
		}
	})
}
