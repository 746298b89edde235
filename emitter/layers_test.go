// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter_test

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/genalloc/genalloc/"

// list runs go list on a package of this module.
func list(t *testing.T, args ...string) []string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	return strings.Fields(string(out))
}

// TestJudgeDoesNotKnowMaker checks that the judge sees only bytes and the
// promise: nothing that it is made of emits.
func TestJudgeDoesNotKnowMaker(t *testing.T) {
	deps := list(t, "-deps", module+"validate")
	for _, maker := range []string{"emitter", "templates"} {
		if slices.Contains(deps, module+maker) {
			t.Errorf("validate depends on %s", maker)
		}
		if !slices.Contains(list(t, "-deps", module+"emitter"), module+maker) {
			t.Errorf("the check finds no %s even where it is", maker)
		}
	}
}

// TestLeaves checks which packages stand on nothing but the standard library.
func TestLeaves(t *testing.T) {
	for _, leaf := range []string{"contract", "wasm", "templates"} {
		for _, dep := range list(t, "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", module+leaf) {
			if dep != module+leaf {
				t.Errorf("%s depends on %s", leaf, dep)
			}
		}
	}
}

// TestFolders holds what each folder imports, but for its tests and its commands,
// against the table in CONTRIBUTING.md.
func TestFolders(t *testing.T) {
	text, err := os.ReadFile("../CONTRIBUTING.md")
	must(t, err)
	row := regexp.MustCompile("(?m)^\\| (`.*`) \\|.*\\| (.*) \\|$")
	folder := regexp.MustCompile("`([a-z]+)/`")
	seen := 0
	for _, r := range row.FindAllStringSubmatch(string(text), -1) {
		for _, f := range folder.FindAllStringSubmatch(r[1], -1) {
			seen++
			if r[2] != "all" {
				checkImports(t, f[1], r[2])
			}
		}
	}
	if seen < 12 {
		t.Errorf("the table has %d folders, want 12 at least", seen)
	}
}

// checkImports checks that the packages in a folder import each other, what the
// words allow, and the standard library.
func checkImports(t *testing.T, folder, words string) {
	t.Helper()
	allowed := regexp.MustCompile(`[a-z/]+`).FindAllString(words, -1)
	if slices.Contains(allowed, "engines") {
		allowed = append(allowed, "wasmtime", "wazero")
	}
	format := `{{range .Imports}}{{$.ImportPath}} {{.}}{{"\n"}}{{end}}`
	lines := list(t, "-f", format, module+folder+"/...")
	for i := 0; i < len(lines); i += 2 {
		from, to := lines[i], lines[i+1]
		if strings.Contains(from, "/cmd/") || !strings.Contains(to, ".") {
			continue
		}
		to = strings.TrimPrefix(to, module)
		name := regexp.MustCompile(`wasmtime|wazero`).FindString(to)
		if strings.HasPrefix(to, folder) || slices.Contains(allowed, to) || slices.Contains(allowed, name) {
			continue
		}
		t.Errorf("%s imports %s: the table in CONTRIBUTING.md allows %s", from, to, words)
	}
}
