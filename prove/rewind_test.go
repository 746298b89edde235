// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"bytes"
	"slices"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// rewinds are edits of page.wat after which dealloc takes the newest block back, and
// alloc_zeroed fills what was used. $low is minus the highest top before a dealloc.
var rewinds = []string{
	`  (func $alloc (export "alloc") (export "alloc_zeroed")`, `
  (global $low (mut i32) (i32.const -1024))
  (func $clean (result i32)
    (select (global.get $next) (global.get $low) (i32.lt_u (global.get $next) (global.get $low))))
  (func (export "alloc_zeroed") (param $size i32) (param $align i32) (result i32)
    (local $at i32) (local $used i32)
    (local.set $at (call $alloc (local.get $size) (local.get $align)))
    (local.set $used (i32.sub (i32.sub (i32.const 0) (local.get $at)) (global.get $low)))
    (if (i32.and (i32.ne (local.get $at) (i32.const 0))
          (i32.gt_u (i32.sub (i32.const 0) (local.get $at)) (global.get $low)))
      (then (memory.fill (local.get $at) (i32.const 0)
        (select (local.get $size) (local.get $used) (i32.lt_u (local.get $size) (local.get $used))))))
    (local.get $at))
  (func $alloc (export "alloc")`,
	"(i32.shr_u (global.get $next) (i32.const 16))", "(i32.shr_u (call $clean) (i32.const 16))",
	"(i32.shr_u (global.get $next) (i32.const 16))", "(i32.shr_u (call $clean) (i32.const 16))",
	`(func $dealloc (export "dealloc") (param i32 i32 i32))`, `
  (func $dealloc (export "dealloc") (param $ptr i32) (param $size i32) (param i32)
    (if (i32.eq (global.get $next) (i32.sub (i32.const 0) (i32.add (local.get $ptr) (local.get $size))))
      (then
        (global.set $low (call $clean))
        (global.set $next (i32.sub (i32.const 0) (local.get $ptr))))))`,
}

var zeroedAndFreed = []string{"alloc_zeroed", "dealloc"}

// rewinding is page.wat with these edits and more, under a contract for it.
func rewinding(t *testing.T, functions []string, edits ...string) (*wasm.Module, contract.Contract, Hints) {
	t.Helper()
	c := contract.Must(contract.Order{Functions: functions}.Settle())
	m := page(t, slices.Concat(rewinds, edits)...)
	m.Exports = only(m.Exports, c)
	h := pageHints
	h.DirtyMark = &Cell{Global: 1, Negated: true}
	return m, c, h
}

// TestRewind proves an allocator that hands out used memory again.
func TestRewind(t *testing.T) {
	m, c, h := rewinding(t, zeroedAndFreed)
	verdicts := run(t, m, c, h)
	for _, name := range []string{"alloc_zeroed.clean", "dealloc.clean", "alloc_zeroed.zero"} {
		if verdicts[name] == "" {
			t.Errorf("no obligation %s", name)
		}
	}
	for name, v := range verdicts {
		if v != Proved {
			t.Errorf("%s is %s", name, v)
		}
	}
}

// TestCertifyDirtyMark checks a proof that rests on a dirty mark.
func TestCertifyDirtyMark(t *testing.T) {
	m, c, h := rewinding(t, []string{"alloc", "dealloc"})
	k := certifyModule(t, m, c, h)
	if !bytes.Contains(unpacked(t, k.text), []byte(`"dirty_mark": "-1"`)) {
		t.Error("the certificate does not name the dirty mark")
	}
	if err := k.check(t, k.text); err != nil {
		t.Error(err)
	}
}

// TestRewindSeeded breaks it, and the hints.
func TestRewindSeeded(t *testing.T) {
	for _, tt := range []struct {
		bug     string
		edits   []string
		hints   func(h *Hints)
		refuted string
	}{
		{bug: "dirty mark not raised", refuted: "dealloc.clean",
			edits: []string{"(global.set $low (call $clean))", ""}},
		{bug: "dirty mark lowered", refuted: "dealloc.clean",
			edits: []string{"(global.set $low (call $clean))", "(global.set $low (global.get $next))"}},
		{bug: "dirty mark forgotten by alloc", refuted: "alloc_zeroed.clean",
			edits: []string{"(global.set $next (i32.sub (local.get $at) (local.get $size)))", "(global.set $next (i32.sub (local.get $at) (local.get $size))) (global.set $low (global.get $next))"}},
		{bug: "one byte too few filled", refuted: "alloc_zeroed.zero",
			edits: []string{"(local.set $used (i32.sub (i32.sub (i32.const 0) (local.get $at)) (global.get $low)))", "(local.set $used (i32.sub (i32.sub (i32.const -1) (local.get $at)) (global.get $low)))"}},
		{bug: "older block taken back", refuted: "dealloc.live",
			edits: []string{"(i32.eq (global.get $next) (i32.sub (i32.const 0) (i32.add (local.get $ptr) (local.get $size))))", "(i32.const 1)"}},
		{bug: "no dirty mark named", refuted: "dealloc.clean", hints: func(h *Hints) { h.DirtyMark = nil }},
	} {
		t.Run(tt.bug, func(t *testing.T) {
			m, c, h := rewinding(t, zeroedAndFreed, tt.edits...)
			if tt.hints != nil {
				tt.hints(&h)
			}
			if got := verdictOn(t, m, c, h, tt.refuted); got != Refuted {
				t.Errorf("%s is %q, want refuted", tt.refuted, got)
			}
		})
	}
}
