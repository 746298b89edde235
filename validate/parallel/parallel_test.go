// SPDX-License-Identifier: MIT OR Apache-2.0

package parallel_test

import (
	"context"
	"os"
	"strings"
	"testing"

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
			all := strings.Replace(string(text), " --functions=alloc,dealloc,realloc", "", 1)
			if f.rule != "zeroing" {
				all = string(text)
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
