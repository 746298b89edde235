// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/wasm"
)

const brokenDir = "../validate/testdata/broken"

// judged reads a module that the judge fails, with its contract.
func judged(t *testing.T, file string) (*wasm.Module, contract.Contract) {
	t.Helper()
	wat, err := os.ReadFile(filepath.Join(brokenDir, file))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(wat), ";; CONTRACT")
	if !found {
		t.Fatalf("%s: no contract", file)
	}
	text, _, _ := strings.Cut(rest, "\n")
	c, err := contract.Parse(strings.TrimSpace(text))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	_, m := wattest.Assemble(t, string(wat))
	return m, c
}

// seeded names for each module that the judge fails the obligation that the fault
// breaks.
var seeded = map[string]string{
	"alignment-cap":        "alloc.aligned",
	"alignment-grown":      "alloc.aligned",
	"below-base":           "start.invariant",
	"below-base-store":     "alloc.writes",
	"below-base-zero":      "alloc.place",
	"bounds":               "alloc.bounds",
	"bounds-page":          "realloc.returns",
	"c-align":              "malloc.aligned",
	"c-errors":             "posix_memalign.returns",
	"c-errors-invalid":     "posix_memalign.returns",
	"c-errors-out":         "posix_memalign.out",
	"c-errors-power":       "aligned_alloc.fails",
	"c-free-null":          "free.returns",
	"c-product":            "calloc.fails",
	"c-realloc-null":       "realloc(null).fails",
	"c-shrink":             "realloc.contents",
	"c-usable":             "malloc_usable_size.nothing",
	"c-usable-less":        "malloc_usable_size.nothing",
	"cabi-empty":           "cabi_realloc(empty).empty",
	"cabi-null":            "cabi_realloc.returns",
	"cabi-old":             "cabi_realloc.contents",
	"proxy-wasm-align":     "proxy_on_memory_allocate.aligned",
	"region-length":        "allocate.length",
	"region-order":         "allocate.region",
	"wasm-bindgen-null":    "__wbindgen_realloc.returns",
	"wasm-bindgen-order":   "__wbindgen_realloc(empty).empty",
	"dealloc":              "dealloc.clean",
	"dealloc-grow":         "dealloc.grow",
	"dealloc-link":         "dealloc.writes",
	"dirty":                "alloc_zeroed.zero",
	"dirty-partial":        "alloc_zeroed.zero",
	"edge-cases":           "alloc.place",
	"exhaustion":           "start.end",
	"fallback":             "alloc.fails",
	"foreign-base":         "start.invariant",
	"foreign-before":       "alloc.place",
	"foreign-growth":       "alloc.foreign",
	"foreign-growth-store": "alloc.writes",
	"growth":               "alloc.grow",
	"growth-chunk":         "alloc.grow",
	"growth-early":         "alloc.grow",
	"heap-end":             "alloc.place",
	"heap-end-null":        "alloc.fails",
	"in-place":             "realloc.place",
	"in-place-last":        "realloc.fails",
	"in-place-page":        "realloc.place",
	"maximum":              "alloc.fails",
	"oom-trap-null":        "alloc.returns",
	"oom-trap-other":       "start.invariant",
	"oom-trap-state":       "start.end",
	"overlap":              "alloc.top",
	"random":               "alloc.bounds",
	"realloc-copy-first":   "realloc.writes",
	"realloc-short":        "realloc.contents",
	"realloc-shrink":       "realloc.stays",
	"realloc-shrink-null":  "realloc.stays",
	"refusal":              "realloc.failure",
	"refusal-foreign":      "realloc.failure",
	"refusal-grow":         "realloc.failure",
	"rewind-older":         "dealloc.live",
	"sizes":                "alloc.fails",
	"sizes-sign":           "alloc.place",
	"trap-realloc":         "realloc.returns",
	"zero-size-beyond":     "alloc.place",
	"zero-size-byte":       "alloc.place",
	"zero-size-full":       "alloc.place",
	"zero-size-null":       "alloc.fails",
	"zeroing":              "dealloc.clean",
	"zeroing-shrink":       "realloc.stays",
}

// outOfScope are the modules whose faults no obligation is about: what the prover
// says of them, or who looks at it.
var outOfScope = map[string]string{
	"engines":           "how deep a recursion may go is the engine's own affair",
	"list-second":       "hints: 3 mutable globals: only two cells can be named",
	"exhaustion-final":  "hints: 3 mutable globals: only two cells can be named",
	"features-const":    "global 0: an initial value that is not a constant is not supported",
	"features-mvp":      "the instructions that a target has are the judge's to look at",
	"features-stylus":   "data.drop is not supported",
	"leftover-data":     "data below the heap base is the judge's to look at",
	"leftover-export":   `export "top": mutable state that others can write breaks every proof`,
	"leftover-start":    "start function: the state after it is not known",
	"limits":            "the limits that a memory declares are the judge's to look at",
	"region-shared":     "hints: 3 mutable globals: only two cells can be named",
	"rewind-late":       "hints: 3 mutable globals: only two cells can be named",
	"signature-import":  "imports that are never used are the judge's to look at",
	"signature-memory":  "the name of the memory is the judge's to look at",
	"signature-missing": `export "dealloc" not found`,
	"signature-order":   `export "realloc": type (param i32 i32 i32) (result i32) is not the contract's`,
}

func TestBroken(t *testing.T) {
	files, err := filepath.Glob(brokenDir + "/*.wat")
	if err != nil || len(files) < len(seeded) {
		t.Fatalf("%d modules, %v", len(files), err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".wat")
		m, c := judged(t, filepath.Base(f))
		want, why := seeded[name], outOfScope[name]
		switch {
		case c.ABI.Includes(contract.Arena), c.Strategy == contract.Stack, c.Strategy == contract.Lists:
			// Their state has more cells than handHints finds. The judge fails them, and
			// arena_test.go, rewind_test.go and lists_test.go have faults of these kinds for
			// the prover.
		case c.Stats, c.Debug != contract.DebugOff, c.OnGrow != "":
			// What a module counts, finds or tells its host is the judge's to look at.
		case c.Threads:
			// Their hints are Guess's: threads_test.go has faults of these kinds.
		case strings.HasPrefix(name, "wide-"):
			// Addresses of 64 bits: the judge fails them, and their proofs take too long for a test.
		case c.Strategy == contract.Any, c.HeapBase.Linker:
			// Third-party modules, whose headers may be others than this project's, and
			// modules on their way to a linker, which usage_test.go has as objects.
		case want == "" && why == "":
			t.Errorf("%s is on neither list", name)
		case want != "" && why != "":
			t.Errorf("%s is on both lists", name)
		case want != "":
			h, err := handHints(m)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if v := verdictOn(t, m, c, h, want); v != Refuted {
				t.Errorf("%s: %s is %s", name, want, v)
			}
		}
	}
}

// verdictOn decides one obligation, from nothing but the paths.
func verdictOn(t *testing.T, m *wasm.Module, c contract.Contract, h Hints, name string) Verdict {
	t.Helper()
	s, err := newSystem(m, c, h)
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.start()
	if err != nil {
		t.Fatal(err)
	}
	rest := obligationsOf(t, s, callsOf(t, s))
	for _, ob := range slices.Concat(all, s.elsewhere(), rest) {
		if ob.Name == name {
			r := s.decide(t.Context(), ob, s.questions(ob, nil), Options{Timeout: time.Minute}, search(false, nil))
			return r.Verdict
		}
	}
	t.Fatalf("no obligation %s", name)
	return ""
}

// handHints are the hints for the modules written by hand: the first of two
// mutable globals is the top, the other the end.
func handHints(m *wasm.Module) (Hints, error) {
	var cells []uint32
	first := m.NumImported(wasm.KindGlobal)
	for i, g := range m.Globals {
		if g.Type.Mutable {
			cells = append(cells, uint32(first+i))
		}
	}
	if len(cells) != 2 {
		return Hints{}, fmt.Errorf("hints: %d mutable globals", len(cells))
	}
	return Hints{Top: Cell{Global: cells[0]}, End: End{Kind: EndBytes, Cell: Cell{Global: cells[1]}}}, nil
}
