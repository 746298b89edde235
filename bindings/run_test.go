// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/wasm"
)

// TestC compiles with the header as strictly as clang knows, and links the object.
func TestC(t *testing.T) {
	toolchain.Need(t, "clang", "wasm-ld")
	dir := bind(t, "", "genalloc.o", bindings.C)
	toolchain.Run(t, dir, "clang", "--target=wasm32", "-O1", "-nostdlib",
		"-Wall", "-Wextra", "-Wpedantic", "-Wstrict-prototypes", "-Werror", "-Wl,--no-entry,--export=run",
		"-I.", "-o", "use.wasm", source(t, "use.c"), "genalloc.o")
	if got := run(t, dir); got != 100 {
		t.Errorf("run returns %d, want 100", got)
	}
}

// TestBesideLibc: a program of wasi-libc keeps its own realloc.
func TestBesideLibc(t *testing.T) {
	toolchain.Need(t, "clang", "wasm-ld")
	dir := bind(t, "", "genalloc.o", bindings.C)
	toolchain.Run(t, dir, "clang", "--target=wasm32-wasi", "--sysroot=/usr", "-DLIBC", "-O1", "-nostartfiles",
		"-Wall", "-Wextra", "-Werror", "-Wl,--no-entry,--export=run",
		"-I.", "-o", "use.wasm", source(t, "use.c"), "genalloc.o")
	if got := run(t, dir); got != 142 {
		t.Errorf("run returns %d, want 142", got)
	}
}

// TestImports: beside a module, the functions are imported by the names that the
// module exports.
func TestImports(t *testing.T) {
	toolchain.Need(t, "clang", "wasm-ld", toolchain.Rust)
	dir := bind(t, "--export=alloc_zeroed=zeroed", "genalloc.wasm", bindings.C, bindings.Rust)
	toolchain.Run(t, dir, "clang", "--target=wasm32", "-O1", "-nostdlib", "-Dalloc_zeroed=zeroed",
		"-Wall", "-Werror", "-Wl,--no-entry,--export=run", "-I.", "-o", "use.wasm", source(t, "use.c"))
	imports(t, dir, "dealloc", "realloc", "zeroed")
	rust(t, dir, "use.rs")
	imports(t, dir, "alloc", "dealloc", "realloc", "zeroed")
}

// imports fails the test if use.wasm imports anything but these functions.
func imports(t *testing.T, dir string, want ...string) {
	t.Helper()
	m, err := wasm.Decode(read(t, filepath.Join(dir, "use.wasm")))
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	for _, name := range want {
		missing[name] = true
	}
	for _, im := range m.Imports {
		if im.Module != bindings.Module || !missing[im.Name] {
			t.Errorf("import %q %q is not expected", im.Module, im.Name)
		}
		delete(missing, im.Name)
	}
	if len(missing) > 0 {
		t.Errorf("imports are missing: %v", missing)
	}
}

// TestRust runs a no_std program whose Box, Vec and String are on our heap.
func TestRust(t *testing.T) {
	toolchain.Need(t, toolchain.Rust, "wasm-ld")
	for _, flags := range []string{"", "--fixed-align=16", "--functions=alloc,dealloc --oom=trap"} {
		dir := bind(t, flags, "genalloc.o", bindings.Rust)
		rust(t, dir, "use.rs", "-C", "link-arg=genalloc.o")
		if got := run(t, dir); got != 45+6+7+100 {
			t.Errorf("%q: run returns %d, want 158", flags, got)
		}
	}
}

// rust compiles a file of testdata to use.wasm.
func rust(t *testing.T, dir, file string, args ...string) {
	t.Helper()
	toolchain.Run(t, dir, "env", rustc(t, dir, file, args...)...)
}

// rustc returns the arguments of env for that.
func rustc(t *testing.T, dir, file string, args ...string) []string {
	t.Helper()
	save(t, dir, file, read(t, source(t, file)))
	args = append([]string{"--target=wasm32-unknown-unknown", "--edition=2021", "--crate-type=cdylib", "-O", "-D", "warnings",
		// Stable since Rust 1.68; Debian 12 has 1.63.
		"-Z", "crate-attr=feature(default_alloc_error_handler)",
		"-C", "panic=abort", "-C", "linker=wasm-ld", "-o", "use.wasm", file}, args...)
	return append([]string{"RUSTC_BOOTSTRAP=1", toolchain.Rust}, args...)
}

func TestZig(t *testing.T) {
	for _, flags := range []string{"", "--functions=alloc,dealloc"} {
		dir := bind(t, flags, "genalloc.o", bindings.Zig)
		zig(t, dir, "use.zig")
		if got := run(t, dir); got != 499500 {
			t.Errorf("%q: run returns %d, want 499500", flags, got)
		}
	}
}

// zig compiles a file of testdata and links it with genalloc.o to use.wasm.
// Pairs of words are replaced in it.
func zig(t *testing.T, dir, file string, words ...string) {
	t.Helper()
	zigFor(t, "wasm32-freestanding", dir, file, words...)
}

func zigFor(t *testing.T, target, dir, file string, words ...string) {
	t.Helper()
	zig := toolchain.Zig(t)
	save(t, dir, file, []byte(strings.NewReplacer(words...).Replace(string(read(t, source(t, file))))))
	build := []string{"build-exe", "-fno-entry"}
	if strings.HasPrefix(toolchain.Run(t, dir, zig, "version"), "0.11.") {
		build = []string{"build-lib", "-dynamic"} // 0.12 builds programs without an entry
	}
	toolchain.Run(t, dir, zig, append(build, file, "genalloc.o", "-target", target, "-O", "ReleaseSmall",
		"-rdynamic", "--cache-dir", "cache", "--global-cache-dir", "cache", "-femit-bin=use.wasm")...)
}

func TestJS(t *testing.T) {
	toolchain.Need(t, "node")
	node(t, bind(t, "", "genalloc.wasm", bindings.JS), "use.mjs", "0 112 0 true\n")
}

// node runs a file of testdata and holds what it prints against what it should.
func node(t *testing.T, dir, file, want string) {
	t.Helper()
	save(t, dir, "package.json", []byte(`{"type": "module"}`))
	save(t, dir, file, read(t, source(t, file)))
	if got := toolchain.Run(t, dir, "node", file); got != want {
		t.Errorf("%s prints %q, want %q", file, got, want)
	}
}

// TestRanges: JavaScript's numbers that are no sizes, addresses or alignments are
// refused, and addresses beyond 2 GiB are not negative.
func TestRanges(t *testing.T) {
	toolchain.Need(t, "node")
	node(t, bind(t, "", "genalloc.wasm", bindings.JS), "range.mjs", "0 true true 0\n")
}

// TestTypes holds the declarations against a program that follows them, and one
// line that does not.
func TestTypes(t *testing.T) {
	types(t, bind(t, "", "genalloc.wasm", bindings.JS), "use.ts.txt")
}

func types(t *testing.T, dir, file string) {
	t.Helper()
	tsc := toolchain.Node(t, "tsc")
	save(t, dir, "package.json", []byte(`{"type": "module"}`))
	save(t, dir, "use.ts", read(t, source(t, file)))
	toolchain.Run(t, dir, tsc, "--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--moduleResolution", "nodenext",
		"--lib", "es2022,dom", "--types", "", "use.ts")
}

func TestGo(t *testing.T) {
	golang(t, bind(t, "", "genalloc.wasm", bindings.Go), "use.go.txt",
		"0 42 0 <nil> <nil>\nalign is 24, not a power of two\n")
}

// golang runs a program over the package genalloc.
func golang(t *testing.T, dir, file, want string) {
	t.Helper()
	pkg := filepath.Join(dir, "genalloc")
	if err := os.Mkdir(pkg, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"genalloc.go", "genalloc.wasm"} {
		if err := os.Rename(filepath.Join(dir, name), filepath.Join(pkg, name)); err != nil {
			t.Fatal(err)
		}
	}
	root := toolchain.Root(t)
	mod := strings.Replace(string(read(t, filepath.Join(root, "go.mod"))), "module github.com/genalloc/genalloc", "module use", 1)
	save(t, dir, "go.mod", []byte(mod))
	save(t, dir, "go.sum", read(t, filepath.Join(root, "go.sum")))
	save(t, dir, "main.go", read(t, source(t, file)))
	toolchain.Run(t, dir, "go", "vet", "./...")
	if got := toolchain.Run(t, dir, "go", "run", "."); got != want {
		t.Errorf("the program prints %q, want %q", got, want)
	}
}

// TestAssemblyScript runs a program whose strings, arrays and maps are on our
// heap. Its static data lies below the heap, and where it does not fit there the
// program stops at its start.
func TestAssemblyScript(t *testing.T) {
	toolchain.Need(t, "node")
	asc := toolchain.Node(t, "asc")
	dir := bind(t, "--initial-pages=2 --heap-base=65536", "genalloc.wasm", bindings.AssemblyScript, bindings.JS)
	save(t, dir, "package.json", []byte(`{"type": "module"}`))
	save(t, dir, "app.ts", read(t, source(t, "use.as.ts")))
	save(t, dir, "use.mjs", read(t, source(t, "use.as.mjs")))
	toolchain.Run(t, dir, asc, "app.ts", "--runtime", "./genalloc", "--importMemory", "-O3", "-o", "app.wasm")
	if got, want := toolchain.Run(t, dir, "node", "use.mjs"), "1231\n"; got != want {
		t.Errorf("the program prints %q, want %q", got, want)
	}
	toolchain.Run(t, dir, asc, "app.ts", "--runtime", "./genalloc", "--importMemory", "-O3", "-o", "app.wasm", "--memoryBase", "66000", "--initialMemory", "2")
	out := toolchain.Run(t, dir, "sh", "-c", "node use.mjs 2>&1 || true")
	if !strings.Contains(out, "unreachable") {
		t.Errorf("static data above the heap's base goes unnoticed: %s", out)
	}
}

// bind writes what a contract's text orders, and the bindings, into a directory.
func bind(t *testing.T, text, file string, languages ...bindings.Language) string {
	t.Helper()
	dir := t.TempDir()
	if strings.HasSuffix(file, ".o") {
		text = strings.TrimSpace("--heap-base=linker " + text)
	}
	c, err := contract.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	content, err := emitter.Emit(c)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(file, ".o") {
		if content, err = object.FromModule(content, c, object.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	save(t, dir, file, content)
	for _, l := range languages {
		files, err := bindings.Write(l, c, file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			save(t, dir, f.Name, f.Content)
		}
	}
	return dir
}

// run calls the function run of use.wasm.
func run(t *testing.T, dir string) uint32 {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	t.Cleanup(func() { r.Close(ctx) })
	m, err := r.Instantiate(ctx, read(t, filepath.Join(dir, "use.wasm")))
	if err != nil {
		t.Fatal(err)
	}
	results, err := m.ExportedFunction("run").Call(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(results[0])
}

func source(t testing.TB, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func save(t testing.TB, dir, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), b, 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestWide: a module with 64-bit addresses takes numbers and bigints, and returns numbers
// but for marks. Node needs the flag up to version 23.
func TestWide(t *testing.T) {
	toolchain.Need(t, "node")
	dir := bind(t, "--memory64 --abi=core,arena", "genalloc.wasm", bindings.JS)
	save(t, dir, "package.json", []byte(`{"type": "module"}`))
	save(t, dir, "wide.mjs", read(t, source(t, "wide.mjs")))
	const range64 = "not a whole number from 0 to 9007199254740991, or to 18446744073709551615 as a bigint\n"
	want := "number 0 112 0 0\ntrue true bigint\nsize is -1, " + range64 + "size is 18446744073709551616, " + range64 + "size is 9007199254740992, " + range64 +
		"align is 24, not a power of two\nsize is of the type string, " + range64 + "ptr is 0 (null), which is no block\n"
	flag := toolchain.Run(t, dir, "node", "-p", `+process.versions.node.split(".")[0] < 24 ? "--experimental-wasm-memory64" : "--"`)
	if got := toolchain.Run(t, dir, "node", strings.TrimSpace(flag), "wide.mjs"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestWideObject: C and Zig link the object for their 64-bit targets. Neither Debian's Rust
// nor npm has a standard library for Rust's.
func TestWideObject(t *testing.T) {
	t.Run("C", func(t *testing.T) {
		toolchain.Need(t, "clang", "wasm-ld")
		dir := bind(t, "--memory64", "genalloc.o", bindings.C)
		toolchain.Run(t, dir, "clang", "--target=wasm64", "-O1", "-nostdlib", "-Wall", "-Wextra", "-Werror",
			"-Wl,--no-entry,--export=run", "-I.", "-o", "use.wasm", source(t, "use.c"), "genalloc.o")
		if got := wattest.Call(t, read(t, filepath.Join(dir, "use.wasm")), "run")[0]; got != 100 {
			t.Errorf("run returns %d, want 100", got)
		}
	})
	t.Run("Zig", func(t *testing.T) {
		dir := bind(t, "--memory64", "genalloc.o", bindings.Zig)
		zigFor(t, "wasm64-freestanding", dir, "use.zig")
		if got := wattest.Call(t, read(t, filepath.Join(dir, "use.wasm")), "run")[0]; got != 499500 {
			t.Errorf("run returns %d, want 499500", got)
		}
	})
}

// TestNarrow: languages that have no 64-bit memories are refused by name.
func TestNarrow(t *testing.T) {
	c := contract.Must(contract.Parse("--memory64"))
	for _, l := range bindings.Languages {
		_, err := bindings.Write(l, c, "genalloc.wasm")
		if refused := l == bindings.Go || l == bindings.AssemblyScript; (err != nil) != refused || refused && !strings.HasSuffix(err.Error(), "has no 64-bit memories: drop --memory64, or choose another language") {
			t.Errorf("%s: %v", l, err)
		}
	}
}
