// SPDX-License-Identifier: MIT OR Apache-2.0

// Package ossfuzz tests the build script of the OSS-Fuzz project.
package ossfuzz

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/internal/toolchain"
)

// TestBuild builds a target and has libFuzzer run it: on its seeds first, and then on
// inputs that reach more code, so the target is instrumented.
func TestBuild(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("OSS-Fuzz builds on Linux")
	}
	toolchain.Need(t, "clang++", "zip", "unzip")
	dir := strings.TrimSpace(toolchain.Run(t, ".", "clang++", "--print-runtime-dir"))
	if list, _ := filepath.Glob(filepath.Join(dir, "libclang_rt.fuzzer-*.a")); len(list) == 0 {
		toolchain.Missing(t, "clang has no libFuzzer: apt-get install libclang-rt-14-dev, or make deps")
	}
	out := t.TempDir()
	t.Setenv("OUT", out)
	t.Setenv("CXX", "clang++")
	t.Setenv("CXXFLAGS", "-fsanitize=address")
	t.Setenv("LIB_FUZZING_ENGINE", "-fsanitize=fuzzer")
	toolchain.Run(t, ".", "./build.sh", "./validate/script", "FuzzScript")

	program := filepath.Join(out, "validate_script_FuzzScript")
	corpus := t.TempDir()
	toolchain.Run(t, corpus, "unzip", "-q", program+"_seed_corpus.zip")
	seeds, err := os.ReadDir(corpus)
	if err != nil || len(seeds) < 3 {
		t.Fatalf("%d seeds, error %v", len(seeds), err)
	}
	text, err := exec.Command(program, "-runs=20000", corpus).CombinedOutput()
	if err != nil || !strings.Contains(string(text), "Done 20000 runs") {
		t.Fatalf("%v\n%s", err, text)
	}
	found, err := os.ReadDir(corpus)
	if err != nil || len(found) <= len(seeds) {
		t.Errorf("the corpus grows from %d to %d, error %v", len(seeds), len(found), err)
	}
}

// TestList holds what scripts/fuzz lists against the functions that there are.
func TestList(t *testing.T) {
	root := toolchain.Root(t)
	var want []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "out") {
			return fs.SkipDir
		}
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Fuzz") {
				want = append(want, "./"+filepath.ToSlash(dir)+" "+f.Name.Name)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	got := strings.Split(strings.TrimSpace(toolchain.Run(t, root, "scripts/fuzz", "list")), "\n")
	slices.Sort(got)
	if len(want) < 10 || !slices.Equal(got, want) {
		t.Errorf("scripts/fuzz list prints\n%q, and there are\n%q", got, want)
	}
}
