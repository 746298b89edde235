// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/genalloc/genalloc/internal/engine"
)

// drawn makes the generator's choices by rapid, which then shrinks them.
type drawn struct{ t *rapid.T }

func (d drawn) upTo(n uint64) uint64 { return rapid.Uint64Range(0, n).Draw(d.t, "choice") }

// compileWat compiles a module of testdata for wasmtime.
func compileWat(t testing.TB, file string) (compiled, wat) {
	t.Helper()
	w := readWat(t, file)
	m, err := compile(engine.Default(), w.module)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	t.Cleanup(m.module.Close)
	return m, w
}

func TestRapid(t *testing.T) {
	for _, file := range files(t, "testdata/good/*.wat") {
		m, w := compileWat(t, file)
		rapid.Check(t, func(t *rapid.T) {
			r := choices{drawn{t}}
			c := w.contract.Only(rapid.SampledFrom(setsOf(w.contract)).Draw(t, "abi"))
			setup := rapid.SampledFrom(worlds(c)).Draw(t, "world")
			setup.Limit = min(setup.Limit, setup.Pages+r.upTo(20))
			s, err := open(m, c, setup)
			if err != nil {
				t.Fatal(err)
			}
			generate(s, r, int(r.upTo(40)))
			s.close()
			if !s.ok() {
				t.Fatalf("%s: %v\n%s", file, s.failure, s.script())
			}
		})
	}
}
