// SPDX-License-Identifier: MIT OR Apache-2.0

package sweep

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestPart(t *testing.T) {
	for _, text := range []string{"", "1", "0/2", "3/2", "-1/2", "1/0", "1/2/3", "1/2x", "a/b", "1 /2"} {
		p := Part{1, 1}
		if err := p.UnmarshalText([]byte(text)); err == nil || p != (Part{1, 1}) {
			t.Errorf("%q: %v, error %v", text, p, err)
		}
	}
	taken := map[int]int{}
	for n := range 3 {
		var p Part
		if err := p.UnmarshalText(fmt.Appendf(nil, "%d/3", n+1)); err != nil {
			t.Fatal(err)
		}
		for i := range 10 {
			if p.Has(i) {
				taken[i]++
			}
		}
	}
	for i := range 10 {
		if taken[i] != 1 {
			t.Errorf("%d parts have item %d", taken[i], i)
		}
	}
}

// saved saves the result of a part of a run over ten numbers.
func saved(t *testing.T, dir, name string, p Part) string {
	t.Helper()
	r := &Result{Sweep: name, Part: p, Rows: map[string]map[string]int{}, file: filepath.Join(dir, strings.ReplaceAll(name+p.String(), "/", "-"))}
	r.Of("ten numbers")
	for i := range 10 {
		if p.Has(i) {
			r.Add("numbers", "odd", i%2)
			r.Add(fmt.Sprint(i), "seen", 1)
		}
		if p.Has(i) && i == 7 {
			r.Fail("7", errors.New("is wrong"))
		}
	}
	if err := r.Save(); err != nil {
		t.Fatal(err)
	}
	return r.file
}

// TestMerge: the parts add up to what one part of one finds, in any order.
func TestMerge(t *testing.T) {
	dir := t.TempDir()
	parts := []string{saved(t, dir, "run", Part{2, 3}), saved(t, dir, "run", Part{3, 3}), saved(t, dir, "run", Part{1, 3})}
	all, err := Merge([]string{saved(t, dir, "run", Part{1, 1})})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Merge(parts)
	if err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(got.Rows, all.Rows, maps.Equal[map[string]int, map[string]int]) || !reflect.DeepEqual(got.Wrong, all.Wrong) {
		t.Errorf("%v, want %v", got, all)
	}
	if all.Rows["numbers"]["odd"] != 5 || all.Err() == nil {
		t.Errorf("the whole is %v", all)
	}
	var out strings.Builder
	if err := got.Write(&out); err != nil || out.String() != "run, part 1/1: rows 11; odd 5; seen 10; wrong 1\n7: is wrong\n" {
		t.Errorf("it prints %q, error %v", &out, err)
	}
}

func TestMergeRefuses(t *testing.T) {
	dir := t.TempDir()
	one, two, three := saved(t, dir, "run", Part{1, 3}), saved(t, dir, "run", Part{2, 3}), saved(t, dir, "run", Part{3, 3})
	again := saved(t, t.TempDir(), "run", Part{2, 3})
	half := saved(t, dir, "run", Part{2, 2})
	other := saved(t, dir, "other", Part{3, 3})
	for _, tt := range []struct {
		paths []string
		want  string
	}{
		{nil, "no result"},
		{[]string{one, three}, "part 2/3 is missing"},
		{[]string{one, two}, "part 3/3 is missing"},
		{[]string{one, two, three, again}, "part 2/3 is also in"},
		{[]string{one, half, three}, "is not of the run that"},
		{[]string{one, two, other}, "is not of the run that"},
		{[]string{one, two, three, filepath.Join(dir, "nothing")}, "no such file"},
		{[]string{"sweep_test.go"}, "is not a result"},
	} {
		if r, err := Merge(tt.paths); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, error %v, want %q", tt.paths, r, err, tt.want)
		}
	}
}
