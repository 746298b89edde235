// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter_test

import (
	"os/exec"
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
