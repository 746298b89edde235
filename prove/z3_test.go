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

// TestZ3 asks another solver about the same formulas: those of a right allocator,
// and of one whose addresses are not rounded.
func TestZ3(t *testing.T) {
	toolchain.Need(t, "z3")
	c := contract.Must(contract.Parse("--functions=alloc"))
	agreed := map[sat.Status]int{}
	for _, edits := range [][]string{nil, {
		"(i32.and (global.get $next) (i32.sub (i32.const 0) (local.get $align)))", "(global.get $next)",
	}} {
		m := page(t, edits...)
		m.Exports = only(m.Exports, c)
		for _, f := range formulasOf(t, c, m) {
			if z3 := ask(t, f); z3 == f.Status.String() {
				agreed[f.Status]++
			} else if z3 != "timeout" {
				t.Errorf("%s: z3 says %s, and not %v", f.Name(), z3, f.Status)
			}
		}
	}
	if agreed[sat.Unsat] < 40 || agreed[sat.Sat] < 10 {
		t.Errorf("z3 agrees on %v only", agreed)
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

// ask returns what z3 says within a second.
func ask(t *testing.T, f Formula) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.SMT2(&b); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("z3", "-T:1", "-in")
	cmd.Stdin = &b
	out, err := cmd.Output()
	said := strings.TrimSpace(string(out))
	if err != nil && said != "timeout" {
		t.Fatalf("%s: z3: %v: %s", f.Name(), err, said)
	}
	return said
}
