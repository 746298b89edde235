// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import "testing"

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
