// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/validate/checks"
	"github.com/genalloc/genalloc/validate/script"
)

// TestBroken: each broken allocator fails the checks that it names, and what
// the report shows as the way to see it does show it.
func TestBroken(t *testing.T) {
	proved := map[string]bool{"neighbours": true} // by TestGaps
	for _, file := range wattest.Glob(t, "testdata/broken/*.wat") {
		w := wattest.Read(t, file)
		if len(w.Errors) == 0 {
			t.Errorf("%s: no ERROR line", file)
		}
		for _, e := range w.Errors {
			proved[e.Check] = true
			t.Run(filepath.Base(file)+"/"+e.Check, func(t *testing.T) { expectFailure(t, w, e.Check, e.Rule) })
		}
	}
	for _, c := range Checks() {
		if !proved[c.Name] {
			t.Errorf("check %s: no broken allocator raises it", c.Name)
		}
	}
}

func expectFailure(t *testing.T, w wattest.File, name, rule string) {
	list := []Check{checks.Find(checks.Callable), checks.Find(name)}
	opts := Options{Level: Full, Engines: []string{engine.Wasmtime}}
	opts.Scope.Strict = !w.Contract.Strategy.Row().Generated
	switch name {
	case checks.Callable:
		list = list[:1]
	case "engines":
		// It compares what another check did.
		list = []Check{checks.Find(checks.Callable), checks.Find("zeroing"), checks.Find(name)}
		opts.Engines = engine.Names()
	}
	report, err := run(context.Background(), w.Module, w.Contract, opts, list)
	if err != nil {
		t.Fatal(err)
	}
	r := report.Results[slices.IndexFunc(report.Results, func(r Result) bool { return r.Check == name })]
	for _, other := range report.Failures() {
		if other.Check == name && other.Failure.Rule == rule {
			r = other // of another set of functions, or not the first rule that is broken
		}
	}
	if r.Verdict != Fail {
		t.Fatalf("check %s: %s (%s), want fail", name, r.Verdict, r.Figure)
	}
	t.Log(r.Failure)
	if r.Failure.Rule != rule {
		t.Errorf("check %s: rule %s, want %s: %v", name, r.Failure.Rule, rule, r.Failure)
	}
	if want := checks.Rule(rule); want == "" || r.Failure.Promise != want {
		t.Errorf("rule %s: the promise is %q, want %q", rule, r.Failure.Promise, want)
	}
	if name != checks.Callable && report.Results[0].Verdict != Pass {
		t.Errorf("check %s: %v", checks.Callable, report.Results[0].Failure)
	}
	if r.Failure.Script != nil && name != "engines" {
		expectReplay(t, w, r.Failure, opts)
	}
}

// expectReplay: the script of a failure, as text, fails in the same way.
func expectReplay(t *testing.T, w wattest.File, f *Failure, opts Options) {
	text := f.Script.String()
	script, err := script.Parse(text, w.Contract)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	report, err := Replay(context.Background(), w.Module, w.Contract, script, opts)
	if err != nil {
		t.Fatal(err)
	}
	failed := report.Failures()
	if len(failed) != 1 || failed[0].Failure.Rule != f.Rule {
		t.Errorf("replay: %v, want rule %s\n%s", failed, f.Rule, text)
	}
	if n := len(script.Calls); n > 12 {
		t.Errorf("script of %d calls:\n%s", n, text)
	}
}
