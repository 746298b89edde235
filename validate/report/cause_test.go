// SPDX-License-Identifier: MIT OR Apache-2.0

package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/validate/script"
)

// TestCauses: failures of one rule are one report, with the shortest script, and the
// shortest of all comes first.
func TestCauses(t *testing.T) {
	failed := func(check, engine, rule string, calls int) Result {
		f := &Failure{Rule: rule, Got: fmt.Sprint(calls)}
		if calls > 0 {
			f.Script = &script.Script{Calls: make([]script.Call, calls)}
		}
		return Result{Check: check, Engine: engine, Verdict: Fail, Failure: f}
	}
	r := &Report{Results: []Result{
		failed("sizes", "wasmtime", "overlap", 3), failed("bounds", "wasmtime", "overlap", 1), failed("bounds", "wazero", "overlap", 1),
		failed("bounds", "wazero", "overlap", 9), failed("random", "wasmtime", "null", 2), failed("leftover", "", "leftover", 0),
	}}
	list := func() (names []string) {
		for _, c := range r.Causes() {
			names = append(names, fmt.Sprintf("%s: %s on %s, %v", c.Failure.Rule, c.Check, c.Engine, c.Also))
		}
		return names
	}
	const want = "leftover: leftover on , []; overlap: bounds on wasmtime and wazero, [sizes bounds on wazero]; null: random on wasmtime, []"
	if got := strings.Join(list(), "; "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var table bytes.Buffer
	if err := r.WriteTable(&table); err != nil || !strings.Contains(table.String(), "\n  also in   sizes, bounds on wazero: see --all\n") {
		t.Errorf("%v: other checks are not named in\n%s", err, table.String())
	}
	r.All = true
	if got := list(); len(got) != 5 {
		t.Errorf("all: got %q", got)
	}
}

// TestPromise: under a failure stands the promise of the rule that was broken, and not the
// check's.
func TestPromise(t *testing.T) {
	r := &Report{Results: []Result{{Check: "sizes", Promise: "Sizes.", Verdict: Fail, Failure: &Failure{Rule: "overlap", Promise: "No overlap."}}}}
	var table, page bytes.Buffer
	if err := r.WriteTable(&table); err != nil || !strings.Contains(table.String(), "overlap\n  promise   No overlap.\n") {
		t.Errorf("%v: %s", err, table.String())
	}
	if err := r.WriteHTML(&page, "a", [32]byte{}, ""); err != nil || !strings.Contains(page.String(), "<p>No overlap.</p>") {
		t.Errorf("%v: %s", err, page.String())
	}
}

// TestRefusals adds counts up.
func TestRefusals(t *testing.T) {
	var r Refusals
	r.Add(Refusals{Fitted: 40_000})
	if got := r.String(); got != "refused none of 40,000 requests that would have fitted" {
		t.Error(got)
	}
	one := r
	one.Refuse(1)
	if got := one.String(); got != "refused 1 of 40,001 requests that would have fitted, the smallest 1 byte" {
		t.Error(got)
	}
	r.Refuse(1 << 20)
	r.Add(Refusals{Refused: 2, Fitted: 111, Smallest: 63_473})
	r.Add(Refusals{})
	if got := r.String(); got != "refused 3 of 40,112 requests that would have fitted, the smallest 63,473 bytes" {
		t.Error(got)
	}
}
