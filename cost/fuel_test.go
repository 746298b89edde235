// SPDX-License-Identifier: MIT OR Apache-2.0

package cost_test

import (
	"errors"
	"testing"

	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/internal/engine"
)

// TestEndless: what does not return is stopped, and said in one line.
func TestEndless(t *testing.T) {
	const loops = `(func (export "alloc") (param i32 i32) (result i32) (loop (br 0)) (i32.const 0))`
	_, err := cost.Measure(module(t, `(module (memory (export "memory") 1) `+loops+")"), order(t, "--functions=alloc"))
	if want := `path "first call": alloc: still running after 2^30 instructions or 20 seconds`; err == nil || err.Error() != want || !errors.Is(err, engine.Endless) {
		t.Errorf("got %v, want %s", err, want)
	}
	for body, want := range map[string]string{
		"(loop (br 0))":                    "the module does not start: still running after 2^30 instructions or 20 seconds",
		"unreachable":                      "the module does not start: unreachable",
		"(drop (i32.load (i32.const -1)))": "the module does not start: out of bounds memory access",
	} {
		_, err := cost.New(module(t, `(module (memory 1) (start 0) (func `+body+`))`), cost.Config{})
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", body, err, want)
		}
	}
}
