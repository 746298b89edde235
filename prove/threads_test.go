// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"strings"
	"testing"
)

// TestThreads: alloc is proved for all that other threads do.
func TestThreads(t *testing.T) {
	whole(t, systemOf(t, "--threads --functions=alloc"), 15)
}

// TestThreadsSeeded breaks modules of threads in one place each. What is refuted is shown
// by a call in which other threads grow the memory; a wrong realloc, which is not followed
// into alloc, is left open.
func TestThreadsSeeded(t *testing.T) {
	const claim = "(br_if $claimed (i32.clz (local.tee $from (memory.grow (local.tee $pages (local.get $need))))))\n"
	for _, tt := range []struct {
		bug, functions, name string
		verdict              Verdict
		others               bool // they have to grow the memory
		edits                []string
	}{
		{"growth inferred from memory.size", "alloc", "alloc.claims", Refuted, true,
			[]string{claim, "(local.set $from (memory.size)) (br_if $claimed (i32.clz (memory.grow (local.tee $pages (local.get $need)))))\n"}},
		{"growth inferred from memory.size afterwards", "alloc", "alloc.claims", Refuted, true,
			[]string{claim, "(br_if $claimed (i32.and (i32.clz (memory.grow (local.tee $pages (local.get $need)))) (i32.clz (local.tee $from (i32.sub (memory.size) (local.get $pages))))))\n"}},
		{"the chunk ends a page too far", "alloc", "alloc.claims", Refuted, false,
			[]string{"(i32.shl (local.get $pages) (i32.const 16))", "(i32.shl (i32.add (local.get $pages) (i32.const 1)) (i32.const 16))"}},
		{"a block past the chunk's end", "alloc", "alloc.claims", Refuted, false,
			[]string{"(i64.extend_i32_u (global.get $ours))", "(i64.sub (i64.extend_i32_u (global.get $ours)) (i64.const 1))"}},
		{"pages behind others' taken for the chunk's continuation", "alloc", "alloc.claims", Refuted, true,
			[]string{"(if (i32.ne (local.get $from) (global.get $ours))", "(if (i32.eqz (global.get $ours))"}},
		{"the smaller rest kept", "alloc", "alloc.place", Refuted, false, []string{"(i32.lt_u\n                (i32.sub\n", "(i32.ge_u\n                (i32.sub\n"}},
		{"a large block takes a chunk", "alloc", "alloc.grow", Refuted, false,
			[]string{"(i32.gt_u (local.get $need) (i32.const 4))", "(i32.gt_u (local.get $need) (i32.const 16))"}},
		{"no second request", "alloc", "alloc.fails", Refuted, false, []string{claim, ""}},
		{"the chunk moves with the old top", "alloc", "alloc.disjoint", Refuted, false,
			[]string{"(global.set $top (i32.sub (local.get $at) (local.get $size)))", "(global.set $top (local.get $at))"}},
		{"grown in place where others' pages follow", "alloc,realloc", "realloc.claims", Inconclusive, false,
			[]string{"(br_if $stay (i32.eq (call $alloc (local.get $more) (i32.const 1)) (local.get $end)))", "(br_if $stay (call $alloc (local.get $more) (i32.const 1)))"}},
		{"alloc called with no alignment", "alloc,realloc", "realloc.delegates", Inconclusive, false,
			[]string{"(call $alloc (local.get $more) (i32.const 1))", "(call $alloc (local.get $more) (i32.const 3))"}},
	} {
		t.Run(tt.bug, func(t *testing.T) {
			t.Parallel()
			s := systemOf(t, "--threads --functions="+tt.functions, tt.edits...)
			r := decideNamed(t, s, obligationsOf(t, s, callsOf(t, s)), tt.name)
			if t.Log(r); r.Verdict != tt.verdict {
				t.Fatalf("%s is %s", tt.name, r.Verdict)
			}
			if tt.others && !strings.Contains(r.Counterexample.String(), "another thread growing the memory") {
				t.Error("no other thread grows the memory")
			}
		})
	}
}
