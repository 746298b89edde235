// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/validate"
	"github.com/genalloc/genalloc/wasm"
)

// TestInlineC judges what code in C has of an allocator, in the forms that its inlined
// code takes.
func TestInlineC(t *testing.T) {
	toolchain.Need(t, "clang", "wasm-ld")
	for _, flags := range []string{
		"", "--min-align=16", "--min-align=131072", "--fixed-align=16", "--fixed-align=131072",
		"--oom=trap --grow=chunk=3", "--dirty --optimize=size", "--abi=core,arena", "--target=mvp --grow=double",
		"--strategy=stack --min-align=8", "--strategy=stack --abi=core,arena", "--strategy=stack --dirty --fixed-align=8",
		"--strategy=lists", "--strategy=lists --classes=1", "--strategy=lists --classes=8 --max-block=100000",
		"--strategy=lists --min-align=32 --split=false", "--strategy=lists --fixed-align=16 --oom=trap --grow=chunk=3",
	} {
		t.Run(flags, func(t *testing.T) {
			dir, c := bindInline(t, flags, bindings.C)
			harnessC(t, dir, c)
			judge(t, dir, c, validate.Scope{MaxRequest: 1<<32 - 1})
		})
	}
}

// TestInlineBuilds judges it as C++, without optimization, through a pointer, and where
// wasm-opt inlines instead.
func TestInlineBuilds(t *testing.T) {
	toolchain.Need(t, "clang", "wasm-ld")
	for _, strategy := range []string{"--strategy=stack", "--strategy=lists"} {
		for _, flags := range [][]string{{"-x", "c++"}, {"-O0"}, {"-DPOINTER"}} {
			t.Run(strategy+" "+flags[0], func(t *testing.T) {
				dir, c := bindInline(t, strategy, bindings.C)
				harnessC(t, dir, c, flags...)
				judge(t, dir, c, validate.Scope{MaxRequest: 1<<32 - 1})
			})
		}
		t.Run(strategy+" wasm-opt", func(t *testing.T) {
			toolchain.Node(t, "wasm-opt")
			dir := bind(t, strategy, "genalloc.o", bindings.C)
			c := allocator(t, dir, strategy, object.Options{State: object.StateGlobal})
			harnessC(t, dir, c)
			wasmOpt(t, dir)
			judge(t, dir, c, validate.Scope{MaxRequest: 1<<32 - 1})
		})
	}
}

// wasmOpt lets it inline calls in use.wasm, as docs/inline.md says.
func wasmOpt(t *testing.T, dir string) {
	t.Helper()
	toolchain.Run(t, dir, toolchain.Node(t, "wasm-opt"), "--enable-bulk-memory", "--enable-sign-ext",
		"--inlining-optimizing", "--always-inline-max-function-size=200", "-o", "use.wasm", "use.wasm")
}

// inlineForms are those that the code takes in Rust and Zig.
var inlineForms = []string{"--min-align=16", "--strategy=stack", "--strategy=lists", "--strategy=lists --classes=1 --max-block=100000"}

// TestInlineRust and TestInlineZig judge it behind the interfaces of these languages.
func TestInlineRust(t *testing.T) {
	toolchain.Need(t, toolchain.Rust, "wasm-ld")
	for _, flags := range inlineForms {
		t.Run(flags, func(t *testing.T) {
			dir, c := bindInline(t, flags, bindings.Rust)
			rust(t, dir, "harness.rs", "-C", "link-arg=genalloc.o", "-C", "lto=fat", "-C", "codegen-units=1")
			judge(t, dir, c, validate.Scope{})
		})
	}
}

func TestInlineZig(t *testing.T) {
	for _, flags := range inlineForms {
		t.Run(flags, func(t *testing.T) {
			dir, c := bindInline(t, flags, bindings.Zig)
			zig(t, dir, "harness.zig")
			judge(t, dir, c, validate.Scope{MaxRequest: 1<<32 - 1})
		})
	}
}

// bindInline writes the object of a contract's text, and its inline bindings, into a
// directory.
func bindInline(t testing.TB, flags string, languages ...bindings.Language) (string, contract.Contract) {
	t.Helper()
	dir := t.TempDir()
	c := allocator(t, dir, flags, object.Options{Inline: true})
	for _, l := range languages {
		files, err := bindings.Inline(l, c, "genalloc.o")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			save(t, dir, f.Name, f.Content)
		}
	}
	return dir, c
}

// allocator writes genalloc.o, whose state has names, and returns its contract.
func allocator(t testing.TB, dir, flags string, opts object.Options) contract.Contract {
	t.Helper()
	c, err := contract.Parse(strings.TrimSpace("--heap-base=linker " + flags))
	if err != nil {
		t.Fatal(err)
	}
	order := c.Order
	order.Names = true
	module, err := emitter.Emit(contract.Must(order.Settle()))
	if err != nil {
		t.Fatal(err)
	}
	content, err := object.FromModule(module, c, opts)
	if err != nil {
		t.Fatal(err)
	}
	save(t, dir, "genalloc.o", content)
	return c
}

// harnessC compiles harness.c against genalloc.h to use.wasm, which exports the object's
// other functions too.
func harnessC(t testing.TB, dir string, c contract.Contract, flags ...string) {
	t.Helper()
	compile := []string{"--target=wasm32", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I.", "-c", "-o", "harness.o"}
	if c.FixedAlign != 0 {
		compile = append(compile, "-DFIXED")
	}
	toolchain.Run(t, dir, "clang", append(append(compile, flags...), source(t, "harness.c"))...)
	link := []string{"--no-entry", "-o", "use.wasm", "harness.o", "genalloc.o"}
	for _, f := range c.Signatures() {
		if f.ABI != contract.Core {
			link = append(link, "--export="+f.Export)
		}
	}
	toolchain.Run(t, dir, "wasm-ld", link...)
}

// judge holds use.wasm against what every allocator owes. That it places blocks as the
// object does, TestInlineAgrees says.
func judge(t *testing.T, dir string, c contract.Contract, s validate.Scope) {
	t.Helper()
	for _, f := range failures(t, dir, c, s) {
		t.Error(f)
	}
}

// failures lists what the judge finds. Lists refuse sizes that have no class.
func failures(t *testing.T, dir string, c contract.Contract, s validate.Scope) (list []string) {
	t.Helper()
	s.Strict = c.Strategy != contract.Lists
	program := read(t, filepath.Join(dir, "use.wasm"))
	report, err := validate.Run(context.Background(), program, third(t, program, c), validate.Options{Level: validate.Full, Scope: s})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Failures() {
		list = append(list, fmt.Sprintf("check %s: %v", f.Check, f.Failure))
	}
	return list
}

// third is the contract of a harness, whose state lies below its heap.
func third(t *testing.T, program []byte, c contract.Contract) contract.Contract {
	t.Helper()
	m, err := wasm.Decode(program)
	if err != nil {
		t.Fatal(err)
	}
	order := contract.Order{
		ABI: c.ABI, Strategy: contract.Any, FixedAlign: c.FixedAlign, OOM: c.OOM, Export: map[string]string{},
		InitialPages: uint32(m.Memories[0].Min),
	}
	if c.FixedAlign == 0 {
		order.MinAlign = c.MinAlign
	}
	for _, f := range c.Signatures() {
		order.Export[f.Name] = f.Export
		if f.ABI == contract.Core {
			order.Export[f.Name] = "use_" + f.Name
		}
	}
	return contract.Must(order.Settle())
}
