// SPDX-License-Identifier: MIT OR Apache-2.0

package record

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/trace"
	"github.com/genalloc/genalloc/wasm"
)

// program is an allocator and what a program does with it that rewriting could break:
// calls within the family, tables, references to functions, a start function, growth.
const program = `(module
	(memory (export "memory") 2)
	(global $top (mut i32) (i32.const 4096))
	(global (export "__heap_base") i32 (i32.const 4000))
	(type $unary (func (param i32) (result i32)))
	(table funcref (elem $malloc $free))
	(start $begin)
	(func $begin (drop (call $malloc (i32.const 1))))
	(func $malloc (export "malloc") (param i32) (result i32) (local $p i32)
		(if (i32.gt_u (local.get 0) (i32.const 1000000)) (then (return (i32.const 0))))
		(local.set $p (global.get $top))
		(global.set $top (i32.add (global.get $top) (i32.and (i32.add (local.get 0) (i32.const 15)) (i32.const -16))))
		(if (i32.gt_u (global.get $top) (i32.mul (memory.size) (i32.const 65536)))
			(then (drop (memory.grow (i32.const 3)))))
		(local.get $p))
	(func $calloc (export "calloc") (param i32 i32) (result i32)
		(call $malloc (i32.mul (local.get 0) (local.get 1))))
	(func $realloc (export "realloc") (param i32 i32) (result i32)
		(if (i32.eqz (local.get 1)) (then (call $free (local.get 0)) (return (i32.const 0))))
		(if (i32.eq (local.get 1) (i32.const 7)) (then (return (local.get 0))))
		(call $free (local.get 0))
		(call $malloc (local.get 1)))
	(func $free (export "free") (param i32))
	(func $posix_memalign (export "posix_memalign") (param i32 i32 i32) (result i32)
		(if (i32.gt_u (local.get 2) (i32.const 1000000)) (then (return (i32.const 48))))
		(i32.store (local.get 0) (call $malloc (local.get 2)))
		(i32.const 0))
	(func $mark (export "mark") (result i32) (global.get $top))
	(func $release (export "release") (param i32) (global.set $top (local.get 0)))
	(func $reset (export "reset") (global.set $top (i32.const 4096)))
	(func (export "work") (param $n i32) (result i32) (local $p i32) (local $m i32)
		(local.set $p (call_indirect (type $unary) (i32.const 100) (i32.const 0)))
		(drop (call $calloc (i32.const 3) (i32.const 50)))
		(local.set $p (call $realloc (local.get $p) (local.get $n)))
		(local.set $p (call $realloc (local.get $p) (i32.const 7)))
		(drop (call $malloc (i32.const 200000)))
		(drop (memory.grow (i32.const 2)))
		(drop (memory.grow (i32.const 0)))
		(drop (memory.grow (i32.const 65535)))
		(drop (call $malloc (i32.const 2000000)))
		(drop (call $posix_memalign (i32.const 8) (i32.const 64) (i32.const 10)))
		(drop (call $posix_memalign (i32.const 8) (i32.const 64) (i32.const 2000000)))
		(local.set $m (call $mark))
		(drop (call $realloc (i32.const 0) (i32.const 9)))
		(call $release (local.get $m))
		(call $free (i32.const 0))
		(call $free (i32.const 12345))
		(drop (call $realloc (local.get $p) (i32.const 0)))
		(ref.is_null (ref.func $idle)))
	(func $idle (export "idle"))
	(func (export "again") (drop (call $malloc (i32.const 5))) (call $reset) (drop (call $malloc (i32.const 6))) (unreachable)))`

const recorded = `genalloc trace 1
memory 2 4000
alloc 1
phase call 0 of export work
alloc 100
zero 150
resize 1 3000
resize 1 7
alloc 200000
grow 2
# refused: alloc 2000000 0
alloc 10 64
# refused: alloc 2000000 64
mark
alloc 9
release 0
# freed, of an address that no recorded call returned: 12345
free 1
phase call 1 of export work
`

// byName are the functions whose names say nothing without help.
var byName = map[string]string{"mark": "mark", "release": "release", "reset": "reset"}

func assemble(t *testing.T, text string) []byte {
	t.Helper()
	file, err := engine.Assemble(text)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func instrument(t *testing.T, file []byte, functions map[string]string) *Program {
	t.Helper()
	p, err := Instrument(file, functions)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func run(p *Program, o Options) (string, Report, error) {
	var b bytes.Buffer
	w := trace.NewWriter(&b)
	report, err := p.Run(o, w)
	err = errors.Join(err, w.Close())
	return b.String(), report, err
}

func TestRecord(t *testing.T) {
	p := instrument(t, assemble(t, program), byName)
	got, report, err := run(p, Options{Invoke: []string{"idle", "work 3000", "work 0x10", "again"}})
	if want := "the program stops in again: unreachable"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	if !strings.HasPrefix(got, recorded) || !strings.HasSuffix(got, "phase call 0 of export again\nalloc 5\nreset\nalloc 6\n") {
		t.Errorf("got\n%s", got)
	}
	if report.Refused != 4 || report.Unknown != 2 || report.Missed != 0 {
		t.Errorf("%+v", report)
	}
	ops, err := trace.NewReader(strings.NewReader(got)).ReadAll()
	if err != nil || len(ops) != report.Operations+4 { // phases, and the memory
		t.Errorf("%d operations, said %d; %v", len(ops), report.Operations, err)
	}
}

// TestScript: the script records in Node what the engine records here.
func TestScript(t *testing.T) {
	toolchain.Need(t, "node")
	p := instrument(t, assemble(t, program), byName)
	want, _, _ := run(p, Options{Invoke: []string{"idle", "work 3000", "work 16"}})
	dir := t.TempDir()
	for name, content := range map[string][]byte{
		"app.wasm": p.Module, "app.mjs": p.Script(),
		"run.mjs": []byte(`import { readFileSync } from "node:fs";
			import { imports, save } from "./app.mjs";
			const { instance: { exports } } = await WebAssembly.instantiate(readFileSync("app.wasm"), imports);
			exports.idle(); exports.work(3000); exports.work(16);
			await save("app.trace");`),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	toolchain.Run(t, dir, "node", "run.mjs")
	if got, err := os.ReadFile(filepath.Join(dir, "app.trace")); err != nil || string(got) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
	}
}

// TestImported: an allocator that is imported is recorded by wrappers, and the custom
// sections stay right.
func TestImported(t *testing.T) {
	file := assemble(t, `(module $app
		(import "env" "malloc" (func $malloc (param i32) (result i32)))
		(import "env" "memory" (memory 1))
		(import "env" "free" (func $free (param i32)))
		(export "again" (func $malloc))
		(func $work (export "work") (call $free (call $malloc (i32.const 3)))))`)
	p := instrument(t, file, nil)
	if len(p.Found) != 2 || len(p.Phases) != 1 {
		t.Fatalf("%+v, %v", p.Found, p.Phases)
	}
	m, err := wasm.Decode(p.Module)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range m.Names(wasm.KindFunc) {
		got = append(got, f.Name)
	}
	if want := "malloc free genalloc.event work malloc free memory.grow work (phase)"; strings.Join(got, " ") != want {
		t.Errorf("functions %q, want %q", got, want)
	}
	if _, err := engine.Default().Compile(p.Module); err != nil {
		t.Error(err)
	}
	_, _, err = run(p, Options{Invoke: []string{"work"}})
	if want := "the program stops in work: import env.malloc: only WASI is supplied here"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestErrors(t *testing.T) {
	const none = `(module (memory 1) (func $my_alloc (param i32) (result i32) (i32.const 0)) (func $f (param f32)) (export "f" (func $f)))`
	for _, tt := range []struct {
		text, want string
		functions  map[string]string
	}{
		{`(module)`, "the program has no memory", nil},
		{`(module (memory i64 1))`, "only programs with an unshared 32-bit memory are recorded", nil},
		{none, "no function of an allocator is found: name the functions with --function malloc=NAME; these could be meant: my_alloc", nil},
		{`(module (memory 1) (func (export "run")))`, "no function of an allocator is found, and the program has no name section", nil},
		{none, `function "her_alloc" is not in the program; these could be meant: my_alloc`, map[string]string{"malloc": "her_alloc"}},
		{none, "f has the type [f32] to [], which is not that of free", map[string]string{"free": "f"}},
		{none, `"new" is no function that is recorded`, map[string]string{"new": "f"}},
		{none, "func 9 out of range", map[string]string{"free": "9"}},
		{none, "no function of an allocator is found", map[string]string{"calloc": "my_alloc"}},
	} {
		if _, err := Instrument(assemble(t, tt.text), tt.functions); err == nil || !strings.HasPrefix(err.Error(), tt.want) && tt.functions["calloc"] == "" {
			t.Errorf("%s: got %v, want %s", tt.text, err, tt.want)
		}
	}
	if _, err := Instrument(assemble(t, none), map[string]string{"malloc": "0"}); err != nil {
		t.Error(err)
	}
	p := instrument(t, assemble(t, program), nil)
	for invoke, want := range map[string]string{
		"":          "the program has no _start: name a call with --invoke; it exports ",
		" ":         "the call is empty",
		"none":      "none: no such function is exported; it exports ",
		"work":      "work takes 1 arguments, not 0",
		"work much": `work: argument 1: "much" is no i32`,
	} {
		o := Options{Invoke: []string{invoke}}
		if invoke == "" {
			o.Invoke = nil
		}
		if _, _, err := run(p, o); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("--invoke %q: got %v, want %s", invoke, err, want)
		}
	}
}
