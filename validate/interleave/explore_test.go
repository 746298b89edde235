// SPDX-License-Identifier: MIT OR Apache-2.0

package interleave_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/validate/interleave"
)

// batch is how many free blocks testdata/lists.wat passes on at once.
const batch = 2

// explore follows at most 20,000 runs of each program.
func explore(t *testing.T, w wattest.File, programs ...interleave.Program) []interleave.Found {
	t.Helper()
	found, err := interleave.Explore(context.Background(), w.Module, w.Contract, programs, 20_000)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestRight: modules without a race pass, and every order was followed.
func TestRight(t *testing.T) {
	for _, file := range wattest.Glob(t, "testdata/*.wat") {
		programs := interleave.Programs(batch)
		if strings.HasSuffix(file, "bump.wat") { // which gives nothing back
			programs = interleave.Programs(0)
		}
		for _, f := range explore(t, wattest.Read(t, file), programs...) {
			t.Logf("%s: %s: %d runs, %d states, %d orders", file, f.Program, f.Runs, f.States, f.Orders)
			if !f.Complete {
				t.Errorf("%s: %s: not all orders were followed", file, f.Program)
			}
			if f.Failure != nil {
				t.Errorf("%s: %s: %v", file, f.Program, f.Failure)
				for _, line := range f.Failure.Schedule {
					t.Log(line)
				}
			}
		}
	}
}

// A fault is an edit of a right module that makes a race of it, and what shows it.
type fault struct {
	name, file, old, new string
	rule                 string
}

var faults = []fault{
	{"a failed exchange is not tried again", "bump",
		"(br_if $again\n        (i32.ne", "(drop\n        (i32.ne", "overlap"},
	{"two accesses for an exchange", "bump",
		"(i32.atomic.rmw.cmpxchg (i32.const 1024) (local.get $taken) (i32.add (local.get $taken) (local.get $bytes)))",
		"(i32.atomic.load (i32.const 1024)) (i32.atomic.store (i32.const 1024) (i32.add (local.get $taken) (local.get $bytes)))", "overlap"},
	{"a plain store for an exchange", "bump",
		"(i32.atomic.rmw.cmpxchg (i32.const 1024) (local.get $taken) (i32.add (local.get $taken) (local.get $bytes)))",
		"(local.get $taken) (i32.store (i32.const 1024) (i32.add (local.get $taken) (local.get $bytes)))", "overlap"},
	{"a plain load for an atomic one", "bump",
		"(i32.atomic.load (i32.const 1024))", "(i32.load (i32.const 1024))", "race"},
	{"growth inferred from memory.size", "bump",
		"(local.set $page (memory.grow (local.get $pages)))",
		"(local.set $page (memory.size)) (if (i32.eq (memory.grow (local.get $pages)) (i32.const -1)) (then (local.set $page (i32.const -1))))", "overlap"},
	{"growth inferred from memory.size afterwards", "bump",
		"(local.set $page (memory.grow (local.get $pages)))",
		"(local.set $page (i32.const -1)) (if (i32.ne (memory.grow (local.get $pages)) (i32.const -1)) (then (local.set $page (i32.sub (memory.size) (local.get $pages)))))", "overlap"},
	{"the chunk's end taken from memory.size", "bump",
		"(global.set $end (i32.add (global.get $end) (local.get $pages)))",
		"(global.set $end (i32.shl (memory.size) (i32.const 16)))", "overlap"},
	{"new pages taken for the chunk's continuation", "bump",
		"(if (i32.eq (local.get $at) (global.get $end))", "(if (global.get $end)", "overlap"},
	{"growth inferred from memory.size, with others", "bump",
		"(local.set $page (memory.grow (local.get $pages)))",
		"(local.set $page (memory.size)) (if (i32.eq (memory.grow (local.get $pages)) (i32.const -1)) (then (local.set $page (i32.const -1))))", "foreign"},
	{"growth elsewhere than at memory.size taken for none", "bump",
		"(local.set $page (memory.grow (local.get $pages)))",
		"(local.set $page (memory.size)) (if (i32.ne (memory.grow (local.get $pages)) (local.get $page)) (then (local.set $page (i32.const -1))))", "null"},
	{"a byte too few copied", "bump",
		"(memory.copy (local.get $at) (local.get $ptr) (local.get $old_size))",
		"(memory.copy (local.get $at) (local.get $ptr) (i32.sub (local.get $old_size) (i32.const 1)))", "contents"},
	{"alignment ignored", "bump",
		"(i32.sub (i32.const 0) (local.get $align))", "(i32.const -8)", "alignment"},
	{"state reset by an active data segment", "bump",
		`(export "alloc" (func`, `(data (i32.const 1024) "\00\00\00\00") (export "alloc" (func`, "overlap"},
	{"a byte of the program's data written to", "bump",
		"(local $taken i32)", "(local $taken i32) (i32.atomic.store8 (i32.const 1000) (i32.const 1))", "below-base"},
	{"the count of pops not in the head", "lists",
		"(i64.and (i64.add (local.get $head) (i64.const 0x100000000)) (i64.const 0xffffffff00000000))",
		"(i64.and (local.get $head) (i64.const 0xffffffff00000000))", "trap"},
	{"a batch taken though the exchange failed", "lists",
		"(br_if $again\n        (i64.ne\n          (local.get $head)\n          (i64.atomic.rmw.cmpxchg (i32.const 1032) (local.get $head)\n            (i64.or\n              (i64.and (i64.add",
		"(drop\n        (i64.ne\n          (local.get $head)\n          (i64.atomic.rmw.cmpxchg (i32.const 1032) (local.get $head)\n            (i64.or\n              (i64.and (i64.add", "overlap"},
	{"a batch lost where the exchange failed", "lists",
		"(br_if $again\n        (i64.ne\n          (local.get $head)\n          (i64.atomic.rmw.cmpxchg (i32.const 1032) (local.get $head)\n            (i64.or\n              (i64.and (local",
		"(drop\n        (i64.ne\n          (local.get $head)\n          (i64.atomic.rmw.cmpxchg (i32.const 1032) (local.get $head)\n            (i64.or\n              (i64.and (local", "lost"},
	{"no batch passed on", "lists",
		"(call $push (global.get $spare))", "(nop)", "lost"},
	{"the next batch read plainly", "lists",
		"(i32.atomic.load offset=4", "(i32.load offset=4", "race"},
}

// TestFirstCall: a thread that frees a block before it has lists of its own does not take the
// program's data for them.
func TestFirstCall(t *testing.T) {
	const path, flags = "../../emitter/testdata/threads-linked.wat", ";; CONTRACT --strategy=lists --threads --heap-base=linker\n"
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const old = "(local $count i32) ;; the blocks in it\n    (if (i32.eqz (global.get $heads))"
	if strings.Count(string(b), old) != 1 {
		t.Fatal("no place to edit")
	}
	text := strings.Replace(string(b), old, "(if (i32.const 0)", 1)
	text = strings.Replace(text, "(local $first i32) ;; the list's first block", "(local $first i32) (local $count i32)", 1)
	shows(t, wattest.Parse(t, path, []byte(flags+text)), "trap", interleave.Programs(0))
}

// TestFaults: each race is found, by a program whose schedule shows it.
func TestFaults(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			shows(t, edited(t, f.file, f.old, f.new), f.rule, interleave.Programs(batch))
		})
	}
}

// edited returns a module of testdata with some of its text replaced, by pairs.
func edited(t *testing.T, file string, edits ...string) wattest.File {
	t.Helper()
	path := "testdata/" + file + ".wat"
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for i := 0; i < len(edits); i += 2 {
		if n := strings.Count(text, edits[i]); n != 1 {
			t.Fatalf("%d places to edit, want 1", n)
		}
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	return wattest.Parse(t, path, []byte(text))
}

// shows runs programs until one breaks the rule.
func shows(t *testing.T, w wattest.File, rule string, programs []interleave.Program) {
	t.Helper()
	for _, p := range programs {
		found := explore(t, w, p)[0]
		if found.Failure != nil && found.Failure.Rule == rule {
			t.Logf("%s, %d runs: %v\n%s", p.Name, found.Runs, found.Failure, strings.Join(found.Failure.Schedule, "\n"))
			return
		}
		t.Logf("%s, %d runs: %v", p.Name, found.Runs, found.Failure)
	}
	t.Errorf("no failure of rule %s", rule)
}

// TestDoubt: where a batch's link is written plainly, a thread may read it from a block that
// another has by now. It is a race unless the exchange fails.
func TestDoubt(t *testing.T) {
	plain := []string{"(i32.atomic.store offset=4", "(i32.store offset=4"}
	programs := interleave.Programs(batch)
	programs = programs[len(programs)-1:] // the one in which a head comes back
	for _, f := range explore(t, edited(t, "lists", plain...), programs...) {
		if f.Failure != nil || !f.Complete {
			t.Errorf("%s: complete: %t, %v", f.Program, f.Complete, f.Failure)
		}
	}
	const none = "(if (i32.eqz (i32.wrap_i64 (local.get $head))) (then (return (i32.const 0))))"
	const next = "(drop (i32.atomic.load offset=4 (i32.wrap_i64 (i64.atomic.load (i32.const 1032)))))\n"
	for _, f := range []struct{ name, old, new string }{
		{"an exchange that succeeds", none, next + "(local.set $head (i64.atomic.load (i32.const 1032)))" + none},
		{"no exchange", "(local.set $at (global.get $list))", next + "(local.set $at (global.get $list))"},
	} {
		t.Run(f.name, func(t *testing.T) {
			shows(t, edited(t, "lists", append(plain[:2:2], f.old, f.new)...), "race", programs)
		})
	}
}

// TestUnexplored: what cannot be explored is refused in a line.
func TestUnexplored(t *testing.T) {
	for want, text := range map[string]string{
		"the module does not import its memory, so no two instances share one": `(module (memory 1 2 shared))`,
		"func[0]: memory.atomic.notify is not explored: it waits or notifies, or its values are no integers": `(module
			(import "env" "memory" (memory 1 2 shared))
			(func (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))))`,
		"func[0]: memory.atomic.wait32 is not explored: it waits or notifies, or its values are no integers": `(module
			(import "env" "memory" (memory 1 2 shared))
			(func (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0)))))`,
	} {
		w := wattest.Parse(t, "", []byte(";; CONTRACT --strategy=any --memory=import --heap-base=1024\n"+text))
		_, err := interleave.Explore(context.Background(), w.Module, w.Contract, interleave.Programs(0), 1)
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
