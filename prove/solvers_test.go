// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"bytes"
	"os/exec"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/prove/sat"
	"github.com/genalloc/genalloc/wasm"
)

// solvers are other solvers, each with what it is called with to read a script from
// standard input and give up after a second.
var solvers = []struct {
	name string
	args []string
}{
	{"z3", []string{"-T:1", "-in"}},
	{"cvc5", []string{"--tlimit=1000", "-"}},
}

// TestSolvers asks other solvers about the same formulas: those of a right allocator,
// and of one whose addresses are not rounded.
func TestSolvers(t *testing.T) {
	c := contract.Must(contract.Parse("--functions=alloc"))
	var all []Formula
	for _, edits := range [][]string{nil, {
		"(i32.and (global.get $next) (i32.sub (i32.const 0) (local.get $align)))", "(global.get $next)",
	}} {
		m := page(t, edits...)
		m.Exports = only(m.Exports, c)
		all = append(all, formulasOf(t, c, m)...)
	}
	for _, s := range solvers {
		t.Run(s.name, func(t *testing.T) {
			toolchain.Need(t, s.name)
			agreed := map[sat.Status]int{}
			for _, f := range all {
				if said := ask(t, f, s.name, s.args...); said == f.Status.String() {
					agreed[f.Status]++
				} else if said != "timeout" {
					t.Errorf("%s: %s says %s, and not %v", f.Name(), s.name, said, f.Status)
				}
			}
			if agreed[sat.Unsat] < 40 || agreed[sat.Sat] < 10 {
				t.Errorf("it agrees on %v only", agreed)
			}
		})
	}
}

// formulasOf returns what the solver is asked about m, sorted by name.
func formulasOf(t *testing.T, c contract.Contract, m *wasm.Module) (all []Formula) {
	t.Helper()
	var mu sync.Mutex
	names := map[string]bool{}
	_, err := Run(t.Context(), m, c, pageHints, Options{Jobs: 2, Formula: func(f Formula) {
		mu.Lock()
		defer mu.Unlock()
		if names[f.Name()] {
			t.Errorf("%s comes twice", f.Name())
		}
		names[f.Name()] = true
		all = append(all, f)
	}})
	if err != nil {
		t.Fatal(err)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name() < all[j].Name() })
	return all
}

// ask returns what a solver says, and timeout if it gives up.
func ask(t *testing.T, f Formula, solver string, args ...string) string {
	t.Helper()
	var b, stderr bytes.Buffer
	if err := f.SMT2(&b); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(solver, args...)
	cmd.Stdin, cmd.Stderr = &b, &stderr
	out, err := cmd.Output()
	said := strings.TrimSpace(string(out))
	if strings.Contains(stderr.String(), "interrupted by timeout") { // as cvc5 puts it
		return "timeout"
	}
	if err != nil && said != "timeout" {
		t.Fatalf("%s: %s: %v: %s%s", f.Name(), solver, err, said, stderr.String())
	}
	return said
}
