// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"bytes"
	"slices"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// marks are edits of page.wat, after rewinds, that add an arena's functions. $floor is
// minus the heap base, or the end of the last foreign pages below the top.
var marks = []string{
	"(local $at i32) (local $end i32)", "(local $at i32) (local $end i32) (local $behind i32)",
	"(i32.and\n              (i32.shl (i32.sub (i32.const 65536) (memory.size)) (i32.const 16))",
	"(i32.and\n (local.tee $behind (i32.shl (i32.sub (i32.const 65536) (memory.size)) (i32.const 16)))",
	"(then (return (i32.const 0)))))\n    (global.set $next", `(then (return (i32.const 0))))
      (if (local.get $behind) (then (global.set $floor (local.get $behind)))))
    (global.set $next`,
	`  (func $realloc (export "realloc")`, `
  (global $floor (mut i32) (i32.const -1024))
  (func (export "mark") (result i32) (global.get $next))
  (func (export "release") (param $mark i32)
    (if (i32.lt_u (local.get $mark) (global.get $next)) (then (return)))
    (global.set $low (call $clean))
    (global.set $next
      (select (local.get $mark) (global.get $floor) (i32.lt_u (local.get $mark) (global.get $floor)))))
  (func (export "reset")
    (global.set $low (call $clean))
    (global.set $next (global.get $floor)))
  (func $realloc (export "realloc")`,
}

// marking is page.wat with these edits and more, under a contract for it.
func marking(t *testing.T, edits ...string) (*wasm.Module, contract.Contract, Hints) {
	t.Helper()
	c := contract.Must(contract.Parse("--abi=core,arena --functions=alloc_zeroed,mark,release,reset"))
	m := page(t, slices.Concat(rewinds, marks, edits)...)
	drop(m, c)
	h := pageHints
	h.DirtyMark = &Cell{Global: 1, Negated: true}
	h.Floor = &Cell{Global: 2, Negated: true}
	return m, c, h
}

// TestMarks proves an allocator whose top falls to a mark, and checks the certificate.
func TestMarks(t *testing.T) {
	m, c, h := marking(t)
	k := certifyModule(t, m, c, h)
	for _, want := range []string{`"floor": "-2"`, "alloc_zeroed.floor", "mark.mark", "release.top", "release.clean", "reset.top"} {
		if !bytes.Contains(unpacked(t, k.text), []byte(want)) {
			t.Errorf("the certificate does not have %s", want)
		}
	}
	if err := k.check(t, k.text); err != nil {
		t.Error(err)
	}
}

// TestMarksSeeded breaks it, and the hints.
func TestMarksSeeded(t *testing.T) {
	for _, tt := range []struct {
		bug     string
		edits   []string
		hints   func(h *Hints)
		refuted []string
	}{
		{bug: "released below the floor", refuted: []string{"release.invariant", "release.top"},
			edits: []string{"(select (local.get $mark) (global.get $floor) (i32.lt_u (local.get $mark) (global.get $floor)))", "(local.get $mark)"}},
		{bug: "floor left below foreign pages", refuted: []string{"alloc_zeroed.foreign", "alloc_zeroed.floor"},
			edits: []string{"(global.set $floor (local.get $behind))", ""}},
		{bug: "no floor named", refuted: []string{"alloc_zeroed.foreign"},
			hints: func(h *Hints) { h.Floor = nil }},
		{bug: "floor a page too low", refuted: []string{"alloc_zeroed.foreign", "alloc_zeroed.floor"},
			edits: []string{"(global.set $floor (local.get $behind))", "(global.set $floor (i32.add (local.get $behind) (i32.const 65536)))"}},
		{bug: "floor a page too high", refuted: []string{"alloc_zeroed.invariant", "alloc_zeroed.floor"},
			edits: []string{"(global.set $floor (local.get $behind))", "(global.set $floor (i32.sub (local.get $behind) (i32.const 65536)))"}},
		{bug: "top raised to a mark above it", refuted: []string{"release.top", "release.live"},
			edits: []string{"(if (i32.lt_u (local.get $mark) (global.get $next)) (then (return)))", ""}},
		{bug: "top a byte below the mark", refuted: []string{"release.live", "release.top"},
			edits: []string{"(select (local.get $mark) (global.get $floor) (i32.lt_u (local.get $mark) (global.get $floor)))", "(i32.add (i32.const 1) (select (local.get $mark) (global.get $floor) (i32.lt_u (local.get $mark) (global.get $floor))))"}},
		{bug: "dirty mark not raised by release", refuted: []string{"release.clean"},
			edits: []string{"(then (return)))\n    (global.set $low (call $clean))", "(then (return)))"}},
		{bug: "dirty mark not raised by reset", refuted: []string{"reset.clean"},
			edits: []string{"(func (export \"reset\")\n    (global.set $low (call $clean))", "(func (export \"reset\")"}},
		{bug: "reset keeps the blocks", refuted: []string{"reset.top"},
			edits: []string{"(global.set $next (global.get $floor))", ""}},
		{bug: "reset to the heap base", refuted: []string{"reset.invariant"},
			edits: []string{"(global.set $next (global.get $floor))", "(global.set $next (i32.const -1024))"}},
		{bug: "mark above the top", refuted: []string{"mark.mark"},
			edits: []string{"(result i32) (global.get $next))", "(result i32) (i32.sub (global.get $next) (i32.const 1)))"}},
	} {
		t.Run(tt.bug, func(t *testing.T) {
			m, c, h := marking(t, tt.edits...)
			if tt.hints != nil {
				tt.hints(&h)
			}
			for _, name := range tt.refuted {
				if got := verdictOn(t, m, c, h, name); got != Refuted {
					t.Errorf("%s is %q, want refuted", name, got)
				}
			}
		})
	}
}
