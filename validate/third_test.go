// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/validate/report"
)

// judgeThird judges a third-party module by some checks, or all.
func judgeThird(t *testing.T, module []byte, flags string, opts Options) *Report {
	t.Helper()
	c, err := contract.Parse(flags + " --strategy=any")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), module, c, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRefusals: what a third-party module refuses although it would fit is a figure,
// and a failure only if it must not.
func TestRefusals(t *testing.T) {
	module := wattest.Read(t, "testdata/broken/any-null.wat").Module
	const flags = "--abi=c --functions=malloc,free"
	opts := Options{Checks: []string{"sizes"}, Engines: engine.Names()}
	got := judgeThird(t, module, flags, opts)
	if r := got.Refusals; !got.OK() || r == nil || r.Refused == 0 || r.Fitted <= r.Refused || r.Smallest < 63476 || r.Smallest > 65528 {
		t.Errorf("got %v and failures %v, want some refused of sizes from 63476 to 65528", r, got.Failures())
	}
	opts.Engines = nil
	if one := judgeThird(t, module, flags, opts); *one.Refusals != *got.Refusals {
		t.Errorf("%v on one engine, %v on two", one.Refusals, got.Refusals)
	}
	opts.Scope.Strict = true
	if got = judgeThird(t, module, flags, opts); got.OK() || got.Failures()[0].Failure.Rule != "null" || got.Refusals != nil {
		t.Errorf("strict: %v and %v, want a failure", got.Refusals, got.Failures())
	}
}

// TestExclusions: what is excluded is not asked for, and all reports name it.
func TestExclusions(t *testing.T) {
	foreign := wattest.Read(t, "testdata/broken/foreign-growth.wat").Module
	large := assemble(t, "", "(if (i32.lt_s (local.get 0) (i32.const 0)) (then unreachable)) (i32.const 0)", "")
	fixed := assemble(t, "", "(if (i32.ne (memory.size) (i32.const 1)) (then unreachable)) (i32.const 0)", "")
	odd := wattest.Read(t, "testdata/broken/c-align.wat").Module
	for _, test := range []struct {
		name, flags string
		module      []byte
		checks      []string
		lax, strict Scope
		what        string
	}{
		{"growth", "", foreign, []string{"foreign-growth", "random"}, Scope{OwnGrowth: true}, Scope{}, "growth by others (--foreign-growth=false)"},
		{"pages", "", fixed, []string{"random"}, Scope{OwnGrowth: true}, Scope{}, "growth by others (--foreign-growth=false)"},
		{"sizes", "", large, []string{"sizes", "bounds", "heap-end"}, Scope{}, Scope{MaxRequest: 1<<32 - 1}, "requests above 2147483647 bytes (--max-request)"},
		{"alignment", "--abi=c --functions=malloc,free --min-align=8", odd, []string{"alignment", "overlap"}, Scope{}, Scope{}, "alignment of malloc above 8 bytes (--min-align)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			opts := Options{Checks: test.checks, Scope: test.lax}
			got := judgeThird(t, test.module, test.flags, opts)
			if !got.OK() {
				t.Errorf("with the exclusion: %v", got.Failures())
			}
			var table, text, page bytes.Buffer
			for _, err := range []error{got.WriteTable(&table), got.WriteJSON(&text), got.WriteHTML(&page, "x", [32]byte{}, "")} {
				if err != nil {
					t.Fatal(err)
				}
			}
			for form, b := range map[string]bytes.Buffer{"table": table, "JSON": text, "page": page} {
				for _, want := range []string{test.what, got.Excluded[0].Unjudged} {
					if !strings.Contains(b.String(), want) {
						t.Errorf("%s does not say %q", form, want)
					}
				}
			}
			opts.Scope = test.strict
			flags := strings.Replace(test.flags, " --min-align=8", "", 1)
			if got := judgeThird(t, test.module, flags, opts); got.OK() {
				t.Error("without the exclusion: no failure")
			}
		})
	}
}

// TestBoundedEnd: the end of the address space is judged although no block can be large.
func TestBoundedEnd(t *testing.T) {
	text, err := os.ReadFile("testdata/good/bump.wat")
	if err != nil {
		t.Fatal(err)
	}
	// A block of 4 bytes traps in a memory of 4 GiB, which no one block fills.
	const call = "    (call $place (i64.extend_i32_u (local.get $size))"
	wrong := "    (if (i32.and (i32.eq (local.get $size) (i32.const 4)) (i32.eq (memory.size) (i32.const 65536))) (then unreachable))\n" + call
	module, _ := wattest.Assemble(t, strings.Replace(string(text), call, wrong, 1))
	if got := judgeThird(t, module, "", Options{Checks: []string{"heap-end"}}); got.OK() || got.Excluded == nil {
		t.Errorf("%v passes, excluded are %v", got.Results, got.Excluded)
	}
}

// TestNoCommand: functions that begin alike, but with no call, are no command's.
func TestNoCommand(t *testing.T) {
	module, _ := wattest.Assemble(t, `(module (memory (export "memory") 1) (func (nop))
		(func (export "alloc") (param i32 i32) (result i32) (i32.const 0))
		(func (export "dealloc") (param i32 i32 i32) (nop)))`)
	if got := judgeThird(t, module, "--functions=alloc,dealloc", Options{Checks: []string{"signatures"}}); !got.OK() {
		t.Error(got.Failures()[0].Failure)
	}
}

// TestScopeRefused: nothing is excluded for this project's modules, nor every size.
func TestScopeRefused(t *testing.T) {
	w := wattest.Read(t, "testdata/good/bump.wat")
	for flag, s := range map[string]Scope{"max-request": {MaxRequest: 1 << 20}, "foreign-growth": {OwnGrowth: true}, "strict": {Strict: true}} {
		if _, err := Run(context.Background(), w.Module, w.Contract, Options{Scope: s}); err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("%s: got %v", flag, err)
		}
	}
	c := contract.Must(contract.Parse("--strategy=any"))
	for _, n := range []uint64{1, 65535, 1 << 32} {
		if _, err := Run(context.Background(), w.Module, c, Options{Scope: Scope{MaxRequest: n}}); err == nil || !strings.Contains(err.Error(), "max-request") {
			t.Errorf("%d: got %v", n, err)
		}
	}
}

// TestExcludedChecks: a check with nothing left to judge says so.
func TestExcludedChecks(t *testing.T) {
	module := wattest.Read(t, "testdata/good/c.wat").Module
	for _, test := range []struct {
		check, why string
		scope      Scope
	}{
		{"foreign-growth", "growth by others is excluded", Scope{OwnGrowth: true}},
		{"product", "sizes that large are excluded", Scope{MaxRequest: 1 << 31}},
		{"heap-end", "requests up to 65536 bytes do not fill 4 GiB", Scope{MaxRequest: 65536}},
	} {
		got := judgeThird(t, module, "--abi=c", Options{Checks: []string{test.check}, Scope: test.scope}).Results[0]
		if got.Verdict != Skip || got.Figure != test.why {
			t.Errorf("%s: %s, %s", test.check, got.Verdict, got.Figure)
		}
		if got = judgeThird(t, module, "--abi=c", Options{Checks: []string{test.check}}).Results[0]; got.Verdict != Pass {
			t.Errorf("%s without exclusions: %s, %s", test.check, got.Verdict, got.Figure)
		}
	}
}

// TestEndless: the checks behind one that does not return are run, and a long sequence
// becomes the one call that does not.
func TestEndless(t *testing.T) {
	module := assemble(t, "", "(loop (br_if 0 (i32.eq (local.get 0) (i32.const 0x100001)))) (i32.const 0)", "")
	got := judgeThird(t, module, "", Options{Engines: engine.Names(), Checks: []string{"sizes", "overlap"}})
	failed := got.Failures()
	if len(failed) != 1 || failed[0].Failure.Rule != report.Endless {
		t.Fatalf("%v, want one endless call", failed)
	}
	if n := len(failed[0].Failure.Script.Calls); n != 1 {
		t.Errorf("script of %d calls", n)
	}
	for i, want := range []Verdict{Fail, Skip, Pass, Pass} { // each check on both engines
		if r := got.Results[i]; r.Verdict != want {
			t.Errorf("%s on %s: %s, want %s", r.Check, r.Engine, r.Verdict, want)
		}
	}
}

// TestHidden: a check that finds one fault looks for others.
func TestHidden(t *testing.T) {
	module := assemble(t, "", "(i32.const 1024)", "")
	rules := func(first bool) (list []string) {
		got, err := Run(context.Background(), module, contract.Default(), Options{Checks: []string{"sizes"}, First: first})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range got.Failures() {
			list = append(list, f.Failure.Rule)
		}
		return list
	}
	if got := rules(false); len(got) < 2 || got[0] == got[1] {
		t.Errorf("got %q, want two rules", got)
	}
	if got := rules(true); len(got) != 1 {
		t.Errorf("got %q, want the first", got)
	}
}

// TestShrunk: where one call out of many suffices, one is left, however large the memory.
func TestShrunk(t *testing.T) {
	module := assemble(t, "", `(local i32)
		(if (i32.eq (local.get 0) (i32.const 0x3ffffff)) (then unreachable))
		(local.set 2 (memory.grow (i32.shr_u (i32.add (local.get 0) (i32.const 65535)) (i32.const 16))))
		(if (i32.eq (local.get 2) (i32.const -1)) (then (return (i32.const 0))))
		(i32.shl (local.get 2) (i32.const 16))`, "")
	long := Script{Setup: Setup{Base: 1, Pages: 1, Limit: 65535}}
	for i := range 40 {
		long.Calls = append(long.Calls, Call{Op: "alloc", Size: 50 << 20, Align: 8, Made: 2 * i},
			Call{Op: "alloc", Size: 45 << 20, Align: 8, Made: 2*i + 1}, Call{Op: "grow", Size: 1})
	}
	long.Calls = append(long.Calls, Call{Op: "alloc", Size: 64<<20 - 1, Align: 8, Made: 80})
	got, err := Replay(context.Background(), module, contract.Must(contract.Parse("--strategy=any")), long, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if failed := got.Failures(); len(failed) != 1 || len(failed[0].Failure.Script.Calls) != 1 {
		t.Fatalf("%v, want a script of one call: %s", failed, fmt.Sprint(failed[0].Failure.Script))
	}
}

// TestReactor: a module that needs _initialize gets the call.
func TestReactor(t *testing.T) {
	module := assemble(t, "", "(if (i32.eqz (global.get 0)) (then unreachable)) (i32.const 0)",
		`(global (mut i32) (i32.const 0)) (func (export "_initialize") (global.set 0 (i32.const 1)))`)
	if got := judgeThird(t, module, "", Options{Engines: engine.Names(), Checks: []string{"alignment"}}); !got.OK() {
		t.Errorf("%v", got.Failures())
	}
}
