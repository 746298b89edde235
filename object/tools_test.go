// SPDX-License-Identifier: MIT OR Apache-2.0

package object_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/object"
)

// linkers are the releases of wasm-ld that the objects are made for: the oldest
// and the newest that Debian 12 has.
var linkers = []string{"wasm-ld-14", "wasm-ld-19"}

// run runs a tool where it may fail, and returns what it printed.
func run(dir, tool string, args ...string) (string, error) {
	c := exec.Command(tool, args...)
	c.Dir = dir
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil {
		return out.String(), fmt.Errorf("%s %v: %w", tool, args, err)
	}
	return out.String(), nil
}

// eachLinker runs the test under every release of wasm-ld.
func eachLinker(t *testing.T, f func(t *testing.T, ld string)) {
	for _, ld := range linkers {
		t.Run(ld, func(t *testing.T) {
			toolchain.Need(t, ld)
			f(t, ld)
		})
	}
}

// compile compiles a C file of testdata to an object in the directory.
func compile(t *testing.T, dir, file string, flags ...string) string {
	t.Helper()
	toolchain.Need(t, "clang")
	out := file[:len(file)-len(".c")] + ".o"
	args := append([]string{"--target=wasm32", "-O1", "-ffreestanding", "-fno-builtin", "-Wall", "-Werror", "-c", "-o", out, source(t, file)}, flags...)
	toolchain.Run(t, dir, "clang", args...)
	return out
}

// source returns where a file of testdata is, from any directory.
func source(t *testing.T, file string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func lookPath(t *testing.T, tool string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// emit returns the module that a contract's text orders.
func emit(t *testing.T, text string) []byte {
	t.Helper()
	c, err := contract.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	module, err := emitter.Emit(c)
	if err != nil {
		t.Fatal(err)
	}
	return module
}

// allocator writes the object that a contract's text orders to alloc.o.
func allocator(t *testing.T, dir, text string, opts object.Options) string {
	t.Helper()
	c, err := contract.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	obj, err := object.FromModule(emit(t, text), c, opts)
	if err != nil {
		t.Fatal(err)
	}
	return save(t, dir, "alloc.o", obj)
}

func save(t *testing.T, dir, name string, b []byte) string {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), b, 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

func load(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// instantiate starts a linked program.
func instantiate(t *testing.T, file []byte) api.Module {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	t.Cleanup(func() { r.Close(ctx) })
	m, err := r.Instantiate(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// call calls a function of a program.
func call(t *testing.T, m api.Module, name string, args ...uint64) uint64 {
	t.Helper()
	f := m.ExportedFunction(name)
	if f == nil {
		t.Fatalf("the program has no function %s", name)
	}
	results, err := f.Call(context.Background(), args...)
	if err != nil {
		t.Fatal(err)
	}
	if len(results) == 0 {
		return 0
	}
	return results[0]
}
