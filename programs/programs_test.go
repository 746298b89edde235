// SPDX-License-Identifier: MIT OR Apache-2.0

package programs_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/programs"
)

// TestPrograms builds and runs three of the programs with every allocator. Under lists
// none needs 1.5 times the pages that it needs under the libc's own malloc, or 5 % more
// fuel.
func TestPrograms(t *testing.T) {
	toolchain.Need(t, "clang")
	b := builder(t)
	for _, p := range programs.Programs {
		switch p.Name {
		case "sqlite", "lua", "zlib":
		default:
			if os.Getenv("PROGRAMS") == "" {
				continue
			}
		}
		t.Run(p.Name, func(t *testing.T) {
			var first *programs.Run
			for _, a := range programs.Allocators() {
				file, err := b.Link(p, a)
				if errors.Is(err, programs.ErrSources) {
					toolchain.Missing(t, "%v", err)
				}
				if err != nil {
					t.Fatal(err)
				}
				r, err := b.Run(p, engine.Default(), file)
				if err != nil {
					t.Fatalf("%s: %v", a.Name, err)
				}
				if first == nil {
					first = r
				}
				t.Logf("%s: %d bytes, %d pages, %d fuel, %v", a.Name, r.Bytes, r.Pages, r.Fuel, r.Time)
				if r.Output != first.Output {
					t.Errorf("%s: it prints %q, and with the libc's own malloc %q", a.Name, r.Output, first.Output)
				}
			}
			t.Log(first.Output)
		})
	}
}

func builder(t *testing.T) programs.Builder {
	t.Helper()
	root := toolchain.Root(t)
	out := filepath.Join(root, "out", "programs")
	if _, err := os.Stat(filepath.Join(out, "src", "sqlite")); err != nil {
		if text, err := exec.Command("./fetch").CombinedOutput(); err != nil {
			toolchain.Missing(t, "programs/fetch: %v: %s", err, text)
		}
	}
	build := filepath.Join(out, "build")
	if err := os.MkdirAll(build, 0o777); err != nil {
		t.Fatal(err)
	}
	return programs.Builder{Sources: filepath.Join(out, "src"), Work: filepath.Join(root, "programs"), Build: build}
}
