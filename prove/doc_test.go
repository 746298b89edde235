// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

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

// documented are contracts whose modules have every kind of obligation between them.
var documented = []string{
	"", "--abi=core,arena", "--target=mvp", "--strategy=stack", "--strategy=stack --functions=alloc,alloc_zeroed,dealloc",
	"--threads", "--strategy=lists", "--abi=c --functions=malloc,calloc,realloc,free,aligned_alloc,posix_memalign,malloc_usable_size --heap-base=linker", "--abi=c --functions=calloc,posix_memalign", "--abi=cabi", "--abi=wasm-bindgen", "--abi=cosmwasm --target=cosmwasm", "--abi=proxy-wasm",
	"--strategy=lists --abi=wasm-bindgen", "--strategy=lists --abi=cosmwasm --target=cosmwasm",
}

// TestSentences holds the tables of docs/proof.md against the obligations of modules that
// have all kinds between them: each has a row, and each row is about one.
func TestSentences(t *testing.T) {
	type sentence struct{ name, text string }
	_, tables, _ := strings.Cut(read(t, "../docs/proof.md"), "## What is proved")
	tables, _, _ = strings.Cut(tables, "\n## ")
	rows := map[sentence]bool{} // whether an obligation says it
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z.]+)`.* \\| (.+) \\|$").FindAllStringSubmatch(tables, -1) {
		rows[sentence{m[1], m[2]}] = strings.Contains(m[0], "` of `") // of one function: a note
	}
	for _, text := range documented {
		for _, ob := range stated(t, text) {
			_, short, _ := strings.Cut(ob.Name, ".")
			found := false
			for _, k := range []sentence{{ob.Name, ob.Text}, {short, ob.Text}} {
				if _, ok := rows[k]; ok {
					rows[k], found = true, true
				}
			}
			if !found {
				t.Errorf("%s: docs/proof.md lacks the row | `%s` | %s |", text, short, ob.Text)
			}
		}
	}
	for k, said := range rows {
		if !said {
			t.Errorf("docs/proof.md has a row about %s that no obligation says: %s", k.name, k.text)
		}
	}
}

// stated are the obligations of the module of a contract.
func stated(t *testing.T, text string) []Obligation {
	t.Helper()
	s := systemOf(t, text)
	first, err := s.start()
	if err != nil {
		t.Fatal(err)
	}
	ks := callsOf(t, s)
	rest := obligationsOf(t, s, ks)
	return slices.Concat(first, s.elsewhere(), []Obligation{ks[0].prune(make([]bool, len(ks[0].all)))}, rest)
}
