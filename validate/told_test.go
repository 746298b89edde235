// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/validate/script"
)

// What fails alike on both engines is told once, and what does not, twice.
func TestTold(t *testing.T) {
	w := readWat(t, "testdata/broken/overlap.wat")
	report, err := run(context.Background(), w.module, w.contract, Options{Engines: engine.Names()}, []Check{find("overlap")})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(report.Failures()); n != 2 {
		t.Fatalf("%d failures, want one for each engine", n)
	}
	text := func() string {
		var table, page bytes.Buffer
		if err := report.WriteTable(&table); err != nil {
			t.Fatal(err)
		}
		if err := report.WriteHTML(&page, "x"); err != nil {
			t.Fatal(err)
		}
		return table.String() + page.String()
	}
	if got := text(); strings.Count(got, "overlap on wasmtime and wazero") != 2 || strings.Count(got, "overlap on") != 2 {
		t.Errorf("in table and page, want the failure once each:\n%s", got)
	}
	report.Results[1].Failure.Got = "something else"
	if got := text(); strings.Count(got, "overlap on wazero") != 2 || strings.Count(got, "overlap on") != 4 {
		t.Errorf("in table and page, want both failures each:\n%s", got)
	}
}

// A module with other functions than the contract's comes with the way out.
func TestHints(t *testing.T) {
	for _, test := range []struct{ flags, want string }{
		{"--abi=c --strategy=any", "--abi, --functions or --export"},
		{"--functions=alloc --fixed-align=8", "--fixed-align"},
		{"--memory-name=heap", "--memory-name"},
		{"--memory=import", "--memory, --memory-name or --heap-base"},
	} {
		c, err := contract.Parse(test.flags)
		if err != nil {
			t.Fatal(err)
		}
		report, err := run(context.Background(), assemble(t, "", "(i32.const 0)", ""), c, Options{}, []Check{find(callable)})
		if err != nil {
			t.Fatal(err)
		}
		var table bytes.Buffer
		if err := report.WriteTable(&table); err != nil {
			t.Fatal(err)
		}
		f := report.Results[0].Failure
		if f == nil || !strings.Contains(f.Hint, test.want) || !strings.Contains(table.String(), "  way out   "+f.Hint) {
			t.Errorf("%s: %+v, want a hint at %s", test.flags, f, test.want)
		}
	}
}

// TestEntries judges by each of the entries, which refuse a negative number of calls.
func TestEntries(t *testing.T) {
	module := readWat(t, "testdata/good/bump.wat").module
	entries := map[string]func(contract.Contract, Options) (*Report, error){
		"Run": func(c contract.Contract, o Options) (*Report, error) {
			o.Checks = []string{callable, "zero-size"}
			return Run(context.Background(), module, c, o)
		},
		"Replay": func(c contract.Contract, o Options) (*Report, error) {
			return Replay(context.Background(), module, c, script.Script{Setup: script.Setup{Base: 1024, Pages: 1, Limit: 9}}, o)
		},
		"Trace": func(c contract.Contract, o Options) (*Report, error) {
			return Trace(context.Background(), module, c, []script.Call{{Op: script.OpAlloc, Size: 1}}, o)
		},
	}
	for name, judge := range entries {
		if report, err := judge(contract.Must(contract.Parse("--functions=-realloc")), Options{}); err != nil || !report.OK() || report.Results[1].Verdict != Pass {
			t.Errorf("%s: %v, %+v", name, err, report)
		}
		if _, err := judge(contract.Default(), Options{Ops: -1}); err == nil || err.Error() != "ops: -1 is negative: 0 is the level's own number" {
			t.Errorf("%s: got %v for a negative number of calls", name, err)
		}
	}
}
