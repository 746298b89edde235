// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"os"
	"slices"
	"testing"
)

// mostConflicts bounds the proof of the default module. It only ever goes down.
const mostConflicts = 450_000

func TestConflicts(t *testing.T) {
	e, err := measure(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if e.Conflicts > mostConflicts || e.Conflicts == 0 || e.Seconds == 0 {
		t.Errorf("%d conflicts in %.1f s: more than %d conflicts, or none", e.Conflicts, e.Seconds, mostConflicts)
	}
}

func TestContracts(t *testing.T) {
	table, err := os.ReadFile("../../../" + history)
	if err != nil {
		t.Fatal(err)
	}
	if got := contracts(string(table)); len(got) < 3 || !slices.Contains(got, "--fixed-align=16") {
		t.Errorf("the table is about %q", got)
	}
}
