// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"context"
	"errors"
	"go/build"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/validate/checks"
	"github.com/genalloc/genalloc/validate/report"
)

// assemble returns a module with the default contract's functions. Each part
// of the text that is empty gets what is right.
func assemble(t *testing.T, memory, alloc, rest string) []byte {
	t.Helper()
	if memory == "" {
		memory = `(memory (export "memory") 1)`
	}
	text := "(module " + memory + `
		(func (export "alloc") (param i32 i32) (result i32) ` + alloc + `)
		(export "alloc_zeroed" (func 0))
		(func (export "dealloc") (param i32 i32 i32))
		(func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0)) ` + rest + ")"
	module, _ := wattest.Assemble(t, text)
	return module
}

// What is no module at all is an error, in one line.
func TestNoModule(t *testing.T) {
	good := wattest.Read(t, "testdata/good/bump.wat").Module
	badBody := assemble(t, "", "(i32.const 0)", "")
	copy(badBody[len(badBody)-3:], "\x01\x01\x0b") // nop, nop, end: no result
	for _, test := range []struct {
		name, want string
		module     []byte
	}{
		{"empty", "does not begin with", nil},
		{"text", "does not begin with", []byte("(module)")},
		{"component", "a component", []byte("\x00asm\x0d\x00\x01\x00")},
		{"truncated", "module: ", good[:len(good)-7]},
		{"header", "module: ", good[:6]},
		{"ill-typed", "refused by wasmtime", badBody},
	} {
		_, err := Run(context.Background(), test.module, contract.Default(), Options{})
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %q, want one line with %q", test.name, err, test.want)
		}
	}
	if _, err := Run(context.Background(), good, contract.Default(), Options{Engines: []string{"v8"}}); err == nil {
		t.Error("unknown engine: no error")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, good, contract.Default(), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: error %v", err)
	}
}

// What is a module but cannot be used is a verdict, and nothing hangs.
func TestBadModule(t *testing.T) {
	for _, test := range []struct {
		name, memory, alloc, rest, check, rule string
	}{
		{"endless", "", "(loop (br 0)) (unreachable)", "", "alignment", report.Endless},
		{"start traps", "", "(i32.const 0)", "(start 3) (func unreachable)", "alignment", report.Instance},
		{"start endless", "", "(i32.const 0)", "(start 3) (func (loop (br 0)))", "alignment", report.Instance},
		{"segment out of bounds", "", "(i32.const 0)", `(data (i32.const 70000) "x")`, "alignment", report.Instance},
		{"stack", "", "(call 0 (i32.const 0) (i32.const 0))", "", "alignment", "trap"},
		{"4 GiB", "", "(drop (memory.grow (i32.const 65534))) (i32.const 1024)", "", "alignment", "growth"},
		{"two memories", `(memory (export "memory") 1) (memory 1)`, "(i32.const 0)", "", checks.Callable, checks.Callable},
		{"null", "", "(i32.const 0)", "", "alignment", "null"},
	} {
		module := assemble(t, test.memory, test.alloc, test.rest)
		list := []Check{checks.Find(checks.Callable), checks.Find("alignment"), checks.Find("sizes")}
		got, err := run(context.Background(), module, contract.Default(), Options{}, list)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		failed := got.Failures()
		if len(failed) == 0 || failed[0].Check != test.check || failed[0].Failure.Rule != test.rule {
			t.Errorf("%s: %v, want rule %s in check %s", test.name, failed, test.rule, test.check)
		}
		if test.rule == report.Instance && got.Results[2].Verdict != Skip {
			t.Errorf("%s: the next check was run all the same", test.name)
		}
	}
}

// The judge must not know the maker, not even by way of others.
func TestImports(t *testing.T) {
	const root = "github.com/genalloc/genalloc/"
	seen := map[string]bool{}
	var visit func(dir string)
	visit = func(dir string) {
		pkg, err := build.ImportDir(dir, 0)
		if err != nil {
			t.Fatal(err)
		}
		imports := pkg.Imports
		if dir == "." {
			imports = append(imports, pkg.TestImports...)
		}
		for _, path := range imports {
			name, ours := strings.CutPrefix(path, root)
			if !ours || seen[name] {
				continue
			}
			seen[name] = true
			if !strings.HasPrefix(name, "validate/") && !slices.Contains([]string{"contract", "wasm", "trace", "internal/engine", "internal/files", "internal/toolchain", "internal/unit", "internal/wattest"}, name) {
				t.Errorf("%s imports %s", dir, path)
				continue
			}
			visit(filepath.Join("..", name))
		}
	}
	visit(".")
}

// A contract that nobody settled judges nothing.
func TestUnsettled(t *testing.T) {
	good := wattest.Read(t, "testdata/good/bump.wat").Module
	r, err := Run(context.Background(), good, contract.Contract{}, Options{Level: Quick})
	if r != nil || err == nil || !strings.Contains(err.Error(), "make it with Order.Settle") {
		t.Errorf("report %v, error %v", r, err)
	}
}
