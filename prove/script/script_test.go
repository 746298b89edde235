// SPDX-License-Identifier: MIT OR Apache-2.0

package script

import (
	"os"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/prove"
	"github.com/genalloc/genalloc/validate"
)

// TestFind proves broken allocators and expects scripts that the judge refuses.
func TestFind(t *testing.T) {
	for _, tt := range []struct {
		bug, old, new string
		obligation    string
		rule          string
	}{
		{"address not rounded", "(i32.and (global.get $next) (i32.sub (i32.const 0) (local.get $align)))", "(global.get $next)", "alloc.aligned", "align"},
		{"others' pages taken", "(i32.ne (i32.add (i32.shr_u (global.get $next) (i32.const 16)) (memory.size)) (i32.const 65536))", "(i32.const 0)", "alloc.foreign", "foreign"},
		{"starts below the base", "(i32.const -1024)", "(i32.const -1023)", "start.invariant", "base"},
	} {
		t.Run(tt.bug, func(t *testing.T) {
			wat, err := os.ReadFile("../sym/testdata/page.wat")
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Replace(string(wat), tt.old, tt.new, 1)
			for _, name := range []string{"alloc_zeroed", "dealloc", "realloc"} {
				text = strings.Replace(text, `(export "`+name+`")`, "", 1)
			}
			file, m := wattest.Assemble(t, text)
			c := contract.Must(contract.Parse("--functions=alloc"))
			h := prove.Hints{Top: prove.Cell{Negated: true}, End: prove.End{Kind: prove.EndPage}}
			r, err := prove.Run(t.Context(), m, c, h, prove.Options{Jobs: 2})
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range r.Results {
				if x.Obligation.Name != tt.obligation {
					continue
				}
				if x.Verdict != prove.Refuted {
					t.Fatal(x)
				}
				text, rule, ok := Find(t.Context(), file, c, x.Counterexample)
				t.Logf("%v\n%s%s", x, text, rule)
				if !ok || !strings.Contains(rule, tt.rule) {
					t.Fatalf("script found: %v, rule %q, want %q:\n%s", ok, rule, tt.rule, text)
				}
				script, err := validate.ParseScript(text, c)
				if err != nil {
					t.Fatal(err)
				}
				report, err := validate.Replay(t.Context(), file, c, script, validate.Options{})
				if err != nil || report.OK() {
					t.Fatalf("the judge finds nothing wrong: %v", err)
				}
			}
		})
	}
}
