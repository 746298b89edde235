// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// committed reads testdata/score.json, which "make mutants" writes.
func committed(t *testing.T) Scores {
	t.Helper()
	b, err := os.ReadFile("testdata/score.json")
	if err != nil {
		t.Fatalf("%v: run make mutants", err)
	}
	var scores Scores
	if err := json.Unmarshal(b, &scores); err != nil {
		t.Fatalf("score.json: %v", err)
	}
	if again, err := scores.Encode(); err != nil || !bytes.Equal(again, b) {
		t.Errorf("score.json is not as make mutants writes it (%v)", err)
	}
	return scores
}

// TestScoreIsCurrent compares the modules that were mutated with those that the
// emitter makes now.
func TestScoreIsCurrent(t *testing.T) {
	scores := committed(t)
	list := Configurations()
	if len(scores) != len(list) {
		t.Fatalf("score.json has %d configurations, want %d: run make mutants", len(scores), len(list))
	}
	for i, c := range list {
		o, err := c.emit()
		if err != nil {
			t.Fatal(err)
		}
		s := scores[i]
		if s.Configuration != c.Name || s.Flags != c.Flags || s.SHA256 != o.hash() || s.Made != len(o.mutants) {
			t.Errorf("score of %s is of another module: run make mutants", c.Name)
		}
		if sum := s.Invalid + s.Killed + s.Slower + s.Equivalent + s.Survived; sum != s.Made {
			t.Errorf("score of %s adds up to %d, want %d", c.Name, sum, s.Made)
		}
		if s.Survived != 0 {
			t.Errorf("%d mutants of %s survive", s.Survived, c.Name)
		}
		if n := listed(o, equivalents(t)); s.Equivalent != n {
			t.Errorf("score of %s has %d equivalents, and equivalent.txt %d: run make mutants", c.Name, s.Equivalent, n)
		}
	}
}

func TestReadmeHasTheScore(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	want, err := committed(t).Rewrite(readme)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(readme, want) {
		t.Error("README.md has another score than testdata/score.json: run make mutants")
	}
}

func TestScores(t *testing.T) {
	scores := Scores{{Made: 10, Invalid: 1, Killed: 6, Equivalent: 3}, {Made: 5, Killed: 4, Survived: 1}}
	const want = "Of 14 single-instruction mutants of 2 modules, the judge kills 10;"
	if got := scores.Sentence(); !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q first", got, want)
	}
}
