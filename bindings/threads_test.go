// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings_test

import (
	"strings"
	"testing"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/toolchain"
)

// TestThreads: workers of node, each with an instance of its own, allocate over one memory.
func TestThreads(t *testing.T) {
	toolchain.Need(t, "node")
	for _, text := range []string{"--threads", "--strategy=lists --threads --heap-base=1024"} {
		dir := bind(t, text, "genalloc.wasm", bindings.JS)
		save(t, dir, "package.json", []byte(`{"type": "module"}`))
		save(t, dir, "threads.mjs", read(t, source(t, "threads.mjs")))
		if got := toolchain.Run(t, dir, "node", "threads.mjs"); got != "9000 true true\n" {
			t.Errorf("%s: got %q, want 9000 blocks that are apart and keep what is written", text, got)
		}
	}
	for _, l := range []bindings.Language{bindings.Go, bindings.AssemblyScript} {
		if _, err := bindings.Write(l, contract.Must(contract.Parse("--threads")), "a.wasm"); err == nil || !strings.Contains(err.Error(), "drop --threads") {
			t.Errorf("%s: error is %v", l, err)
		}
	}
}
