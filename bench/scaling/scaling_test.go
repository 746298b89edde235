// SPDX-License-Identifier: MIT OR Apache-2.0

package scaling

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/toolchain"
)

// TestRun: two threads do all of their work, and no block is missing or overwritten.
func TestRun(t *testing.T) {
	subjects := []Subject{Control}
	for _, flags := range Flags {
		s, err := Generated(flags)
		if err != nil {
			t.Fatal(err)
		}
		subjects = append(subjects, s)
	}
	rows, err := Measure(engine.NewUncounted(), subjects, 1000, 1)
	if err != nil || len(rows) != len(subjects) {
		t.Errorf("%d rows, error %v", len(rows), err)
	}
}

// TestMutex: an allocator for one thread works behind the mutex.
func TestMutex(t *testing.T) {
	toolchain.Need(t, "clang", "wasm-ld")
	dir := t.TempDir()
	toolchain.Run(t, ".", filepath.Join(toolchain.Root(t), "peers", "build"), dir, "dlmalloc")
	file, err := os.ReadFile(filepath.Join(dir, "wasi-libc-dlmalloc.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Mutex("dlmalloc", file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(engine.NewUncounted(), s, 2, 2_000_000); err != nil {
		t.Error(err)
	}
}
