// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/validate/script"
)

// TestTraces replays what real programs did. The traces are inputs that are
// not part of this repository.
func TestTraces(t *testing.T) {
	traces, _ := filepath.Glob("../../shared/traces/*.trace")
	if len(traces) == 0 {
		t.Skip("no traces beside the repository")
	}
	w := wattest.Read(t, "testdata/good/bump.wat")
	for _, name := range traces {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		calls, err := script.ParseTrace(f)
		f.Close()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		report, err := Trace(context.Background(), w.Module, w.Contract, calls, Options{Level: Full})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range report.Results {
			t.Logf("%s: %s on %s: %s, %s in %v", filepath.Base(name), r.Check, r.Engine, r.Verdict, r.Figure, r.Duration)
			if r.Verdict != Pass {
				t.Errorf("%s: %s on %s: %v", name, r.Check, r.Engine, r.Failure)
			}
		}
	}
}

// A trace's violations are found like any other's.
func TestTraceFails(t *testing.T) {
	w := wattest.Read(t, "testdata/broken/overlap.wat")
	calls, err := script.ParseTrace(strings.NewReader("Alloc(8),\nAlloc(15),\nAlloc(1),\n"))
	if err != nil {
		t.Fatal(err)
	}
	report, err := Trace(context.Background(), w.Module, w.Contract, calls, Options{})
	if err != nil {
		t.Fatal(err)
	}
	// At alignment 8 the lost byte of the odd size is in the gap, so that
	// nothing overlaps: the trace must pass.
	if !report.OK() {
		t.Errorf("%v", report.Failures()[0].Failure)
	}
	w = wattest.Read(t, "testdata/broken/exhaustion.wat")
	calls, err = script.ParseTrace(strings.NewReader("Alloc(64512),\nFree(0),\n"))
	if err != nil {
		t.Fatal(err)
	}
	if report, err = Trace(context.Background(), w.Module, w.Contract, calls, Options{}); err != nil {
		t.Fatal(err)
	}
	if n := len(report.Failures()); n != 2 {
		t.Errorf("%d failures, want one for each alignment", n)
	}
}

// Every operation of a trace is judged; a module that lacks one of them says which.
func TestTraceOperations(t *testing.T) {
	const text = "genalloc trace 1\nmemory 1 1024\nalloc 100 8\nmark\nzero 50 16\nresize 1 60\ngrow 1\nrelease 0\nresize 0 10\nfree 0\nfree 0\nreset\n"
	calls, err := script.ParseTrace(strings.NewReader(text))
	if err != nil || len(calls) != 9 {
		t.Fatalf("%d calls, %v", len(calls), err)
	}
	for name, want := range map[string]string{"good/arena.wat": "9 calls", "good/bump.wat": "no mark"} {
		w := wattest.Read(t, "testdata/"+name)
		report, err := Trace(context.Background(), w.Module, w.Contract, calls, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, r := range report.Results {
			said = append(said, r.Check+": "+r.Figure)
		}
		if !report.OK() || !slices.Contains(said, "trace: "+want) {
			t.Errorf("%s: %q, want %q", name, said, want)
		}
	}
}
