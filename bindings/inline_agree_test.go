// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings_test

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/internal/toolchain"
)

// TestInlineAgrees: inlined code returns the addresses that the object returns, whose
// placement is judged elsewhere, and the memory grows when the object's does.
func TestInlineAgrees(t *testing.T) {
	toolchain.Need(t, "clang", "wasm-ld")
	for _, flags := range []string{
		"", "--min-align=16 --grow=double", "--strategy=stack", "--strategy=stack --min-align=8 --grow=chunk=3",
		"--strategy=lists", "--strategy=lists --classes=2 --max-block=100000", "--strategy=lists --min-align=32",
	} {
		t.Run(flags, func(t *testing.T) {
			called := bind(t, flags, "genalloc.o", bindings.C)
			inline, c := bindInline(t, flags, bindings.C)
			harnessC(t, called, c)
			harnessC(t, inline, c)
			agree(t, start(t, inline), start(t, called))
		})
	}
}

func start(t *testing.T, dir string) api.Module {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	t.Cleanup(func() { r.Close(ctx) })
	m, err := r.Instantiate(ctx, read(t, filepath.Join(dir, "use.wasm")))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// agree makes the same random calls of two harnesses, and grows both memories now and
// then.
func agree(t *testing.T, a, b api.Module) {
	t.Helper()
	type block struct{ ptr, size, align uint64 }
	var blocks []block
	random := rand.New(rand.NewPCG(1, 2))
	call := func(name string, args ...uint64) uint64 {
		got, errA := a.ExportedFunction(name).Call(context.Background(), args...)
		want, errB := b.ExportedFunction(name).Call(context.Background(), args...)
		if errA != nil || errB != nil || !slices.Equal(got, want) || a.Memory().Size() != b.Memory().Size() {
			t.Fatalf("%s%v: %#x %v inlined, %#x %v called", name, args, got, errA, want, errB)
		}
		return append(got, 0)[0]
	}
	made := 0
	for range 20_000 {
		if random.UintN(500) == 0 {
			a.Memory().Grow(1)
			b.Memory().Grow(1)
		}
		size, at := random.Uint64N(1<<random.UintN(15)), max(0, len(blocks)-1-random.IntN(5))
		switch of := random.IntN(5); {
		case of < 3 || len(blocks) == 0:
			align := uint64(1) << random.UintN(8)
			if ptr := call([]string{"use_alloc", "use_alloc", "use_alloc_zeroed"}[of%3], size, align); ptr != 0 {
				blocks, made = append(blocks, block{ptr, size, align}), made+1
			}
		case of == 3:
			old := blocks[at]
			call("use_dealloc", old.ptr, old.size, old.align)
			blocks = slices.Delete(blocks, at, at+1)
		default:
			old := blocks[at]
			if ptr := call("use_realloc", old.ptr, old.size, old.align, size); ptr != 0 {
				blocks[at] = block{ptr, size, old.align}
			}
		}
	}
	if made < 1000 {
		t.Errorf("%d blocks are too few to show anything", made)
	}
}
