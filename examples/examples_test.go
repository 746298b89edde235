// SPDX-License-Identifier: MIT OR Apache-2.0

// Package examples_test runs the examples and the snippets of pages in docs.
package examples_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/internal/toolchain"
)

var update = flag.Bool("update", false, "write what the examples print into their READMEs")

// bin is the directory of the command under test.
var bin string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(build(m))
}

// build makes the command once for all: GENALLOC names one that there is.
func build(m *testing.M) int {
	if file := os.Getenv("GENALLOC"); file != "" {
		bin = filepath.Dir(file)
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "genalloc")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	bin = dir
	c := exec.Command("go", "build", "-o", filepath.Join(dir, "genalloc"), "../cmd/genalloc")
	c.Stderr = os.Stderr
	if err := c.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// needs are the tools of each example, and the commands of npm packages.
var needs = map[string]struct{ tools, npm []string }{
	"c":              {tools: []string{"clang", "wasm-ld", "node"}},
	"c-wasi":         {tools: []string{"clang", "wasm-ld", "node"}},
	"lisp":           {tools: []string{"clang", "wasm-ld", "node"}},
	"rust":           {tools: []string{toolchain.Rust, "wasm-ld", "node"}},
	"cargo":          {tools: []string{toolchain.Rust, toolchain.Cargo, "wasm-ld", "node"}},
	"zig":            {tools: []string{"node"}},
	"generator":      {tools: []string{"clang", "wasm-ld", "node", "go"}},
	"assemblyscript": {tools: []string{"node"}, npm: []string{"asc"}},
	"merge":          {tools: []string{"clang", "wasm-ld", "go"}, npm: []string{"wasm-merge", "wasm-opt"}},
	"component":      {tools: []string{"clang", "wasm-ld", "node"}, npm: []string{"jco"}},
	"stylus":         {tools: []string{"clang", "wasm-ld", "node", "go"}},
	"js":             {tools: []string{"node", "chromium"}},
	"threads":        {tools: []string{"clang", "wasm-ld", "node", "chromium"}},
	"two-modules":    {tools: []string{"clang", "wasm-ld", "node"}},
}

// TestExamples runs each example's one command and holds it to its README.
func TestExamples(t *testing.T) {
	runs, err := filepath.Glob("*/run")
	if err != nil || len(runs) != len(needs) {
		t.Fatalf("%d examples and the needs of %d: %v", len(runs), len(needs), err)
	}
	for _, run := range runs {
		example := filepath.Dir(run)
		t.Run(example, func(t *testing.T) {
			need(t, example)
			got := execute(t, ".", "./"+run)
			if example == "lisp" {
				flat(t)
			}
			readme := filepath.Join(example, "README.md")
			text := read(t, readme)
			if lines := strings.Count(text, "\n"); lines > 30 {
				t.Errorf("%s has %d lines: more than a screen", readme, lines)
			}
			// Of a README's indented blocks the first is the command, the second what
			// it prints.
			blocks := indented.FindAllStringIndex(text, -1)
			if len(blocks) < 2 {
				t.Fatalf("%s does not show what it prints", readme)
			}
			from, to := blocks[1][0], blocks[1][1]
			if *update {
				save(t, readme, text[:from]+indent(got)+text[to:])
			} else if text[from:to] != indent(got) {
				t.Errorf("%s shows\n%s, and it prints\n%s: go test ./examples -update writes that", readme, text[from:to], indent(got))
			}
		})
	}
}

var indented = regexp.MustCompile(`(?m)(?:^    .*\n)+`)

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n    ") + "\n"
}

// TestOnlyOurs looks at the linked program of c-wasi: libc's allocator is not
// there. That malloc is ours instead shows in the sizes that it prints.
func TestOnlyOurs(t *testing.T) {
	need(t, "c-wasi")
	execute(t, ".", "./c-wasi/run")
	ours := read(t, "c-wasi/build/app.wasm")
	execute(t, "c-wasi", "clang", "--target=wasm32-wasi", "--sysroot=/usr", "-O2", "-o", "build/theirs.wasm", "app.c")
	theirs := read(t, "c-wasi/build/theirs.wasm")
	for _, name := range []string{"dlmalloc", "sbrk"} {
		if strings.Contains(ours, name) {
			t.Errorf("the program has a function %s", name)
		}
		if !strings.Contains(theirs, name) {
			t.Errorf("libc's own program has no function %s: the test looks for nothing", name)
		}
	}
}

func need(t *testing.T, example string) {
	t.Helper()
	n, ok := needs[example]
	if !ok {
		t.Fatalf("nobody says what %s needs", example)
	}
	toolchain.Need(t, n.tools...)
	for _, command := range n.npm {
		toolchain.Node(t, command)
	}
	if example == "zig" {
		toolchain.Zig(t)
	}
}

// execute runs a command with genalloc and npm's commands on PATH, and returns its
// standard output.
func execute(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	modules := filepath.Join(toolchain.Root(t), "examples", "node_modules")
	c := exec.Command(name, args...)
	c.Dir = dir
	c.Env = append(os.Environ(),
		"GENALLOC="+filepath.Join(bin, "genalloc"),
		"PATH="+strings.Join([]string{bin, filepath.Join(modules, ".bin"), filepath.Join(modules, "@ryoppippi", "zig-linux-x64"), os.Getenv("PATH")}, string(os.PathListSeparator)))
	var out, stderr bytes.Buffer
	c.Stdout, c.Stderr = &out, &stderr
	if err := c.Run(); err != nil {
		t.Fatalf("%s %q: %v\n%s%s", name, args, err, &out, &stderr)
	}
	return out.String()
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func save(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
