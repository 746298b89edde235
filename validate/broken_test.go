// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/validate/script"
)

// TestBroken: each broken allocator fails the checks that it names, and what
// the report shows as the way to see it does show it.
func TestBroken(t *testing.T) {
	proved := map[string]bool{}
	for _, file := range files(t, "testdata/broken/*.wat") {
		w := readWat(t, file)
		if len(w.errors) == 0 {
			t.Errorf("%s: no ERROR line", file)
		}
		for _, e := range w.errors {
			proved[e.check] = true
			t.Run(filepath.Base(file)+"/"+e.check, func(t *testing.T) { expectFailure(t, w, e.check, e.rule) })
		}
	}
	for _, c := range Checks() {
		if !proved[c.Name] {
			t.Errorf("check %s: no broken allocator raises it", c.Name)
		}
	}
}

func expectFailure(t *testing.T, w wat, name, rule string) {
	checks := []Check{find(callable), find(name)}
	opts := Options{Level: Full, Engines: []string{engine.Wasmtime}}
	switch name {
	case callable:
		checks = checks[:1]
	case "engines":
		// It compares what another check did.
		checks = []Check{find(callable), find("zeroing"), find(name)}
		opts.Engines = engine.Names()
	}
	report, err := run(context.Background(), w.module, w.contract, opts, checks)
	if err != nil {
		t.Fatal(err)
	}
	r := report.Results[slices.IndexFunc(report.Results, func(r Result) bool { return r.Check == name })]
	for _, other := range report.Failures() {
		if other.Check == name {
			r = other // of another set of functions
		}
	}
	if r.Verdict != Fail {
		t.Fatalf("check %s: %s (%s), want fail", name, r.Verdict, r.Figure)
	}
	t.Log(r.Failure)
	if r.Failure.Rule != rule {
		t.Errorf("check %s: rule %s, want %s: %v", name, r.Failure.Rule, rule, r.Failure)
	}
	if name != callable && report.Results[0].Verdict != Pass {
		t.Errorf("check %s: %v", callable, report.Results[0].Failure)
	}
	if r.Failure.Script != nil && name != "engines" {
		expectReplay(t, w, r.Failure, opts)
	}
}

// expectReplay: the script of a failure, as text, fails in the same way.
func expectReplay(t *testing.T, w wat, f *Failure, opts Options) {
	text := f.Script.String()
	script, err := script.Parse(text, w.contract)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	report, err := Replay(context.Background(), w.module, w.contract, script, opts)
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
