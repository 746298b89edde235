// SPDX-License-Identifier: MIT OR Apache-2.0

// Package wazero_test runs a guest in the hosts of wazero's examples of allocation. These
// are programs: they run as they are, with this guest in the place of their own.
package wazero_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/hosts/page"
	"github.com/genalloc/genalloc/internal/toolchain"
)

func TestExamples(t *testing.T) {
	for example, replaced := range map[string][]string{
		"rust": nil,
		"zig":  {"deallocate", "free", "allocate", "malloc", "greet.c", "-Dallocate=malloc -Ddeallocate=free greet.c"},
	} {
		t.Run(example, func(t *testing.T) {
			dir := page.Build(t, "wazero", replaced...)
			got := toolchain.Run(t, host(t, dir, example), "go", "run", ".", "Ada")
			if want := "wasm >> Hello, Ada!\ngo >> Hello, Ada!\n"; got != want {
				t.Errorf("the host prints %q, want %q", got, want)
			}
		})
	}
}

// host makes a module of the example's program and the guest that it embeds.
func host(t *testing.T, guest, example string) string {
	t.Helper()
	dir := t.TempDir()
	root := toolchain.Root(t)
	wazero := strings.TrimSpace(toolchain.Run(t, root, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/tetratelabs/wazero"))
	mod := strings.Replace(string(page.Read(t, root, "go.mod")), "module github.com/genalloc/genalloc", "module example", 1)
	for name, content := range map[string][]byte{
		"go.mod":              []byte(mod),
		"go.sum":              page.Read(t, root, "go.sum"),
		"main.go":             page.Read(t, filepath.Join(wazero, "examples", "allocation", example), "greet.go"),
		"testdata/greet.wasm": page.Read(t, guest, "greet.wasm"),
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
