// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"reflect"
	"testing"

	"github.com/genalloc/genalloc/internal/sweep"
	"github.com/genalloc/genalloc/mutate"
)

// examined returns what the judge finds in a part of every 30th mutant of the smallest
// module.
func examined(t *testing.T, p sweep.Part) *sweep.Result {
	t.Helper()
	x := examination{result: &sweep.Result{Sweep: "mutants", Part: p, Rows: map[string]map[string]int{}}, every: 30, examiner: mutate.Judge}
	if err := x.run(t.Context(), []string{"never"}); err != nil {
		t.Fatal(err)
	}
	return x.result
}

// TestParts: the parts of a run examine each mutant once.
func TestParts(t *testing.T) {
	whole, sum := examined(t, sweep.Part{Number: 1, Of: 1}), map[string]int{}
	for n := range 3 {
		part := examined(t, sweep.Part{Number: n + 1, Of: 3})
		if part.List != whole.List {
			t.Errorf("part %s is of another list", part.Part)
		}
		for fate, n := range part.Rows["never"] {
			sum[fate] += n
		}
	}
	if want := whole.Rows["never"]; !reflect.DeepEqual(sum, want) || len(want) < 2 {
		t.Errorf("the parts have the fates %v, the whole %v", sum, want)
	}
}
