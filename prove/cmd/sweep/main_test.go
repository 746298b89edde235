// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/internal/sweep"
	"github.com/genalloc/genalloc/prove"
)

// TestRecord holds the record to the list: it has a line for each contract, and for each
// exception the reason.
func TestRecord(t *testing.T) {
	found, err := readRecord("proved.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts() {
		switch verdict, ok := found[text]; {
		case !ok:
			t.Errorf("genalloc %s is not in the record: prove it and write the record with -write", text)
		case !strings.HasPrefix(verdict, "proved, "):
			t.Errorf("genalloc %s is on record as %q", text, verdict)
		}
		delete(found, text)
	}
	for _, x := range exceptions() {
		if want := "not supported: " + x[1]; found[x[0]] != want {
			t.Errorf("genalloc %s is on record as %q, want %q", x[0], found[x[0]], want)
		}
		delete(found, x[0])
	}
	for text := range found {
		t.Errorf("genalloc %s is on record, but not on the list", text)
	}
}

// TestDistinct proves nothing twice.
func TestDistinct(t *testing.T) {
	all := slices.Sorted(slices.Values(texts()))
	if n := len(slices.Compact(slices.Clone(all))); n != len(all) {
		t.Errorf("%d contracts are on the list, but only %d different ones", len(all), n)
	}
}

// TestHints finds hints for every module on the list. Without them nothing is proved.
func TestHints(t *testing.T) {
	for _, text := range texts() {
		if _, _, _, err := prepare(text); err != nil {
			t.Errorf("genalloc %s: %v", text, err)
		}
	}
}

// TestRun proves a contract. One that the prover refuses it leaves open, and fails.
func TestRun(t *testing.T) {
	run := func(contracts ...string) *sweep.Result {
		r := &sweep.Result{Part: sweep.Part{Number: 2, Of: 2}, Rows: map[string]map[string]int{}}
		err := run(t.Context(), r, append([]string{"--dirty"}, contracts...), false, prove.Options{Jobs: 2, Known: new(prove.Known)})
		if (err == nil) != (len(r.Wrong) == 0) {
			t.Errorf("error %v for %q", err, r.Wrong)
		}
		return r
	}
	const small = "--fixed-align=8 --grow=never --functions=alloc"
	if r := run(small); !strings.HasPrefix(verdictOf(r.Rows[small]), "proved, ") || len(r.Wrong) > 0 {
		t.Errorf("%s: %s, %q, want proved", small, verdictOf(r.Rows[small]), r.Wrong)
	}
	if r := run("--stats"); verdictOf(r.Rows["--stats"]) != open || len(r.Wrong) != 1 {
		t.Errorf("--stats: %s, %q, want it open", verdictOf(r.Rows["--stats"]), r.Wrong)
	}
}

// TestKeep writes records from results, and refuses what would leave a hole or hide a
// failure, without touching the record.
func TestKeep(t *testing.T) {
	dir := t.TempDir()
	record := filepath.Join(dir, "record.txt")
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	all := texts()
	var lines strings.Builder
	for _, text := range all[1:] {
		lines.WriteString("genalloc " + text + ": proved, 1 obligations, 2 conflicts\n")
	}
	lines.WriteString("genalloc --gone: proved, 1 obligations, 2 conflicts\n")
	before := lines.String()
	write("record.txt", before)
	const of = `{"sweep":"prove","part":"1/1","rows":{`
	first := of + `"` + all[0] + `":{"proved":1,"obligations":5,"conflicts":7}}}`
	for _, tt := range []struct{ name, result, err string }{
		{"hole", of + `}}`, "genalloc " + all[0] + " is neither in "},
		{"open", of + `"x":{"open":1}},"wrong":["genalloc x: time is up"]}`, "genalloc x: time is up"},
		{"half", strings.Replace(first, "1/1", "1/2", 1), "part 2/2 is missing"},
		{"other", strings.Replace(first, `"prove"`, `"soak"`, 1), "a result of soak"},
	} {
		err := keep(record, []string{write(tt.name, tt.result)})
		if err == nil || !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %v, want an error with %q", tt.name, err, tt.err)
		}
		if b, _ := os.ReadFile(record); string(b) != before {
			t.Errorf("%s: the record is changed", tt.name)
		}
	}
	if err := keep(record, []string{write("whole", first)}); err != nil {
		t.Fatal(err)
	}
	found, err := readRecord(record)
	if err != nil {
		t.Fatal(err)
	}
	if got := found[all[0]]; got != "proved, 5 obligations, 7 conflicts" {
		t.Errorf("the record has %q for a contract that was proved anew", got)
	}
	if got := found[all[1]]; got != "proved, 1 obligations, 2 conflicts" {
		t.Errorf("the record has %q for a contract that the run is not about", got)
	}
	if _, ok := found["--gone"]; ok || len(found) != len(all)+len(exceptions()) {
		t.Errorf("the record has %d lines, want one for each of %d contracts and %d exceptions", len(found), len(all), len(exceptions()))
	}
}
