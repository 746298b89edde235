// SPDX-License-Identifier: MIT OR Apache-2.0

package sweep

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/internal/toolchain"
)

// TestWorkflow: each run of the Makefile that has parts is in both matrices of the
// workflow, and what workflows make is a target.
func TestWorkflow(t *testing.T) {
	root := toolchain.Root(t)
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	makefile := read("Makefile")
	var runs []string
	for _, m := range regexp.MustCompile(`(?m)^([\w-]+):.*\n\tgo run .*\$\(part\)`).FindAllStringSubmatch(makefile, -1) {
		runs = append(runs, m[1])
	}
	slices.Sort(runs)
	lists := regexp.MustCompile(`sweep: \[(.*)\]`).FindAllStringSubmatch(read(".github/workflows/sweeps.yml"), -1)
	for _, m := range lists {
		list := strings.Split(m[1], ", ")
		slices.Sort(list)
		if !slices.Equal(list, runs) {
			t.Errorf("the workflow has %q, and the Makefile %q", list, runs)
		}
	}
	if len(lists) != 2 || len(runs) < 4 {
		t.Errorf("%d matrices of %q", len(lists), runs)
	}
	paths, _ := filepath.Glob(filepath.Join(root, ".github/workflows/*.yml"))
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`run: make ([\w-]+)`).FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(makefile, "\n"+m[1]+":") {
				t.Errorf("%s: make %s is no target", path, m[1])
			}
		}
	}
}
