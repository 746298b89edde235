// SPDX-License-Identifier: MIT OR Apache-2.0

package examples_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/internal/toolchain"
)

// flat looks at what a run of the Lisp leaves: its memory stops growing under lists, near
// dlmalloc's, and never does under bump. docs/ has the picture of this run.
func flat(t *testing.T) {
	t.Helper()
	lists, dlmalloc, bump := lispPages(t, "lists"), lispPages(t, "dlmalloc"), lispPages(t, "bump")
	end := len(lists) - 1
	for i, pages := range lists {
		if i > 3*end/4 && pages != lists[end] {
			t.Errorf("lists: %d pages at sample %d of %d, and %d at the end", pages, i, end, lists[end])
		}
		if pages*4 > dlmalloc[i]*5 {
			t.Errorf("lists: %d pages at sample %d: more than 5/4 of dlmalloc's %d", pages, i, dlmalloc[i])
		}
		if i > 0 && bump[i] < bump[i-1]+100*lists[end] {
			t.Errorf("bump: %d pages at sample %d and %d at the one before: it reuses memory", bump[i], i, bump[i-1])
		}
	}
	const picture = "../docs/lisp.svg"
	drawn := read(t, "lisp/build/pages.svg")
	if *update {
		save(t, picture, drawn)
	} else if read(t, picture) != drawn {
		t.Errorf("%s is not the picture of this run: go test ./examples -update writes it", picture)
	}
}

// lispPages returns the pages of memory at each sample.
func lispPages(t *testing.T, allocator string) (pages []int) {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(read(t, "lisp/build/"+allocator+".txt")), "\n") {
		var requests, kept, now int
		if _, err := fmt.Sscan(line, &requests, &kept, &now); err != nil {
			t.Fatalf("%s: %q: %v", allocator, line, err)
		}
		pages = append(pages, now)
	}
	if len(pages) < 8 {
		t.Fatalf("%s: %d samples", allocator, len(pages))
	}
	return pages
}

// TestListsWASI links the programs for WASI with the malloc of lists, by each version of
// the linker, and compares what they print.
func TestListsWASI(t *testing.T) {
	toolchain.Need(t, "clang", "node")
	dir := t.TempDir()
	object := filepath.Join(dir, "lists.o")
	execute(t, ".", filepath.Join(bin, "genalloc"), "-q", "--abi", "c", "--strategy", "lists", "-o", object)
	for _, tt := range []struct{ example, source, input, want string }{
		// A size is 12 more than a multiple of 16: 4 bytes in front hold the class.
		{"c-wasi", "app.c", "", "Grace, 12 bytes\nBarbara, 12 bytes\nAda, 12 bytes\n499.5 in a table aligned to 64: yes\n"},
		{"lisp", "lisp.c", "(define n 3) (while (< 0 n) (print n (append \"a\" n)) (define n (- n 1)))", "3 a3\n2 a2\n1 a1\n"},
	} {
		for _, linker := range []string{"wasm-ld", "wasm-ld-19"} {
			t.Run(tt.example+"/"+linker, func(t *testing.T) {
				toolchain.Need(t, linker)
				path, err := exec.LookPath(linker)
				if err != nil {
					t.Fatal(err)
				}
				work := t.TempDir()
				if err := os.Mkdir(filepath.Join(work, "build"), 0o777); err != nil {
					t.Fatal(err)
				}
				source, err := filepath.Abs(filepath.Join(tt.example, tt.source))
				if err != nil {
					t.Fatal(err)
				}
				execute(t, work, "clang", "--target=wasm32-wasi", "--sysroot=/usr", "-O2", "-fuse-ld="+path, "-o", "build/app.wasm", source, object)
				save(t, filepath.Join(work, "input"), tt.input)
				save(t, filepath.Join(work, "run.mjs"), read(t, "c-wasi/run.mjs"))
				if got := execute(t, work, "sh", "-c", "node --no-warnings --no-turbo-fast-api-calls run.mjs <input"); got != tt.want {
					t.Errorf("it prints\n%s, want\n%s", got, tt.want)
				}
			})
		}
	}
}
