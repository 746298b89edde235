// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/toolchain"
)

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestTrusted holds the lists of files in docs/proof.md against the files: what is
// trusted is short enough to be read, and every file is on one list or the other.
func TestTrusted(t *testing.T) {
	_, text, _ := strings.Cut(read(t, "../docs/proof.md"), "## What has to be trusted")
	text, _, _ = strings.Cut(text, "\n## ")
	trusted, others, ok := strings.Cut(text, "Not trusted:")
	if !ok {
		t.Fatal("docs/proof.md has no list of what is not trusted")
	}
	path := regexp.MustCompile("`([a-z0-9_/]+\\.go)`")
	listed := map[string]bool{}
	for _, m := range path.FindAllStringSubmatch(trusted, -1) {
		listed[m[1]] = true
		if n := strings.Count(read(t, filepath.Join("..", m[1])), "\n"); n >= 300 {
			t.Errorf("%s has %d lines: what is trusted has less than 300", m[1], n)
		}
		if dir, name := filepath.Split(m[1]); dir == "prove/" && !strings.Contains(read(t, "doc.go"), name) {
			t.Errorf("doc.go does not name %s, which is trusted", name)
		}
	}
	if len(listed) < 30 {
		t.Errorf("%d trusted files on the list", len(listed))
	}
	counted := toolchain.Run(t, "..", "make", "-s", "trusted")
	for file := range listed {
		if !strings.Contains(counted, " "+file+"\n") {
			t.Errorf("make trusted does not count %s", file)
		}
	}
	if lines := strings.Count(counted, "\n"); lines != len(listed)+1 || !strings.Contains(counted, " total\n") {
		t.Errorf("make trusted prints %d lines for %d files and their sum", lines, len(listed))
	}
	for _, m := range path.FindAllStringSubmatch(others, -1) {
		listed[m[1]] = true
		read(t, filepath.Join("..", m[1]))
	}
	for _, dir := range []string{"prove", "prove/bv", "prove/sat", "prove/sym"} {
		files, err := filepath.Glob(filepath.Join("..", dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			name := dir + "/" + filepath.Base(f)
			if !listed[name] && !strings.HasSuffix(f, "_test.go") && filepath.Base(f) != "doc.go" {
				t.Errorf("docs/proof.md does not say whether %s is trusted", name)
			}
		}
	}
}

// TestSentences holds the table of docs/proof.md against the obligations.
func TestSentences(t *testing.T) {
	text := read(t, "../docs/proof.md")
	c := contract.Default()
	s, err := newSystem(page(t), c, pageHints)
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.start()
	if err != nil {
		t.Fatal(err)
	}
	ks, err := s.calls()
	if err != nil {
		t.Fatal(err)
	}
	rest, err := s.obligations(ks)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Concat(first, s.elsewhere(), rest)
	all = append(all, ks[0].prune(make([]bool, len(ks[0].all))), ks[0].lemmas("loops", loopsText, false), ks[0].products(), ks[0].zeroed())
	for _, ob := range all {
		name := ob.Name
		if function, short, _ := strings.Cut(name, "."); c.Has(function) {
			name = short
		}
		if row := "| `" + name + "` | " + ob.Text + " |\n"; !strings.Contains(text, row) {
			t.Errorf("docs/proof.md lacks the row %s", row)
		}
	}
}
