// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/scope"
	"github.com/genalloc/genalloc/validate/script"
)

// drawn makes the generator's choices by rapid, which then shrinks them.
type drawn struct{ t *rapid.T }

func (d drawn) upTo(n uint64) uint64 { return rapid.Uint64Range(0, n).Draw(d.t, "choice") }

// compileWat compiles a module of testdata for wasmtime.
func compileWat(t testing.TB, file string) (judge.Module, wattest.File) {
	t.Helper()
	w := wattest.Read(t, file)
	m, err := judge.Compile(engine.Default(), w.Module)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	t.Cleanup(m.Close)
	return m, w
}

func TestRapid(t *testing.T) {
	for _, file := range wattest.Glob(t, "../testdata/good/*.wat") {
		m, w := compileWat(t, file)
		rapid.Check(t, func(t *rapid.T) {
			r := choices{drawn{t}}
			c := Under(w.Contract, rapid.SampledFrom(ABIs(w.Contract)).Draw(t, "abi"))
			setup := rapid.SampledFrom(worlds(c)).Draw(t, "world")
			setup.Limit = min(setup.Limit, setup.Pages+r.upTo(20))
			s, err := judge.Open(m, c, scope.Scope{}, setup)
			if err != nil {
				t.Fatal(err)
			}
			generate(s, r, int(r.upTo(40)))
			s.Close()
			if !s.OK() {
				t.Fatalf("%s: %v\n%s", file, s.Failure, s.Script())
			}
		})
	}
}

// The same seed makes the same calls, another one does not.
func TestSeed(t *testing.T) {
	m, w := compileWat(t, "../testdata/good/bump.wat")
	log := func(seed uint64) string {
		trial := &Trial{Contract: w.Contract, Module: m, Seed: seed, Ops: 50, Stop: func() bool { return false }}
		runRandom(trial)
		return trial.Sessions[0].Script().String()
	}
	first, again, other := log(1), log(1), log(2)
	if first != again || first == other {
		t.Errorf("seed 1:\n%s\nagain:\n%s\nseed 2:\n%s", first, again, other)
	}
}

// What failures print can be read again, whatever happened to the blocks.
func TestPrintedScripts(t *testing.T) {
	m, w := compileWat(t, "../testdata/good/bump.wat")
	for seed := range uint64(20) {
		trial := &Trial{Contract: w.Contract, Module: m, Seed: seed, Ops: 300, Stop: func() bool { return false }}
		runRandom(trial)
		for _, s := range trial.Sessions {
			text := s.Script().String()
			if _, err := script.Parse(text, w.Contract); err != nil {
				t.Fatalf("seed %d: %v\n%s", seed, err, text)
			}
		}
	}
}

// TestPromises: what the checks of every strategy say is true of lists, where blocks move as
// they shrink and one of size 0 uses memory.
func TestPromises(t *testing.T) {
	m, w := compileWat(t, "../testdata/good/lists.wat")
	s, err := judge.Open(m, w.Contract, scope.Scope{}, script.DefaultSetup(w.Contract))
	if err != nil {
		t.Fatal(err)
	}
	a := s.Alloc(0, 1)
	if b := s.Alloc(0, 1); a == nil || b == nil || a.From == b.From {
		t.Errorf("blocks of size 0 at %v and %v", a, b)
	} else if text := Find("zero-size").Promise; strings.Contains(text, "no memory") {
		t.Error(text)
	}
	a = s.Alloc(1000, 1)
	if b := s.Realloc(a, 8); b == nil || b.From == a.From {
		t.Errorf("the block at %v shrinks to %v", a, b)
	} else if text := Find("realloc").Promise; strings.Contains(text, "smaller or equal size keeps") {
		t.Error(text)
	}
	if s.Close(); !s.OK() {
		t.Error(s.Failure)
	}
}
