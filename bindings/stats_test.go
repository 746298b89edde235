// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings_test

import (
	"testing"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/internal/toolchain"
)

func TestStatsC(t *testing.T) {
	toolchain.Need(t, "clang", "wasm-ld")
	dir := bind(t, "--stats", "genalloc.o", bindings.C)
	toolchain.Run(t, dir, "clang", "--target=wasm32", "-O1", "-nostdlib",
		"-Wall", "-Wextra", "-Wpedantic", "-Wstrict-prototypes", "-Werror", "-Wl,--no-entry,--export=run",
		"-I.", "-o", "use.wasm", source(t, "stats.c"), "genalloc.o")
	if got := run(t, dir); got != 1 {
		t.Errorf("run returns %d, want 1", got)
	}
}

func TestStatsRust(t *testing.T) {
	toolchain.Need(t, toolchain.Rust, "wasm-ld")
	dir := bind(t, "--stats", "genalloc.o", bindings.Rust)
	rust(t, dir, "stats.rs", "-C", "link-arg=genalloc.o")
	if got := run(t, dir); got != 2020 {
		t.Errorf("run returns %d, want 2020", got)
	}
}

func TestStatsJS(t *testing.T) {
	toolchain.Need(t, "node")
	node(t, bind(t, "--stats", "genalloc.wasm", bindings.JS), "stats.mjs",
		`{"liveBytes":100,"liveBlocks":1,"peakBytes":120,"calls":4,"growths":0,"refused":1} true`+"\ntrue 1 70000\n")
}

func TestStatsTypes(t *testing.T) {
	types(t, bind(t, "--stats", "genalloc.wasm", bindings.JS), "stats.ts.txt")
}

func TestStatsGo(t *testing.T) {
	golang(t, bind(t, "--stats", "genalloc.wasm", bindings.Go), "stats.go.txt", "{70000 1 70100 4 1 1} <nil>\n")
}
