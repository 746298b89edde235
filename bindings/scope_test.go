// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings_test

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/internal/toolchain"
)

// Each test opens scopes in one language, more than fit into the memory at once, and
// looks where the next block is.

func TestScopeC(t *testing.T) {
	toolchain.Need(t, "clang", "wasm-ld")
	for _, tt := range []struct{ flags, mark, release, reset string }{
		{"", "genalloc_mark", "genalloc_release", "genalloc_reset"},
		{"--strategy=stack --grow=double", "genalloc_mark", "genalloc_release", "genalloc_reset"},
		{"--export=mark=save --export=release=back --export=reset=clear", "save", "back", "clear"},
	} {
		dir := bind(t, strings.TrimSpace("--abi=core,arena "+tt.flags), "genalloc.o", bindings.C)
		toolchain.Run(t, dir, "clang", "--target=wasm32", "-O1", "-nostdlib",
			"-Wall", "-Wextra", "-Wpedantic", "-Wstrict-prototypes", "-Werror", "-Wl,--no-entry,--export=run",
			"-DMARK="+tt.mark, "-DRELEASE="+tt.release, "-DRESET="+tt.reset,
			"-I.", "-o", "use.wasm", source(t, "scope.c"), "genalloc.o")
		if got := int32(run(t, dir)); got != 1 {
			t.Errorf("%q: run returns %d, want 1", tt.flags, got)
		}
	}
}

func TestScopeRust(t *testing.T) {
	toolchain.Need(t, toolchain.Rust, "wasm-ld")
	for _, flags := range []string{"", "--strategy=stack --oom=trap", "--export=mark=save --export=release=back"} {
		dir := bind(t, strings.TrimSpace("--abi=core,arena "+flags), "genalloc.o", bindings.Rust)
		rust(t, dir, "scope.rs", "-C", "link-arg=genalloc.o")
		if got, want := run(t, dir), uint32(328350+1); got != want {
			t.Errorf("%q: run returns %d, want %d", flags, got, want)
		}
	}
}

// TestEscape: the compiler refuses a block that outlives its scope.
func TestEscape(t *testing.T) {
	toolchain.Need(t, toolchain.Rust, "wasm-ld")
	dir := bind(t, "--abi=core,arena", "genalloc.o", bindings.Rust)
	c := exec.Command("env", rustc(t, dir, "escape.rs")...)
	c.Dir = dir
	var out bytes.Buffer
	c.Stderr = &out
	if err := c.Run(); err == nil || !strings.Contains(out.String(), "`scope` does not live long enough") {
		t.Errorf("error %v, want a refusal of the lifetime\n%s", err, &out)
	}
}

func TestScopeZig(t *testing.T) {
	for _, tt := range []struct{ flags, shrinks string }{
		{"", "false"},
		{"--strategy=stack", "true"},
		{"--export=mark=save --export=release=back", "false"},
	} {
		dir := bind(t, strings.TrimSpace("--abi=core,arena "+tt.flags), "genalloc.o", bindings.Zig)
		zig(t, dir, "scope.zig", "SHRINKS", tt.shrinks)
		if got := run(t, dir); got != 42 {
			t.Errorf("%q: run returns %d, want 42", tt.flags, got)
		}
	}
}

func TestScopeJS(t *testing.T) {
	toolchain.Need(t, "node")
	for _, flags := range []string{"", "--strategy=stack", "--export=mark=save --export=release=back --export=reset=clear"} {
		node(t, bind(t, strings.TrimSpace("--abi=core,arena "+flags), "genalloc.wasm", bindings.JS), "scope.mjs",
			"true thrown TypeError 1 true true\n")
	}
}

func TestScopeTypes(t *testing.T) {
	types(t, bind(t, "--abi=core,arena", "genalloc.wasm", bindings.JS), "scope.ts.txt")
}

func TestScopeGo(t *testing.T) {
	golang(t, bind(t, "--abi=core,arena --export=mark=save", "genalloc.wasm", bindings.Go), "scope.go.txt",
		"panicked\nfailed <nil> 1 <nil> true\n")
}

func TestScopeAssemblyScript(t *testing.T) {
	toolchain.Need(t, "node")
	asc := toolchain.Node(t, "asc")
	dir := bind(t, "--abi=core,arena --strategy=stack --initial-pages=2 --heap-base=65536 --export=mark=save", "genalloc.wasm", bindings.AssemblyScript, bindings.JS)
	save(t, dir, "app.ts", read(t, source(t, "scope.as.ts")))
	toolchain.Run(t, dir, asc, "app.ts", "--runtime", "./genalloc", "--importMemory", "-O3", "-o", "app.wasm")
	node(t, dir, "use.as.mjs", "10000\n")
}

// TestNoScope: where a function that a scope needs is left out, there is none.
func TestNoScope(t *testing.T) {
	for _, l := range bindings.Languages {
		dir := bind(t, "--abi=core,arena --functions=-release", "genalloc.wasm", l)
		files, err := filepath.Glob(filepath.Join(dir, "genalloc.*"))
		if err != nil || len(files) < 2 {
			t.Fatal(files, err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, ".wasm") {
				continue
			}
			if text := strings.ToLower(string(read(t, f))); strings.Contains(text, "scope") {
				t.Errorf("%s has a scope without release", filepath.Base(f))
			}
		}
	}
}
