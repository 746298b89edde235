// SPDX-License-Identifier: MIT OR Apache-2.0

package object_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/wasm"
)

// TestWide links C programs of 64-bit addresses and runs them in wasmtime.
func TestWide(t *testing.T) {
	eachLinker(t, func(t *testing.T, ld string) {
		ld64 := []string{"-mwasm64", "--no-entry", "--export=run", "-o", "app.wasm"}
		for state, opts := range states {
			for _, tt := range []struct{ flags, file string }{
				{"", "app.c"},
				{"--strategy=stack", "app.c"},
				{"--strategy=lists", "lists.c"},
				{"--abi=core,arena", "arena.c"},
				{"--abi=core,arena --strategy=stack --grow=double", "arena.c"},
				{"--abi=c", "malloc.c"},
				{"--abi=c --strategy=stack --optimize=size", "malloc.c"},
			} {
				dir := t.TempDir()
				app := compile(t, dir, tt.file, "--target=wasm64")
				alloc := allocator(t, dir, "--heap-base=linker --memory64 "+tt.flags, opts)
				archive(t, dir, alloc)
				for _, args := range [][]string{{app, alloc}, {alloc, app, "--stack-first"}, {app, "-L.", "-lalloc", "--no-gc-sections"}} {
					toolchain.Run(t, dir, ld, append(slices.Clone(ld64), args...)...)
					if line := wattest.Call(t, load(t, dir, "app.wasm"), "run")[0]; line != 0 {
						t.Errorf("%s, %q, %v: %s:%d does not hold", state, tt.flags, args, tt.file, line)
					}
				}
			}
		}
	})
}

// TestWidths: programs and allocators of different widths do not get linked.
func TestWidths(t *testing.T) {
	eachLinker(t, func(t *testing.T, ld string) {
		for _, tt := range []struct{ target, flags, option, want string }{
			{"wasm32", " --memory64", "--no-gc-sections", "alloc.o: must specify -mwasm64 to process wasm64 object files"},
			{"wasm64", "", "-mwasm64", "alloc.o: wasm32 object file can't be linked in wasm64 mode"},
		} {
			dir := t.TempDir()
			app, alloc := compile(t, dir, "app.c", "--target="+tt.target), allocator(t, dir, "--heap-base=linker"+tt.flags, object.Options{})
			if out, err := run(dir, ld, tt.option, "--no-entry", "--export=run", "-o", "app.wasm", app, alloc); err == nil || !strings.Contains(out, tt.want) {
				t.Errorf("%s with an object of %q: error %v, want %q\n%s", tt.target, tt.flags, err, tt.want, out)
			}
		}
	})
}

// TestPlaceWide: a placed object of 64-bit addresses returns what a linked one returns.
func TestPlaceWide(t *testing.T) {
	const data = 1<<17 + 64 // where the linker puts what comes behind the stack
	eachLinker(t, func(t *testing.T, ld string) {
		for _, flags := range []string{"", "--strategy=stack"} {
			for name, opts := range states {
				dir := t.TempDir()
				alloc := allocator(t, dir, "--heap-base=linker --memory64 "+flags, opts)
				toolchain.Run(t, dir, ld, "-mwasm64", "--no-entry", "--stack-first", "-z", fmt.Sprint("stack-size=", data), "--export=alloc", "-o", "app.wasm", alloc)
				placed, err := object.Place(load(t, dir, alloc), data, 1)
				if err != nil {
					t.Fatal(err)
				}
				program := load(t, dir, "app.wasm")
				if m, err := wasm.Decode(placed); err != nil || !m.Memories[0].Is64 {
					t.Fatalf("the memory is not one of 64 bits: %v", err)
				}
				for _, size := range []uint64{1, 200_000, 5 << 30} {
					if a, b := wattest.Call(t, placed, "alloc", size, 64)[0], wattest.Call(t, program, "alloc", size, 64)[0]; a != b || a == 0 {
						t.Errorf("%q, %s: block of %d bytes at %d, linked at %d", flags, name, size, a, b)
					}
				}
			}
		}
	})
}
