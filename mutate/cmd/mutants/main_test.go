// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
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

// TestKeep: the score of all parts goes into the README, and that of some mutants does not.
func TestKeep(t *testing.T) {
	text, err := os.ReadFile("../../testdata/score.json")
	if err != nil {
		t.Fatal(err)
	}
	var scores mutate.Scores
	if err := json.Unmarshal(text, &scores); err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	all := mutate.Configurations()
	items, err := list(all, 1)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Chdir(dir)
	if err := errors.Join(os.MkdirAll("mutate/testdata", 0o777), os.WriteFile("README.md", readme, 0o666), os.WriteFile("mutate/testdata/score.json", text, 0o666)); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for n := range 2 {
		r := &sweep.Result{Sweep: "mutants", List: sweep.Digest(items...), Part: sweep.Part{Number: n + 1, Of: 2}, Rows: map[string]map[string]int{}}
		for i, s := range scores {
			if r.Part.Has(i) {
				r.Add(s.Configuration, string(mutate.Killed), s.Killed)
				r.Add(s.Configuration, string(mutate.Survived), 5)
			}
		}
		paths = append(paths, save(t, r))
	}
	stale := save(t, &sweep.Result{Sweep: "mutants", List: sweep.Digest(items[1:]...), Part: sweep.Part{Number: 1, Of: 1}})
	for _, wrong := range [][]string{paths[:1], {stale}, {}} {
		if err := keep(wrong); err == nil {
			t.Errorf("%q: the score is kept", wrong)
		}
	}
	if b, err := os.ReadFile("README.md"); err != nil || !bytes.Equal(b, readme) {
		t.Fatalf("the README is written, error %v", err)
	}
	if err := keep(paths); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile("README.md")
	want := fmt.Sprintf("the judge kills %d; slower: 0, shown to be the same function: 0, surviving: %d.", scores.Total().Killed, 5*len(scores))
	if err != nil || !strings.Contains(string(b), want) {
		t.Errorf("the README has no %q, error %v", want, err)
	}
	// The score of a run of one configuration takes the place of what it had.
	if items, err = list(all[:1], 1); err != nil {
		t.Fatal(err)
	}
	some := &sweep.Result{Sweep: "mutants", List: sweep.Digest(items...), Part: sweep.Part{Number: 1, Of: 1}, Rows: map[string]map[string]int{}}
	some.Add(all[0].Name, string(mutate.Killed), scores[0].Killed+7)
	if err := keep([]string{save(t, some)}); err != nil {
		t.Fatal(err)
	}
	b, err = os.ReadFile("README.md")
	want = fmt.Sprintf("the judge kills %d; slower: 0, shown to be the same function: 0, surviving: %d.", scores.Total().Killed+7, 5*len(scores)-5)
	if err != nil || !strings.Contains(string(b), want) {
		t.Errorf("the README has no %q, error %v", want, err)
	}
}

// save writes a result and returns the file's name.
func save(t *testing.T, r *sweep.Result) string {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "result.json")
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}
