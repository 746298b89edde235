// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/validate/checks"
	"github.com/genalloc/genalloc/validate/script"
)

// What fails alike on both engines is reported once, and what does not, twice.
func TestFailsAlike(t *testing.T) {
	w := wattest.Read(t, "testdata/broken/overlap.wat")
	report, err := run(context.Background(), w.Module, w.Contract, Options{Engines: engine.Names()}, []Check{checks.Find("overlap")})
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
		if err := report.WriteHTML(&page, "x", [32]byte{}, ""); err != nil {
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
		report, err := run(context.Background(), assemble(t, "", "(i32.const 0)", ""), c, Options{}, []Check{checks.Find(checks.Callable)})
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
	module := wattest.Read(t, "testdata/good/bump.wat").Module
	entries := map[string]func(contract.Contract, Options) (*Report, error){
		"Run": func(c contract.Contract, o Options) (*Report, error) {
			o.Checks = []string{checks.Callable, "zero-size"}
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

// Both forms of a report say what failed and how to see it.
func TestReport(t *testing.T) {
	w := wattest.Read(t, "testdata/broken/overlap.wat")
	list := []Check{checks.Find(checks.Callable), checks.Find("overlap"), checks.Find("dirty")}
	report, err := run(context.Background(), w.Module, w.Contract, Options{}, list)
	if err != nil {
		t.Fatal(err)
	}
	var table, text bytes.Buffer
	if err := report.WriteTable(&table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"overlap     wasmtime  fail", "skip    the memory is clean", "p1 = alloc 1 1", "expected  a block apart from p0"} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("no %q in\n%s", want, table.String())
		}
	}
	if err := report.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(text.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if f := back.Results[1].Failure; f == nil || f.Rule != "overlap" || f.Script.String() != report.Results[1].Failure.Script.String() {
		t.Errorf("failure %v from\n%s", f, text.String())
	}
}
