// SPDX-License-Identifier: MIT OR Apache-2.0

package object_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"

	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/object"
)

// TestMalloc links a freestanding C program with the functions of C.
func TestMalloc(t *testing.T) {
	for state, opts := range states {
		for _, flags := range []string{"--abi=c --heap-base=linker", "--abi=c --target=mvp --heap-base=linker --optimize=size", "--abi=c --heap-base=linker --strategy=stack"} {
			t.Run(state+" "+flags, func(t *testing.T) {
				eachLinker(t, func(t *testing.T, ld string) {
					dir := t.TempDir()
					app, alloc := compile(t, dir, "malloc.c"), allocator(t, dir, flags, opts)
					link(t, dir, ld, app, alloc)
					if line := call(t, instantiate(t, load(t, dir, "app.wasm")), "run"); line != 0 {
						t.Errorf("malloc.c:%d does not hold", line)
					}
				})
			})
		}
	}
}

// TestWASI puts the object in the place of wasi-libc's allocator: the program
// prints, and of dlmalloc nothing was linked.
func TestWASI(t *testing.T) {
	eachLinker(t, func(t *testing.T, ld string) {
		toolchain.Need(t, "clang")
		dir := t.TempDir()
		for _, flags := range []string{"--abi=c --heap-base=linker", "--abi=c --heap-base=linker --strategy=stack"} {
			allocator(t, dir, flags, object.Options{})
			wasi(t, dir, ld, "ours.wasm", "alloc.o")
			if got, want := start(t, load(t, dir, "ours.wasm")), "one three two 0.500\n1 arguments, usable 4, low\n"; got != want {
				t.Errorf("%q: the program prints %q, want %q", flags, got, want)
			}
			for _, name := range []string{"dlmalloc", "sbrk", "dispose_chunk"} {
				if bytes.Contains(load(t, dir, "ours.wasm"), []byte(name)) {
					t.Errorf("%q: the program has a function %s of dlmalloc", flags, name)
				}
			}
		}
		// The same look finds dlmalloc where it is.
		wasi(t, dir, ld, "theirs.wasm")
		if !bytes.Contains(load(t, dir, "theirs.wasm"), []byte("dlmalloc")) {
			t.Error("libc's own program has no function dlmalloc: the names have changed")
		}
	})
}

// TestErrno: with libc, functions that fail set errno. Without, they have none to set,
// as in TestMalloc, and in a program that nothing but the allocator is part of.
func TestErrno(t *testing.T) {
	eachLinker(t, func(t *testing.T, ld string) {
		toolchain.Need(t, "clang")
		for state, opts := range states {
			for _, flags := range []string{"--abi=c --heap-base=linker", "--abi=c --heap-base=linker --strategy=stack"} {
				dir := t.TempDir()
				allocator(t, dir, flags, opts)
				toolchain.Run(t, dir, "clang", wasiArgs(t, dir, ld, "errno.c", "errno.wasm", "alloc.o")...)
				if out := start(t, load(t, dir, "errno.wasm")); out != "" {
					t.Errorf("%s, %q: %s", state, flags, out)
				}
			}
			program, _ := linkAlone(t, ld, "--abi=c", opts)
			m := instantiate(t, program)
			low, _ := m.Memory().ReadUint32Le(0)
			if p := call(t, m, "malloc", 1<<32-100); p != 0 {
				t.Errorf("%s: malloc of nearly 4 GiB returns %#x", state, p)
			}
			if now, _ := m.Memory().ReadUint32Le(0); now != low {
				t.Errorf("%s: without an errno, address 0 changes from %#x to %#x", state, low, now)
			}
		}
	})
}

// TestMallocWhole: an object that lacks a function of the set meets dlmalloc,
// which is why the contract's default is all of them.
func TestMallocWhole(t *testing.T) {
	eachLinker(t, func(t *testing.T, ld string) {
		toolchain.Need(t, "clang")
		dir := t.TempDir()
		allocator(t, dir, "--abi=c --functions=-malloc_usable_size --heap-base=linker", object.Options{})
		out, err := run(dir, "clang", wasiArgs(t, dir, ld, "wasi.c", "x.wasm", "alloc.o")...)
		if err == nil || !strings.Contains(out, "duplicate symbol: malloc") {
			t.Errorf("error %v, want a duplicate symbol\n%s", err, out)
		}
	})
}

// wasi links testdata/wasi.c, with the names of functions.
func wasi(t *testing.T, dir, ld, out string, args ...string) {
	t.Helper()
	toolchain.Run(t, dir, "clang", wasiArgs(t, dir, ld, "wasi.c", out, args...)...)
}

func wasiArgs(t *testing.T, dir, ld, file, out string, args ...string) []string {
	t.Helper()
	return append([]string{"--target=wasm32-wasi", "--sysroot=/usr", "-O1", "-D_GNU_SOURCE", "-fuse-ld=" + lookPath(t, ld), "-o", out, source(t, file)}, args...)
}

// start runs a command of WASI and returns what it prints.
func start(t *testing.T, file []byte) string {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	t.Cleanup(func() { r.Close(ctx) })
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	var out bytes.Buffer
	_, err := r.InstantiateWithConfig(ctx, file, wazero.NewModuleConfig().WithArgs("wasi").WithStdout(&out))
	if exit, ok := err.(*sys.ExitError); err != nil && !(ok && exit.ExitCode() == 0) {
		t.Fatal(err)
	}
	return out.String()
}
