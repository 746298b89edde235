// SPDX-License-Identifier: MIT OR Apache-2.0

package examples_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/wasm"
)

// targetFlags is what many a project sets for its target. Cargo takes these flags in
// place of build.rustflags.
const targetFlags = `
[target.wasm32-unknown-unknown]
linker = "wasm-ld"
rustflags = ["-C", "link-arg=-zstack-size=32768"]
`

// TestCargo: build.rs links the object beside a project's own flags, and Cargo links
// again when the object changes. Flags for every target alone would be ignored.
func TestCargo(t *testing.T) {
	need(t, "cargo")
	dir := t.TempDir()
	must(t, os.CopyFS(dir, os.DirFS("cargo")))
	must(t, os.RemoveAll(filepath.Join(dir, "build")))
	for _, name := range []string{".cargo", "build"} {
		must(t, os.Mkdir(filepath.Join(dir, name), 0o777))
	}
	save(t, filepath.Join(dir, ".cargo", "config.toml"), targetFlags)

	execute(t, dir, filepath.Join(bin, "genalloc"), "-q", "--bindings", "rust", "-o", "build/genalloc.o")
	first := cargo(t, dir)
	if names := imports(t, first); len(names) > 0 {
		t.Errorf("the program imports %q", names)
	}
	if pages := grown(t, first); pages < 50 {
		t.Errorf("the memory grows by %d pages, and the object reuses nothing", pages)
	}
	execute(t, dir, filepath.Join(bin, "genalloc"), "-q", "--strategy", "stack", "-o", "build/genalloc.o")
	if pages := grown(t, cargo(t, dir)); pages > 50 {
		t.Errorf("the memory grows by %d pages: the changed object, which reuses the newest block, was not linked", pages)
	}

	must(t, os.Remove(filepath.Join(dir, "build.rs")))
	save(t, filepath.Join(dir, ".cargo", "config.toml"), "[build]\nrustflags = [\"-C\", \"link-arg=build/genalloc.o\"]\n"+targetFlags)
	if names := imports(t, cargo(t, dir)); len(names) == 0 {
		t.Error("cargo follows build.rustflags beside the target's: say so in docs/linking.md")
	}
}

// cargo builds the project and returns the program.
func cargo(t *testing.T, dir string) []byte {
	t.Helper()
	execute(t, dir, "env", "RUSTC="+toolchain.Rust, toolchain.Cargo, "build", "--offline", "--release", "--target", "wasm32-unknown-unknown", "--target-dir", "build")
	return []byte(read(t, filepath.Join(dir, "build/wasm32-unknown-unknown/release/app.wasm")))
}

// imports lists what a program imports.
func imports(t *testing.T, file []byte) []string {
	t.Helper()
	m, err := wasm.Decode(file)
	must(t, err)
	var names []string
	for _, im := range m.Imports {
		names = append(names, im.Name)
	}
	return names
}

// grown runs the program, which makes and drops a large vector 100 times, and returns by
// how many pages its memory grows.
func grown(t *testing.T, file []byte) uint32 {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)
	m, err := r.Instantiate(ctx, file)
	must(t, err)
	before := m.Memory().Size()
	const n = 10_000
	for range 100 {
		sum, err := m.ExportedFunction("pushes").Call(ctx, n)
		must(t, err)
		if sum[0] != n*(n-1)/2 {
			t.Fatalf("pushes returns %d", sum[0])
		}
	}
	return (m.Memory().Size() - before) / wasm.PageSize
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
