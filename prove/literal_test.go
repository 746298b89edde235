// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
)

// TestWithoutLemmas proves modules that the executor's lemmas or its unrolling do not
// fit: they are refuted by calls, and not left open.
func TestWithoutLemmas(t *testing.T) {
	foreign := "(i32.ne (i32.add (i32.shr_u (global.get $next) (i32.const 16)) (memory.size)) (i32.const 65536))"
	first := "(local.set $at (i32.and (global.get $next) (i32.sub (i32.const 0) (local.get $align))))"
	for _, tt := range []struct {
		name    string
		edits   []string
		refuted string
		call    string // what the counterexample's line has to say
	}{
		{"product that wraps", []string{foreign,
			"(i32.mul (local.get $align) (i32.shl (i32.add (i32.shr_u (global.get $next) (i32.const 16)) (memory.size)) (i32.const 16)))"},
			"alloc.foreign", "from base "},
		{"loop that ends at times", []string{first,
			"(local.set $end (local.get $size)) (loop $l (br_if $l (local.tee $end (i32.sub (local.get $end) (i32.const 2)))))" + first},
			"alloc.returns", "does not return"},
		{"loop that writes until it traps", []string{first,
			"(loop $l (i32.store8 (local.get $end) (i32.const 0)) (local.set $end (i32.add (local.get $end) (i32.const 1))) (br $l))"},
			"alloc.returns", "traps (out of bounds memory access)"},
		{"call of itself", []string{first, first + "(if (i32.eqz (local.get $size)) (then (return (call $alloc (local.get $size) (local.get $align)))))"},
			"alloc.returns", "traps (call stack exhausted)"},
		{"store below the base", []string{first, first + "(i32.store8 (i32.const 8) (i32.const 1))"}, "alloc.writes", "from base "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := contract.Must(contract.Parse("--functions=alloc"))
			m := page(t, tt.edits...)
			m.Exports = only(m.Exports, c)
			r, err := Run(t.Context(), m, c, pageHints, Options{Jobs: 2})
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(r.Results, func(x Result) bool { return x.Obligation.Name == tt.refuted })
			x := r.Results[i].Counterexample
			if r.Verdict() != Refuted || x == nil || x.Call == nil || !strings.Contains(x.Call.String(), tt.call) {
				t.Errorf("%v: want %s refuted by a call that %s", r.Results[i], tt.refuted, tt.call)
			}
		})
	}
}
