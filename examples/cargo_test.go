// SPDX-License-Identifier: MIT OR Apache-2.0

package examples_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/wasm"
)

// targetFlags is what many a project sets for its target.
const targetFlags = `
[target.wasm32-unknown-unknown]
linker = "wasm-ld"
rustflags = ["-C", "link-arg=-zstack-size=32768"]
`

// TestCargo: the crate's object is linked, with the project's own flags for the target. A
// feature chooses it, or flags do, and Cargo links again when they change.
func TestCargo(t *testing.T) {
	need(t, "cargo")
	dir := project(t)
	first := cargo(t, dir)
	if names := imports(t, first); len(names) > 0 {
		t.Errorf("the program imports %q", names)
	}
	if pages := grown(t, first); pages > 50 {
		t.Errorf("the memory grows by %d pages, and the crate's feature lists reuses every block", pages)
	}
	t.Setenv("GENALLOC_FLAGS", "--functions -alloc_zeroed,-realloc")
	if pages := grown(t, cargo(t, dir)); pages < 50 {
		t.Errorf("the memory grows by %d pages: the object of these flags, which reuses nothing, is not linked", pages)
	}
	t.Setenv("GENALLOC_FLAGS", "--strategy lists --inline")
	inlined := cargo(t, dir)
	if names := imports(t, inlined); len(names) > 0 {
		t.Errorf("with --inline, the program imports %q", names)
	}
	if pages := grown(t, inlined); pages > 50 {
		t.Errorf("with --inline, the memory grows by %d pages", pages)
	}
	t.Setenv("GENALLOC_FLAGS", "--strategy lists --abi core,arena")
	for _, tt := range []struct{ genalloc, want string }{
		{filepath.Join(bin, "genalloc"), "GENALLOC_FLAGS=--strategy lists --abi core,arena: "},
		{"no-such-command", "no-such-command does not run"},
	} {
		t.Setenv("GENALLOC", tt.genalloc)
		c := exec.Command(toolchain.Cargo, cargoBuild...)
		c.Dir = dir
		if text, err := c.CombinedOutput(); err == nil || !strings.Contains(string(text), tt.want) {
			t.Errorf("GENALLOC=%s: error %v, want %q in\n%s", tt.genalloc, err, tt.want, text)
		}
	}
}

// TestCargoHost: on the host the crate is the system's allocator, and its own tests pass.
func TestCargoHost(t *testing.T) {
	need(t, "cargo")
	crate := filepath.Join(project(t), "../../packages/cargo")
	t.Setenv("RUSTDOC", filepath.Join(filepath.Dir(toolchain.Rust), "rustdoc"))
	out := execute(t, crate, toolchain.Cargo, "test", "--offline")
	if n := strings.Count(out, "test result: ok."); n != 3 || !strings.Contains(out, "2 passed") {
		t.Errorf("%d groups of tests pass, want 3:\n%s", n, out)
	}
	list := execute(t, crate, toolchain.Cargo, "package", "--list", "--offline", "--allow-dirty")
	for _, name := range []string{"build.rs", "src/lib.rs", "objects/lists/libgenalloc.a", "objects/lists/libgenalloc.rs"} {
		if !strings.Contains(list, name+"\n") {
			t.Errorf("the package has no %s:\n%s", name, list)
		}
	}
}

// project copies the example and the crate, and returns the example's directory.
func project(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	dir, crate := filepath.Join(root, "examples/cargo"), filepath.Join(root, "packages/cargo")
	must(t, os.CopyFS(dir, os.DirFS("cargo")))
	must(t, os.CopyFS(crate, os.DirFS("../packages/cargo")))
	must(t, os.RemoveAll(filepath.Join(dir, "build")))
	must(t, os.Mkdir(filepath.Join(dir, ".cargo"), 0o777))
	save(t, filepath.Join(dir, ".cargo", "config.toml"), targetFlags)
	t.Setenv("RUSTC", toolchain.Rust)
	return dir
}

var cargoBuild = []string{"build", "--offline", "--release", "--target", "wasm32-unknown-unknown", "--target-dir", "build"}

// cargo builds the project and returns the program.
func cargo(t *testing.T, dir string) []byte {
	t.Helper()
	execute(t, dir, toolchain.Cargo, cargoBuild...)
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
