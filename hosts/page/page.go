// SPDX-License-Identifier: MIT OR Apache-2.0

// Package page builds guests by the commands of docs/hosts.md, and holds the page to what
// was measured.
package page

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/genalloc/genalloc/internal/toolchain"
)

// Section returns the text of the page below a heading.
func Section(t testing.TB, title string) string {
	t.Helper()
	_, b := file(t)
	for _, section := range strings.Split(string(b), "\n## ") {
		if head, text, _ := strings.Cut(section, "\n"); head == title {
			return text
		}
	}
	t.Fatalf("docs/hosts.md has no section %s", title)
	return ""
}

func file(t testing.TB) (string, []byte) {
	t.Helper()
	name := filepath.Join(toolchain.Root(t), "docs", "hosts.md")
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return name, b
}

var commands = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

// Build runs the section's commands in a copy of the folder guest, and returns the copy.
// The commands are as the page has them, but for pairs of old and new text.
func Build(t testing.TB, section string, replaced ...string) string {
	t.Helper()
	found := commands.FindStringSubmatch(Section(t, section))
	if found == nil {
		t.Fatalf("section %s of docs/hosts.md has no commands", section)
	}
	for i := 0; i < len(replaced); i += 2 {
		if !strings.Contains(found[1], replaced[i]) {
			t.Fatalf("the commands of section %s have no %s", section, replaced[i])
		}
	}
	dir := Guest(t)
	Run(t, dir, strings.NewReplacer(replaced...).Replace(found[1]))
	return dir
}

// Guest returns a copy of the folder guest.
func Guest(t testing.TB) string {
	t.Helper()
	toolchain.Need(t, "clang", "wasm-ld")
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("guest")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Run runs commands in a directory with genalloc on the path, and returns what they print
// on the standard error.
func Run(t testing.TB, dir, commands string) string {
	t.Helper()
	out, err := try(t, dir, commands)
	if err != nil {
		t.Fatalf("%s%v\n%s", commands, err, out)
	}
	return out
}

// Refused runs commands that have to fail, and returns what they print.
func Refused(t testing.TB, dir, commands string) string {
	t.Helper()
	out, err := try(t, dir, commands)
	if err == nil {
		t.Fatalf("%s: done, and it should be refused", commands)
	}
	return out
}

func try(t testing.TB, dir, commands string) (string, error) {
	t.Helper()
	c := exec.Command("bash", "-euo", "pipefail", "-c", commands)
	c.Dir = dir
	c.Env = append(os.Environ(), "PATH="+filepath.Dir(genalloc(t))+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := c.CombinedOutput()
	return string(out), err
}

var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "genalloc")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "genalloc")
	c := exec.Command("go", "build", "-o", file, "github.com/genalloc/genalloc/cmd/genalloc")
	c.Stderr = os.Stderr
	return file, c.Run()
})

// genalloc returns the command under test: GENALLOC names one that there is.
func genalloc(t testing.TB) string {
	t.Helper()
	if file := os.Getenv("GENALLOC"); file != "" {
		return file
	}
	file, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

var update = flag.Bool("update", false, "write what was measured into docs/hosts.md; take -p 1 with it")

// Row holds a row of a table in the section to the cells, of which the first names it.
func Row(t testing.TB, section string, cells ...string) {
	t.Helper()
	want := "\n| " + strings.Join(cells, " | ") + " |\n"
	old := "\n" + Section(t, section)
	if strings.Contains(old, want) {
		return
	}
	if !*update {
		t.Errorf("section %s of docs/hosts.md lacks this row: go test -p 1 ./... -update writes it%s", section, want)
		return
	}
	row := regexp.MustCompile("\n\\| " + regexp.QuoteMeta(cells[0]) + " \\|.*\n").FindString(old)
	if row == "" {
		t.Fatalf("section %s of docs/hosts.md has no row %s", section, cells[0])
	}
	page, b := file(t)
	text := strings.Replace(string(b), old, strings.Replace(old, row, want, 1), 1)
	if err := os.WriteFile(page, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// Read returns a file of the directory.
func Read(t testing.TB, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
