// SPDX-License-Identifier: MIT OR Apache-2.0

package programs_test

import (
	"errors"
	"os/exec"
	"slices"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/programs"
)

// quick are the programs that every run of the tests builds; make programs runs all.
var quick = []string{"zlib", "lua", "sqlite"}

// TestPrograms: with lists, a program needs at most 1.5 times the pages that it needs with
// the libc's own malloc, and 5 % more fuel; its output is the same with each allocator.
func TestPrograms(t *testing.T) {
	toolchain.Need(t, "clang")
	b := builder(t)
	for _, p := range programs.Programs {
		if !slices.Contains(quick, p.Name) {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			all, err := b.Measure(p, engine.Default(), 1)
			if errors.Is(err, programs.ErrSources) {
				toolchain.Missing(t, "%v", err)
			}
			if err != nil {
				t.Fatal(err)
			}
			libc := all[0]
			for _, m := range all {
				t.Logf("%s: %d bytes, %d pages, %d fuel", m.Allocator.Name, m.Bytes, m.Pages, m.Fuel)
				if m.Allocator.Name != string(contract.Lists) {
					continue
				}
				if 2*m.Pages > 3*libc.Pages {
					t.Errorf("%d pages, and with the libc %d", m.Pages, libc.Pages)
				}
				if 100*m.Fuel > 105*libc.Fuel {
					t.Errorf("%d fuel, and with the libc %d", m.Fuel, libc.Fuel)
				}
			}
		})
	}
}

// builder fetches the sources that are missing.
func builder(t *testing.T) programs.Builder {
	t.Helper()
	if text, err := exec.Command("./fetch").CombinedOutput(); err != nil {
		toolchain.Missing(t, "programs/fetch: %v: %s", err, text)
	}
	b, err := programs.NewBuilder(toolchain.Root(t))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
