// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/wasm"
)

// TestGasIsBalanced: under lists, gas makes the code of balanced, whose mutants are examined.
func TestGasIsBalanced(t *testing.T) {
	examined := 0
	for _, c := range listsConfigurations() {
		balanced, err := c.emit()
		if err != nil {
			t.Fatal(err)
		}
		c.Flags = strings.Replace(c.Flags, "--optimize=balanced", "--optimize=gas", 1)
		if c.Flags == balanced.Flags {
			continue
		}
		examined++
		gas, err := c.emit()
		if err != nil {
			t.Fatal(err)
		}
		same := slices.EqualFunc(gas.module.Funcs, balanced.module.Funcs, func(f, g wasm.Func) bool { return Text(f.Body) == Text(g.Body) })
		if !same {
			t.Errorf("%s: the code is not that of balanced", c.Flags)
		}
	}
	if examined == 0 {
		t.Error("no configuration with --optimize=balanced")
	}
}
