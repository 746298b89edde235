// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"testing"

	"github.com/genalloc/genalloc/contract"
)

// BenchmarkBuild makes the default module and exercises it, all but the write.
func BenchmarkBuild(b *testing.B) {
	o := &buildOptions{contract: contract.Default(), emit: "wasm"}
	for b.Loop() {
		if _, err := produce(b.Context(), o, emit); err != nil {
			b.Fatal(err)
		}
	}
}
