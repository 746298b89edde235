// SPDX-License-Identifier: MIT OR Apache-2.0

package object_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/wasm"
)

// TestPlace compares a placed object with what wasm-ld makes of it behind a stack: the
// memory has the same pages, the functions have the same instructions, and the same
// calls return the same addresses.
func TestPlace(t *testing.T) {
	const data = 1<<17 + 64 // where the linker puts what comes behind the stack
	eachLinker(t, func(t *testing.T, ld string) {
		for _, flags := range []string{
			"", "--strategy=stack --abi=core,arena", "--strategy=lists", "--strategy=lists --classes=8 --optimize=size", "--grow=double --target=mvp",
		} {
			for name, opts := range states {
				program, _ := linkAlone(t, ld, flags, opts, "--stack-first", "-z", fmt.Sprint("stack-size=", data))
				dir := t.TempDir()
				allocator(t, dir, "--heap-base=linker "+flags, opts)
				placed, err := object.Place(load(t, dir, "alloc.o"), data, 1)
				if err != nil {
					t.Fatal(err)
				}
				got, want := opcodes(t, placed), opcodes(t, program)
				a, b := instantiate(t, placed), instantiate(t, program)
				if a.ExportedMemory(contract.LinkerMemory).Size() != b.Memory().Size() {
					t.Errorf("%q, %s: the memories are not of one size", flags, name)
				}
				for f, ops := range want {
					if !slices.Equal(got[f], ops) {
						t.Errorf("%q, %s, %s: %v, want %v", flags, name, f, got[f], ops)
					}
				}
				for _, size := range []uint64{1, 100, 3000, 200_000, 5} {
					if x, y := call(t, a, "alloc", size, 8), call(t, b, "alloc", size, 8); x != y {
						t.Errorf("%q, %s: block of %d bytes at %d, linked at %d", flags, name, size, x, y)
					}
				}
			}
		}
	})
}

// opcodes lists the opcodes of each exported function.
func opcodes(t *testing.T, file []byte) map[string][]wasm.Opcode {
	t.Helper()
	m, err := wasm.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	list := map[string][]wasm.Opcode{}
	for _, e := range m.Exports {
		if f, err := m.Func(e.Index); e.Kind == wasm.KindFunc && err == nil {
			for _, in := range f.Body {
				list[e.Name] = append(list[e.Name], in.Op)
			}
		}
	}
	return list
}
