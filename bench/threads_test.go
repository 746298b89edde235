// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"errors"
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
		fuel  float64 // of alloc(16, 8), in the mean of many, and so with the claims of chunks
	}{
		{"--threads", 400, 19.1},
		{"--threads --chunk=1", 410, 19.1},
		{"--threads --initial-pages=16 --heap-base=1024", 680, 19.1},
		{"--threads --heap-base=import:env.__heap_base", 680, 19.1},
	} {
		m := generated(t, tt.flags)
		if len(m.File) > tt.bytes {
			t.Errorf("%s: %d bytes, want %d at most", tt.flags, len(m.File), tt.bytes)
		}
		if fuel := perCall(t, m, contract.Allocates, 16, 8); fuel > tt.fuel {
			t.Errorf("%s: fuel %.3f, want %.1f at most", tt.flags, fuel, tt.fuel)
		}
	}
	_, err := Run(t.Context(), []Module{generated(t, "--threads")}, Options{})
	if want := "genalloc --threads: bench measures modules of one thread"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// perCall calls the function with the role many times in one instance, and returns the mean
// fuel.
func perCall(t *testing.T, m Module, role contract.Role, args ...uint64) float64 {
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
	f, _ := m.Contract.Function(role)
	burned := uint64(0)
	for range times {
		if out, err := in.Call(f.Export, args...); err != nil || out[0] == 0 {
			t.Fatal(errors.Join(err, errors.New("no block")))
		}
		burned += store.Burned()
	}
	return float64(burned) / times
}
