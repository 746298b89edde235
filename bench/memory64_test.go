// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"testing"

	"github.com/genalloc/genalloc/cost"
)

// TestMemory64 holds the size and the fast path of the default module with 64-bit
// addresses, which no workload here runs.
func TestMemory64(t *testing.T) {
	m := generated(t, "--memory64")
	if len(m.File) > 390 {
		t.Errorf("%d bytes, want 390 at most", len(m.File))
	}
	p, err := cost.Measure(m.File, m.Contract)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range p.Paths {
		if path.Path == "fast" && (path.Figures == nil || path.Figures.Fuel != 19) {
			t.Errorf("%s: %+v, want fuel 19", path.Call, path.Figures)
		}
	}
	_, err = Run(t.Context(), []Module{m}, Options{})
	if want := "bench measures modules with 32-bit addresses"; err == nil || err.Error() != m.Name+": "+want {
		t.Errorf("got %v, want %s", err, want)
	}
}
