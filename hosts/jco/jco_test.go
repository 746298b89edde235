// SPDX-License-Identifier: MIT OR Apache-2.0

// Package jco_test calls a component that jco transpiles.
package jco_test

import (
	"testing"

	"github.com/genalloc/genalloc/hosts/page"
	"github.com/genalloc/genalloc/internal/toolchain"
)

// TestLoop passes strings in and out in a loop, in which the memory does not grow.
func TestLoop(t *testing.T) {
	toolchain.Need(t, "node")
	jco := toolchain.Module(t, "@bytecodealliance/jco/dist/api.js")
	dir := page.Build(t, "jco")
	if got := toolchain.Run(t, dir, "node", "run.mjs", jco); got != "3 3\n" {
		t.Errorf("got %q pages, want 3 after 1,000 calls and 3 at the end", got)
	}
}
