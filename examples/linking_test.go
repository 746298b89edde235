// SPDX-License-Identifier: MIT OR Apache-2.0

package examples_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/internal/toolchain"
)

// sections names the tools of each section of pages.
var sections = map[string]struct{ tools, npm []string }{
	"C":                      {tools: []string{"clang", "wasm-ld", "node"}},
	"C with wasi-libc":       {tools: []string{"clang", "wasm-ld"}},
	"Rust":                   {tools: []string{toolchain.Rust, "wasm-ld", "node"}},
	"Zig":                    {tools: []string{"node"}},
	"AssemblyScript":         {tools: []string{"node"}, npm: []string{"asc"}},
	"JavaScript":             {tools: []string{"node"}},
	"Go":                     {tools: []string{"go"}},
	"Components":             {tools: []string{"clang", "wasm-ld", "wasm-objdump"}},
	"Stylus":                 {tools: []string{"clang", "wasm-ld", "wasm-objdump"}},
	"Growth":                 {tools: []string{"node"}},
	"Reactors and commands":  {tools: []string{"clang", "wasm-ld", "node"}},
	"Counters":               {tools: []string{"node"}},
	"What counting costs":    {},
	"Misuse":                 {tools: []string{"clang", "wasm-ld", "node"}},
	"Inline in C":            {tools: []string{"clang", "wasm-ld", "node"}},
	"Inline in Rust":         {tools: []string{toolchain.Rust, "wasm-ld", "node"}},
	"Inline in Zig":          {tools: []string{"node"}},
	"State in globals":       {tools: []string{"clang", "wasm-ld", "wasm-objdump"}, npm: []string{"wasm-opt"}},
	"Cargo":                  {tools: []string{toolchain.Rust, toolchain.Cargo, "wasm-ld", "node"}},
	"Zig build":              {tools: []string{"node"}},
	"CMake":                  {tools: []string{"cmake", "clang", "wasm-ld", "node"}},
	"npm":                    {tools: []string{"npm", "node"}, npm: []string{"tsc"}},
	"Go tools":               {tools: []string{"go"}},
	"C for wasm64":           {tools: []string{"clang", "wasm-ld"}},
	"Zig for wasm64":         {},
	"Any module, by a merge": {tools: []string{"clang", "wasm-ld", "node"}, npm: []string{"wasm-merge"}},
}

// A fence is a fenced block. Behind the language, its first line may have the name
// of the file that it is.
var fence = regexp.MustCompile("(?ms)^```(\\w*)(?: (\\S+))?\n(.*?)^```$")

// pages have snippets.
var pages = []string{"linking.md", "watching.md", "packages.md", "inline.md", "memory64.md"}

// TestLinking runs the snippets of each section in a directory of its own, with this
// repository beside it.
func TestLinking(t *testing.T) {
	var found []string
	for _, page := range pages {
		found = append(found, strings.Split(read(t, filepath.Join(toolchain.Root(t), "docs", page)), "\n## ")[1:]...)
	}
	ran := 0
	for _, section := range found {
		title, text, _ := strings.Cut(section, "\n")
		blocks := fence.FindAllStringSubmatch(text, -1)
		if !strings.Contains(text, "\n```sh\n") {
			continue
		}
		ran++
		t.Run(title, func(t *testing.T) {
			n, ok := sections[title]
			if !ok {
				t.Fatal("nobody says what the section needs")
			}
			toolchain.Need(t, n.tools...)
			for _, command := range n.npm {
				toolchain.Node(t, command)
			}
			dir := filepath.Join(t.TempDir(), "app")
			must(t, os.Mkdir(dir, 0o777))
			must(t, os.Symlink(toolchain.Root(t), filepath.Join(dir, "../genalloc")))
			if strings.HasSuffix(title, " for wasm64") {
				toolchain.Wide(t)
			}
			switch title {
			case "Zig", "Zig build", "Inline in Zig", "Zig for wasm64":
				// The section's command is that of 0.11, which is npm's.
				if version := toolchain.Run(t, dir, toolchain.Zig(t), "version"); !strings.HasPrefix(version, "0.11.") {
					toolchain.Missing(t, "zig is %s: put 0.11 on PATH", strings.TrimSpace(version))
				}
			case "Go":
				module(t, dir)
			}
			snippets(t, dir, blocks)
		})
	}
	if ran != len(sections) {
		t.Errorf("%d sections have snippets, want %d", ran, len(sections))
	}
}

// snippets writes files, runs commands, and compares what they print.
func snippets(t *testing.T, dir string, blocks [][]string) {
	t.Helper()
	printed := ""
	for _, b := range blocks {
		switch language, name, content := b[1], b[2], b[3]; {
		case name != "":
			save(t, filepath.Join(dir, name), content)
		case language == "sh":
			printed = execute(t, dir, "bash", "-euo", "pipefail", "-c", content)
		case language == "":
			if printed != content {
				t.Errorf("the page says\n%s, and the commands print\n%s", content, printed)
			}
		default:
			t.Errorf("a block of %s is neither a file nor a command", language)
		}
	}
}

// module makes the directory a Go module with this one's dependencies.
func module(t *testing.T, dir string) {
	t.Helper()
	root := toolchain.Root(t)
	mod := strings.Replace(read(t, filepath.Join(root, "go.mod")), "module github.com/genalloc/genalloc", "module example", 1)
	save(t, filepath.Join(dir, "go.mod"), mod)
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	save(t, filepath.Join(dir, "go.sum"), string(sum))
}
