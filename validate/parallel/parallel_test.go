// SPDX-License-Identifier: MIT OR Apache-2.0

package parallel_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/validate/parallel"
)

// options keep the whole below a few seconds.
var options = parallel.Options{Calls: 2000, Pages: 8}

func TestRight(t *testing.T) {
	engines, err := engine.New(engine.Names())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range engines {
		defer e.Close()
		for _, file := range wattest.Glob(t, "../interleave/testdata/*.wat") {
			w := wattest.Read(t, file)
			found, err := parallel.Judge(context.Background(), e, w.Module, w.Contract, options)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				t.Logf("%s: %s: %s: %d calls, %s", e.Name(), file, f.Program, f.Calls, f.Figure)
				if f.Failure != nil {
					t.Errorf("%s: %s: %s: %v", e.Name(), file, f.Program, f.Failure)
				}
			}
		}
	}
}

// TestBroken: what goes wrong each time that threads run is found by running them.
func TestBroken(t *testing.T) {
	e := engine.NewWasmtime()
	defer e.Close()
	for _, f := range []struct{ name, file, old, new, rule string }{
		{"every thread begins with the same chunk", "bump",
			"(global $top (mut i32) (i32.const 0))\n  (global $end (mut i32) (i32.const 0))",
			"(global $top (mut i32) (i32.const 2048))\n  (global $end (mut i32) (i32.const 4096))", "contents"},
		{"no exact growth where a chunk is refused", "bump",
			"(local.set $page (memory.grow (local.get $pages)))", "(local.set $page (memory.grow (i32.mul (i32.const 3) (local.get $pages))))", "null"},
		{"pages lost that another thread's lie before", "bump",
			"(i32.ge_u (i32.sub (local.get $pages) (local.get $size)) (i32.sub (global.get $end) (global.get $top)))", "(i32.eqz (global.get $end))", "lost"},
		{"the first large blocks of all threads in the same page", "bump",
			"(local.set $page (memory.grow (local.get $pages)))",
			"(local.set $page (memory.grow (local.get $pages))) (if (i32.and (i32.gt_u (local.get $size) (i32.const 65536)) (i32.eqz (global.get $end))) (then (local.set $page (i32.const 1))))", "contents"},
		{"pages that others added since taken as well", "bump",
			"(local.set $page (memory.grow (local.get $pages)))",
			`(loop $lock (br_if $lock (i32.atomic.rmw.cmpxchg (i32.const 16) (i32.const 0) (i32.const 1))))
			(local.set $page (memory.grow (local.get $pages)))
			(if (i32.ne (local.get $page) (i32.const -1))
				(then
					(local.set $at (select (i32.load (i32.const 20)) (i32.const 1) (i32.load (i32.const 20))))
					(i32.store (i32.const 20) (i32.add (local.get $page) (local.get $pages)))
					(local.set $pages (i32.add (local.get $pages) (i32.sub (local.get $page) (local.get $at))))
					(local.set $page (local.get $at))))
			(i32.atomic.store (i32.const 16) (i32.const 0))`, "contents"},
		{"used blocks taken for zero", "lists",
			`(export "alloc" (func $alloc))`, `(export "alloc" (func $alloc)) (export "alloc_zeroed" (func $alloc))`, "zeroing"},
		{"a free list that gives a block out twice", "lists",
			"(global.set $list (i32.load (local.get $at)))", "(if (i32.load (local.get $at)) (then (global.set $list (i32.load (local.get $at)))))", "trap"},
	} {
		t.Run(f.name, func(t *testing.T) {
			path := "../interleave/testdata/" + f.file + ".wat"
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Count(string(text), f.old) != 1 {
				t.Fatalf("%d places to edit, want 1", strings.Count(string(text), f.old))
			}
			const functions = " --functions=alloc,dealloc,realloc"
			all := strings.Replace(string(text), functions, "", 1)
			if f.rule != "zeroing" {
				all = strings.Replace(all, "--heap-base=1024", "--heap-base=1024"+functions, 1)
			}
			w := wattest.Parse(t, path, []byte(strings.Replace(all, f.old, f.new, 1)))
			found, err := parallel.Judge(context.Background(), e, w.Module, w.Contract, options)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range found {
				if x.Failure != nil && x.Failure.Rule == f.rule {
					t.Logf("%s: %v", x.Program, x.Failure)
					return
				}
				t.Logf("%s: %v", x.Program, x.Failure)
			}
			t.Errorf("no failure of rule %s", f.rule)
		})
	}
}

// TestLost: threads that drop a chunk where the pages that they claim do not prolong it lose
// memory, also where a block is larger than a page.
func TestLost(t *testing.T) {
	const rest = "(i32.sub (global.get $top) (global.get $ours))))))\n        (global.set $ours))"
	const always = "(select (i32.const -1) (i32.const 0) (global.get $ours))))))\n        (global.set $ours))"
	text, err := os.ReadFile("../../emitter/testdata/threads.wat")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), rest) != 1 {
		t.Fatalf("%d places to edit, want 1", strings.Count(string(text), rest))
	}
	e := engine.NewWasmtime()
	defer e.Close()
	c := contract.Must(contract.Parse("--threads"))
	for _, broken := range []bool{false, true} {
		all := string(text)
		if broken {
			all = strings.Replace(all, rest, always, 1)
		}
		module, _ := wattest.Assemble(t, all)
		found, err := parallel.Judge(context.Background(), e, module, c, parallel.Options{Pages: 16})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			t.Logf("%s: %d calls, %s, %v", f.Program, f.Calls, f.Figure, f.Failure)
			large := strings.HasSuffix(f.Program, "70000 bytes")
			if lost := f.Failure != nil && f.Failure.Rule == "lost"; broken && large && !lost || !broken && f.Failure != nil {
				t.Errorf("broken %t: %s: %v", broken, f.Program, f.Failure)
			}
		}
	}
}
