// SPDX-License-Identifier: MIT OR Apache-2.0

package object_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/wasm"
)

// assemble returns the module of a text in which (module …) is left out.
func assemble(t *testing.T, fields string) []byte {
	t.Helper()
	file, _ := wattest.Assemble(t, "(module "+fields+")")
	return file
}

// linked is the contract of an object.
func linked() contract.Contract {
	return contract.Must(contract.Order{HeapBase: contract.LinkerBase}.Settle())
}

// TestLower shows what becomes of each access to a global when state moves to
// memory: a store needs its address below the value, wherever that begins.
func TestLower(t *testing.T) {
	const head = `(import "env" "__heap_base" (global $base i32)) (memory 1)
		(global $a (mut i32) (i32.const 7)) (global $b (mut i64) (i64.const -2)) `
	tests := []struct{ name, body, want string }{
		{"get", "(drop (global.get $a))", "i32.const 0; i32.load; drop"},
		{"get i64", "(drop (global.get $b))", "i32.const 0; i64.load; drop"},
		{"address", "(drop (global.get $base))", "i32.const 0; drop"},
		{"set", "(global.set $a (i32.const 1))", "i32.const 0; i32.const 1; i32.store"},
		{"set i64", "(global.set $b (i64.const 1))", "i32.const 0; i64.const 1; i64.store"},
		{
			"set from a tree", "(global.set $a (i32.add (i32.const 1) (i32.eqz (global.get $a))))",
			"i32.const 0; i32.const 1; i32.const 0; i32.load; i32.eqz; i32.add; i32.store",
		},
		{
			"set from a block", "i32.const 5 (global.set $a (block (result i32) (global.set $a (i32.const 1)) (i32.const 2))) drop",
			"i32.const 5; i32.const 0; block (result i32); i32.const 0; i32.const 1; i32.store; i32.const 2; end; i32.store; drop",
		},
		{
			"set from an if", "(global.set $a (if (result i32) (memory.size) (then (i32.const 1)) (else (i32.const 2))))",
			"i32.const 0; memory.size; if (result i32); i32.const 1; else; i32.const 2; end; i32.store",
		},
		{
			"set behind a statement", "i32.const 3 (drop (memory.size)) global.set $a",
			"i32.const 0; i32.const 3; memory.size; drop; i32.store",
		},
		{
			"set behind a branch", "(block $out i32.const 3 (br_if $out (memory.size)) global.set $a)",
			"block; i32.const 0; i32.const 3; memory.size; br_if 0; i32.store; end",
		},
		{
			"set from a select", "(global.set $a (select (i32.const 1) (i32.const 2) (i32.const 3)))",
			"i32.const 0; i32.const 1; i32.const 2; i32.const 3; select; i32.store",
		},
		{
			"set from a call", "(global.set $a (call $f (i32.const 1)))",
			"i32.const 0; i32.const 1; call 0; i32.store",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			module := assemble(t, head+`(func $f (param i32) (result i32) (local.get 0)) (func (export "t") `+tt.body+")")
			obj, err := object.FromModule(module, linked(), object.Options{})
			if err != nil {
				t.Fatal(err)
			}
			m, err := wasm.Decode(obj)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for line := range strings.Lines(wasm.BodyText(m.Funcs[1].Body, "")) {
				got = append(got, strings.TrimSpace(line))
			}
			if s := strings.Join(got, "; "); s != tt.want {
				t.Errorf("got  %s\nwant %s", s, tt.want)
			}
		})
	}
}

func TestFromModuleRefuses(t *testing.T) {
	tests := []struct{ fields, want string }{
		{`(func $f) (start $f)`, "start section"},
		{`(table 1 funcref)`, "table section"},
		{`(import "env" "t" (table 1 funcref))`, `import "env" "t": tables are not supported`},
		{`(memory 1) (data (i32.const 0) "x")`, "data section"},
		{`(memory 1) (memory 1)`, "has several"},
		{`(memory 1 2 shared)`, "shared memory"},
		{`(global (export "g") i32 (i32.const 1))`, `export "g": only functions`},
		{`(import "host" "base" (global i32))`, `import "host" "base": it is no address that the linker defines`},
		{`(import "env" "__heap_base" (global (mut i32)))`, `import "env" "__heap_base"`},
		{`(global f32 (f32.const 1))`, "global[0]: type f32"},
		{`(global $g (mut i32) (i32.const 1)) (func (unreachable) (global.set $g))`, "func[0]: instruction 1"},
		{`(global i32 (i32.add (i32.const 1) (i32.const 1)))`, "more than one instruction"},
	}
	for _, tt := range tests {
		_, err := object.FromModule(assemble(t, tt.fields), linked(), object.Options{})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.fields, err, tt.want)
		}
	}
	_, err := object.FromModule(assemble(t, `(import "env" "__heap_base" (global $b i32)) (global (mut i32) (global.get $b))`),
		linked(), object.Options{State: object.StateGlobal})
	if err == nil || !strings.Contains(err.Error(), "keep the state in memory") {
		t.Errorf("an address in a global: error %v", err)
	}
	_, err = object.FromModule(assemble(t, ""), contract.Default(), object.Options{})
	if err == nil || !strings.Contains(err.Error(), "settle the order with contract.LinkerBase") {
		t.Errorf("another heap base: error %v", err)
	}
}

// TestDataRelocation: state that starts as an address is filled in by the linker.
func TestDataRelocation(t *testing.T) {
	module := assemble(t, `(import "env" "__heap_base" (global $base i32)) (memory 1)
		(global $byte (mut i64) (i64.const 5)) (global $here (mut i32) (global.get $base))
		(func (export "here") (result i32) (global.get $here))
		(func (export "base") (result i32) (global.get $base))`)
	obj, err := object.FromModule(module, linked(), object.Options{})
	if err != nil {
		t.Fatal(err)
	}
	eachLinker(t, func(t *testing.T, ld string) {
		dir := t.TempDir()
		toolchain.Run(t, dir, ld, "--no-entry", "--export=here", "--export=base", "-o", "app.wasm", save(t, dir, "here.o", obj))
		m := instantiate(t, load(t, dir, "app.wasm"))
		here, base := call(t, m, "here"), call(t, m, "base")
		if here != base || base == 0 {
			t.Errorf("here is %d, __heap_base %d", here, base)
		}
	})
}

// TestReaders compares what Inspect reads with what other tools read, from our
// objects and from a compiler's.
func TestReaders(t *testing.T) {
	toolchain.Need(t, "llvm-objdump-19", "llvm-nm-19", "wasm-objdump")
	dir := t.TempDir()
	files := []string{compile(t, dir, "app.c", "-mbulk-memory")}
	for state, opts := range states {
		obj, err := object.FromModule(emit(t, "--heap-base=linker --target=stylus --names"), linked(), opts)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, save(t, dir, state+".o", obj))
		wide := allocator(t, dir, "--heap-base=linker --memory64 --names", opts)
		files = append(files, save(t, dir, state+"64.o", load(t, dir, wide)))
	}
	for _, file := range files {
		info, err := object.Inspect(load(t, dir, file))
		if err != nil {
			t.Fatal(err)
		}
		var records strings.Builder
		for _, r := range info.Relocations {
			if r.Section == "code" || r.Section == "data" {
				fmt.Fprintf(&records, "%x R_WASM_%s %s%+d\n", r.Offset, r.Type, info.Name(r), r.Addend)
			}
		}
		sameLines(t, file, records.String(), toolchain.Run(t, dir, "llvm-objdump-19", "-r", file), "R_WASM_")
		var symbols strings.Builder
		for _, s := range info.Symbols {
			fmt.Fprintln(&symbols, s.Name)
		}
		sameLines(t, file, symbols.String(), toolchain.Run(t, dir, "llvm-nm-19", "--no-sort", "--just-symbol-name", file), "")
		if out := toolchain.Run(t, dir, "wasm-objdump", "-x", file); strings.Contains(out, "warning") || strings.Contains(out, "error") {
			t.Errorf("%s: wasm-objdump complains:\n%s", file, out)
		}
	}
}

// sameLines compares lines with those of a tool that have the mark in them, but
// for the spaces and the zeros in front.
func sameLines(t *testing.T, file, got, tool, mark string) {
	t.Helper()
	var want strings.Builder
	for line := range strings.Lines(tool) {
		if words := strings.Fields(line); len(words) > 0 && strings.Contains(line, mark) {
			fmt.Fprintln(&want, strings.TrimLeft(strings.Join(words, " "), "0"))
		}
	}
	if got == "" || got != want.String() {
		t.Errorf("%s: Inspect reads\n%s\nthe tool\n%s", file, got, want.String())
	}
}

func TestFeatures(t *testing.T) {
	for flags, want := range map[string]string{
		"":                   "[+bulk-memory -shared-mem +sign-ext]",
		" --target=mvp":      "[-shared-mem]",
		" --target=cosmwasm": "[-shared-mem +sign-ext]",
	} {
		obj, err := object.FromModule(emit(t, "--heap-base=linker"+flags), linked(), object.Options{})
		if err != nil {
			t.Fatal(err)
		}
		info, err := object.Inspect(obj)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(info.Features); got != want {
			t.Errorf("%q: %s, want %s", flags, got, want)
		}
	}
}

// TestArchiveReaders: other tools read our archives, and their index is theirs.
func TestArchiveReaders(t *testing.T) {
	toolchain.Need(t, "llvm-ar-19")
	dir := t.TempDir()
	alloc := allocator(t, dir, "--heap-base=linker", object.Options{Weak: true})
	archive(t, dir, alloc)
	toolchain.Run(t, dir, "llvm-ar-19", "--format=gnu", "rcsD", "theirs.a", alloc)
	ours, theirs := load(t, dir, "liballoc.a"), load(t, dir, "theirs.a")
	if !bytes.Equal(ours, theirs) {
		t.Errorf("our archive differs from llvm-ar's:\n%q\n%q", ours[:200], theirs[:200])
	}
}

func TestArchiveRefuses(t *testing.T) {
	obj, err := object.FromModule(emit(t, "--heap-base=linker"), linked(), object.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"": "not a name", "a/b.o": "without a slash", "sixteen-chars.oo": "1 to 15 bytes"} {
		if _, err := object.Archive(name, obj); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", name, err, want)
		}
	}
	if _, err := object.Archive("m.o", emit(t, "")); err == nil || !strings.Contains(err.Error(), "not a relocatable object") {
		t.Errorf("a module: error %v", err)
	}
}

// TestInline: what inlined code works on has visible symbols, and nothing else of the
// state does.
func TestInline(t *testing.T) {
	for _, row := range contract.Strategies {
		if !row.Generated {
			continue
		}
		text := "--heap-base=linker --names --strategy=" + string(row.Name)
		for _, inline := range []bool{false, true} {
			dir := t.TempDir()
			alloc := allocator(t, dir, text, object.Options{Inline: inline})
			info, err := object.Inspect(load(t, dir, alloc))
			if err != nil {
				t.Fatal(err)
			}
			want := row.State
			if !inline {
				want = nil
			}
			got := info.SharedState()
			slices.Sort(got)
			if !slices.Equal(got, slices.Sorted(slices.Values(want))) {
				t.Errorf("%s, inline %v: %q are visible, want %q", row.Name, inline, got, want)
			}
		}
	}
	if _, err := object.FromModule(emit(t, "--heap-base=linker"), linked(), object.Options{Inline: true}); err == nil || !strings.Contains(err.Error(), "keep the module's name section") {
		t.Errorf("error %v for a module without names", err)
	}
}

// FuzzInspect: whatever the bytes, Inspect answers.
func FuzzInspect(f *testing.F) {
	module, err := wasmtime.Wat2Wasm(`(module (import "env" "__heap_base" (global $b i32)) (import "h" "f" (func))
		(global $g (mut i32) (global.get $b)) (func (export "f") (global.set $g (i32.const 0)) (call 0)))`)
	if err != nil {
		f.Fatal(err)
	}
	obj, err := object.FromModule(module, linked(), object.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(obj)
	for i := range obj {
		for _, v := range []byte{0, 0xff} {
			b := bytes.Clone(obj)
			b[i] = v
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if info, err := object.Inspect(b); err == nil && info != nil {
			for _, r := range info.Relocations {
				info.Name(r)
			}
		}
		_, _ = object.FromModule(b, linked(), object.Options{})
	})
}
