// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/wasm"
)

// TestThreads holds the modules for threads to their size and to what an allocation costs,
// which no workload here runs.
func TestThreads(t *testing.T) {
	for _, tt := range []struct {
		flags string
		bytes int
		fuel  float64 // of alloc(16, 8) in the mean of many, with the claims of chunks; of a pair where it is freed
	}{
		{"--threads", 400, 19.1},
		{"--threads --chunk=1", 410, 19.1},
		{"--threads --initial-pages=16 --heap-base=1024", 510, 19.1},
		{"--threads --heap-base=import:env.__heap_base", 570, 19.1},
		{"--threads --strategy=lists --heap-base=1024", 1280, 82.1},
		{"--threads --strategy=lists --heap-base=linker", 1460, 88.1},
	} {
		m := generated(t, tt.flags)
		if len(m.File) > tt.bytes {
			t.Errorf("%s: %d bytes, want %d at most", tt.flags, len(m.File), tt.bytes)
		}
		if fuel := perBlock(t, m); fuel > tt.fuel || fuel == 0 {
			t.Errorf("%s: fuel %.3f, want %.1f at most", tt.flags, fuel, tt.fuel)
		}
	}
	_, err := Run(t.Context(), []Module{generated(t, "--threads")}, Options{})
	if want := "genalloc --threads: bench measures modules of one thread"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// perBlock allocates many blocks in one instance, frees each where memory is reused, and
// returns the mean fuel.
func perBlock(t *testing.T, m Module) float64 {
	t.Helper()
	const times = 20_000
	store := engine.Default().NewStore()
	defer store.Close()
	decoded, err := wasm.Decode(m.File)
	if err != nil {
		t.Fatal(err)
	}
	var supplies []engine.Supply
	for _, im := range decoded.Imports {
		im.Memory.Max = min(im.Memory.Max, 64)
		supplies = append(supplies, engine.Supply{Import: im, Value: 1024})
	}
	imports, err := engine.Provide(store, supplies)
	if err != nil {
		t.Fatal(err)
	}
	in, err := engine.Instantiate(store, m.File, imports)
	if err != nil {
		t.Fatal(err)
	}
	burned := uint64(0)
	call := func(role contract.Role, args ...uint64) []uint64 {
		f, _ := m.Contract.Function(role)
		out, err := in.Call(f.Export, args...)
		if err != nil {
			t.Fatal(err)
		}
		burned += store.Burned()
		return out
	}
	for range times {
		block := call(contract.Allocates, 16, 8)[0]
		if block == 0 {
			t.Fatal("no block")
		}
		if m.Contract.Reuse() != contract.ReusesNothing {
			call(contract.Frees, block, 16, 8)
		}
	}
	return float64(burned) / times
}
