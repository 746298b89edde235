// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/script"
)

// The model's intervals against the same question asked byte by byte.
func TestOwners(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var owner [64]*block
		var o owners
		draw := func(n int) uint64 { return uint64(rapid.IntRange(0, n).Draw(t, "n")) }
		for range draw(30) {
			from := draw(60)
			b := &block{Block: ledger.Block{Span: ledger.Span{From: from, To: min(from+draw(12), 64)}}}
			var hit bool
			for _, other := range owner[b.From:b.To] {
				hit = hit || other != nil
			}
			found := o.clash(b.Span, nil)
			if (found != nil) != hit {
				t.Fatalf("%v: clash with %v, want %v", b.Span, found, hit)
			}
			if found != nil {
				if o.clash(b.Span, found) == found {
					t.Fatalf("%v: clash with the block left out", b.Span)
				}
				o.remove(found)
				for i := range owner {
					if owner[i] == found {
						owner[i] = nil
					}
				}
				continue
			}
			o.add(b)
			for i := b.From; i < b.To; i++ {
				owner[i] = b
			}
		}
	})
}

// Whatever byte of a filled range is changed, it is found, wherever the range
// starts in the pattern.
func TestPattern(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := make([]byte, rapid.IntRange(1, 100).Draw(t, "size"))
		seed, off := rapid.Uint64().Draw(t, "seed"), rapid.Uint64Range(0, 1<<33).Draw(t, "offset")
		fill(b, seed, off)
		if i := differs(b, seed, off); i >= 0 {
			t.Fatalf("byte %d differs as filled", i)
		}
		if bytes.IndexByte(b, 0) >= 0 {
			t.Fatal("a byte of the pattern is 0")
		}
		i := rapid.IntRange(0, len(b)-1).Draw(t, "index")
		b[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "change"))
		if got := differs(b, seed, off); got != i {
			t.Fatalf("byte %d differs, want %d", got, i)
		}
		clear(b)
		b[i] = 1
		if got := nonZero(b); got != i {
			t.Fatalf("byte %d is not 0, want %d", got, i)
		}
	})
}

// Windows are in order, in bounds, and have both ends.
func TestWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Uint64Range(1, 1<<32).Draw(t, "size")
		last := uint64(0)
		windows(size, func(from, to uint64) bool {
			if from < last || to <= from || to > size || last == 0 && from != 0 {
				t.Fatalf("[%d, %d) after %d in %d", from, to, last, size)
			}
			last = to
			return true
		})
		if last != size {
			t.Fatalf("the last window ends at %d of %d", last, size)
		}
	})
}

// Both forms of a report say what failed and how to see it.
func TestReport(t *testing.T) {
	w := readWat(t, "testdata/broken/overlap.wat")
	checks := []Check{find(callable), find("overlap"), find("dirty")}
	report, err := run(context.Background(), w.module, w.contract, Options{}, checks)
	if err != nil {
		t.Fatal(err)
	}
	var table, text bytes.Buffer
	if err := report.WriteTable(&table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"overlap     wasmtime  fail", "skip    the memory is clean", "p1 = alloc 1 1", "expected  a block apart from p0"} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("no %q in\n%s", want, table.String())
		}
	}
	if err := report.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(text.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if f := back.Results[1].Failure; f == nil || f.Rule != "overlap" || f.Script.String() != report.Results[1].Failure.Script.String() {
		t.Errorf("failure %v from\n%s", f, text.String())
	}
}

// The same seed makes the same calls, another one does not.
func TestSeed(t *testing.T) {
	m, w := compileWat(t, "testdata/good/bump.wat")
	log := func(seed uint64) string {
		trial := &trial{contract: w.contract, module: m, seed: seed, ops: 50, stop: func() bool { return false }}
		runRandom(trial)
		return script.Script{Setup: trial.sessions[0].setup, Calls: trial.sessions[0].log}.String()
	}
	first, again, other := log(1), log(1), log(2)
	if first != again || first == other {
		t.Errorf("seed 1:\n%s\nagain:\n%s\nseed 2:\n%s", first, again, other)
	}
}
