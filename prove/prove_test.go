// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/wasm"
)

// page is an allocator written by hand: right but for realloc, which never grows
// a block in place.
func page(t *testing.T, edits ...string) *wasm.Module {
	t.Helper()
	wat, err := os.ReadFile("sym/testdata/page.wat")
	if err != nil {
		t.Fatal(err)
	}
	text := string(wat)
	for i := 0; i < len(edits); i += 2 {
		if !strings.Contains(text, edits[i]) {
			t.Fatalf("page.wat does not have %q", edits[i])
		}
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	_, m := wattest.Assemble(t, text)
	return m
}

var pageHints = Hints{Top: Cell{Global: 0, Negated: true}, End: End{Kind: EndPage}}

// run proves m and returns the verdicts by the obligations' names.
func run(t *testing.T, m *wasm.Module, c contract.Contract, h Hints) map[string]Verdict {
	t.Helper()
	r, err := Run(t.Context(), m, c, h, Options{Timeout: 10 * time.Minute, Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	verdicts := map[string]Verdict{}
	for _, x := range r.Results {
		if _, twice := verdicts[x.Obligation.Name]; twice {
			t.Errorf("%s comes twice", x.Obligation.Name)
		}
		verdicts[x.Obligation.Name] = x.Verdict
		switch {
		case x.Verdict == Inconclusive:
			t.Error(x)
		case x.Verdict == Refuted && x.Obligation.Cases[0].call != nil && x.Counterexample.Call == nil:
			t.Errorf("not replayed: %v", x)
		}
	}
	return verdicts
}

func TestPage(t *testing.T) {
	verdicts := run(t, page(t), contract.Default(), pageHints)
	wrong := map[string]bool{"realloc.place": true, "realloc.grow": true, "realloc.fails": true}
	for name, v := range verdicts {
		want := Proved
		if wrong[name] {
			want = Refuted
		}
		if v != want {
			t.Errorf("%s is %s, want %s", name, v, want)
		}
	}
	if len(verdicts) < 40 {
		t.Errorf("%d obligations, want 40 at least", len(verdicts))
	}
}

// TestSeeded breaks the allocator in one place each and expects the obligation
// that is about it to be refuted.
func TestSeeded(t *testing.T) {
	for _, tt := range []struct {
		bug      string
		edits    []string
		refuted  string
		hints    func(h *Hints)
		contract string
	}{
		{bug: "fast path takes a block as large as the room", refuted: "alloc.invariant",
			edits: []string{"(i32.gt_u (i32.and (local.get $at) (i32.const 0xffff)) (local.get $size))",
				"(i32.ge_u (i32.and (local.get $at) (i32.const 0x1ffff)) (local.get $size))"}},
		{bug: "address not rounded", refuted: "alloc.aligned",
			edits: []string{"(i32.and (global.get $next) (i32.sub (i32.const 0) (local.get $align)))", "(global.get $next)"}},
		{bug: "sum wraps", refuted: "alloc.bounds",
			edits: []string{"(i32.lt_u (local.get $at) (local.get $size))", "(i32.const 0)"}},
		{bug: "top moves before the growth is granted", refuted: "alloc.failure",
			edits: []string{"      (if (i32.eq\n            (memory.grow", "(global.set $next (i32.sub (local.get $at) (local.get $size)))\n      (if (i32.eq\n            (memory.grow"}},
		{bug: "others' pages taken", refuted: "alloc.foreign",
			edits: []string{"(i32.ne (i32.add (i32.shr_u (global.get $next) (i32.const 16)) (memory.size)) (i32.const 65536))", "(i32.const 0)"}},
		{bug: "grows by a page too many", refuted: "alloc.grow",
			edits: []string{"(i32.sub (i32.sub (i32.const 65536) (memory.size)) (local.get $end))", "(i32.sub (i32.sub (i32.const 65537) (memory.size)) (local.get $end))"}},
		{bug: "starts below the base", refuted: "start.invariant",
			edits: []string{"(i32.const -1024)", "(i32.const -1023)"}},
		{bug: "memory may hold the host's bytes", refuted: "alloc_zeroed.zero",
			contract: "--functions=alloc_zeroed --dirty"},
		{bug: "somebody else's growth becomes ours", refuted: "elsewhere.end",
			hints: func(h *Hints) { h.End.Kind = EndMemory }},
	} {
		t.Run(tt.bug, func(t *testing.T) {
			c, h := contract.Must(contract.Parse(cmp.Or(tt.contract, "--functions=alloc"))), pageHints
			if tt.hints != nil {
				tt.hints(&h)
			}
			m := page(t, tt.edits...)
			m.Exports = only(m.Exports, c)
			if got := verdictOn(t, m, c, h, tt.refuted); got != Refuted {
				t.Errorf("%s is %q, want refuted", tt.refuted, got)
			}
		})
	}
}

// only keeps the exports that the contract names.
func only(exports []wasm.Export, c contract.Contract) (kept []wasm.Export) {
	for _, e := range exports {
		if e.Kind != wasm.KindFunc || c.Has(e.Name) {
			kept = append(kept, e)
		}
	}
	return kept
}

// drop leaves a module nothing but the contract's functions and what they call.
func drop(m *wasm.Module, c contract.Contract) {
	m.Exports = only(m.Exports, c)
	kept := reachable(m)
	for i := range m.Funcs {
		if f := &m.Funcs[i]; !slices.Contains(kept, f) {
			f.Body = []wasm.Instr{{Op: wasm.OpUnreachable}, wasm.End()}
		}
	}
}

func TestRefuses(t *testing.T) {
	def := contract.Default()
	for _, tt := range []struct {
		edits []string
		want  string
	}{
		{[]string{"(global $next", `(global $next (export "next")`}, `export "next": mutable state that others can write breaks every proof`},
		{[]string{`(func $dealloc (export "dealloc")`, `(func (export "more")) (func $dealloc (export "dealloc")`}, `export "more": a function that is not in the contract: name its functions with --functions FUNC=NAME in a finished program`},
		{[]string{"(func $dealloc", "(data (i32.const 1024) \"x\") (func $dealloc"}, "data up to address 1025: above the heap base, 1024, memory that is not 0 at the start is not supported"},
		{[]string{"(local.get $to)))\n", "(i32.trunc_f32_s (f32.const 0))))\n"}, "func[2] offset 0x135: f32.const is not supported"},
	} {
		_, err := Run(t.Context(), page(t, tt.edits...), def, pageHints, Options{})
		if fmt.Sprint(err) != tt.want {
			t.Errorf("%q:\n got %v\nwant %s", tt.edits, err, tt.want)
		}
	}
}

// TestUnsettled: the zero Contract is refused with the way out.
func TestUnsettled(t *testing.T) {
	m := page(t)
	if _, err := Guess(m, contract.Contract{}); err == nil {
		t.Error("hints for no contract")
	}
	if _, err := Run(t.Context(), m, contract.Contract{}, pageHints, Options{}); err == nil {
		t.Error("a proof for no contract")
	}
}
