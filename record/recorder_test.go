// SPDX-License-Identifier: MIT OR Apache-2.0

package record

import (
	"bytes"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/trace"
)

// TestRecorder: what programs do whose allocator is only partly recorded.
func TestRecorder(t *testing.T) {
	var b bytes.Buffer
	w := trace.NewWriter(&b)
	r := NewRecorder(&Program{Phases: []string{"f"}, Pages: 3}, w)
	for _, e := range [][5]uint32{
		{uint32(trace.Alloc), 800, 10, 8},
		{uint32(trace.Alloc), 700, 20, 3},       // no alignment
		{uint32(trace.Alloc), 800, 30},          // its free was not seen
		{uint32(trace.Zero), 0, 0},              // nothing
		{uint32(trace.Alloc), 700, 0},           // shares an address
		{uint32(trace.Resize), 800, 40, 0, 900}, // never made
		{uint32(trace.Resize), 0, 0, 0, 800},    // frees
		{uint32(trace.Alloc), 640, 1}, {uint32(trace.Alloc), 656, 2},
		{uint32(trace.Resize), 656, 50, 0, 640}, // onto one whose free was not seen
		{uint32(trace.Phase), 9},                // no such export
		{uint32(trace.Release), 5},              // no such mark
		{uint32(trace.Free), 656}, {uint32(trace.Grow), 2, 0},
	} {
		if err := r.Event(trace.Kind(e[0]), e[1], e[2], e[3], e[4]); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Event(99, 0, 0, 0, 0); err == nil {
		t.Error("event of kind 99 is taken")
	}
	if r.Finish() != nil || w.Close() != nil {
		t.Fatal("not written")
	}
	const want = `genalloc trace 1
memory 3 640
alloc 10 8
alloc 20
# its end was not seen:
free 0
alloc 30
alloc 0
# resized, of an address that no recorded call returned:
# its end was not seen:
free 2
alloc 40
free 4
alloc 1
alloc 2
# its end was not seen:
free 6
resize 5 50
# released, of a mark that no recorded call returned: 5
free 5
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
	if r.Missed != 3 || r.Unknown != 2 || r.Operations != 13 {
		t.Errorf("%+v", r.Report)
	}
}

// TestLate: the heap base is the smallest address of many operations, not of all.
func TestLate(t *testing.T) {
	var b bytes.Buffer
	w := trace.NewWriter(&b)
	r := NewRecorder(&Program{Pages: 1}, w)
	for i := range uint32(early + 10) {
		r.Event(trace.Alloc, 100_000-8*i, 8, 8, 0)
	}
	r.Finish()
	w.Close()
	if want := "genalloc trace 1\nmemory 1 67240\nalloc 8 8\n"; !strings.HasPrefix(b.String(), want) || strings.Count(b.String(), "alloc 8 8") != early+10 {
		t.Errorf("got\n%.60s", b.String())
	}
}

// TestZig: a block that cannot be resized where it is stays what it was.
func TestZig(t *testing.T) {
	p := instrument(t, assemble(t, `(module (memory 1)
		(func $alloc (export "heap.WasmAllocator.alloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
		(func $resize (export "heap.WasmAllocator.resize") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.lt_u (local.get 4) (i32.const 100)))
		(func (export "work") (local $p i32)
			(local.set $p (call $alloc (i32.const 0) (i32.const 10) (i32.const 4) (i32.const 0)))
			(drop (call $resize (i32.const 0) (local.get $p) (i32.const 10) (i32.const 4) (i32.const 200) (i32.const 0)))
			(drop (call $resize (i32.const 0) (local.get $p) (i32.const 10) (i32.const 4) (i32.const 20) (i32.const 0)))))`), nil)
	got, _, err := run(p, Options{Invoke: []string{"work"}})
	if want := "genalloc trace 1\nmemory 1 1024\nphase call 0 of export work\nalloc 10 16\nresize 0 20\n"; got != want {
		t.Errorf("%v\n%s", err, got)
	}
}

// TestExportsOfCommands: linkers export functions that call the ones that the program
// calls itself.
func TestExportsOfCommands(t *testing.T) {
	p := instrument(t, assemble(t, `(module (memory 1)
		(func $inner (param i32) (result i32) (i32.const 1024))
		(func $constructors)
		(func (export "malloc") (param i32) (result i32)
			(call $constructors) (local.get 0) (call $inner) (local.set 0) (call $constructors) (local.get 0))
		(func $other (param i32 i32) (result i32) (i32.const 0))
		(func (export "aligned_alloc") (param i32 i32) (result i32) (call $other (local.get 1) (local.get 0)))
		(func (export "work") (drop (call $inner (i32.const 9)))))`), nil)
	if got, _, err := run(p, Options{Invoke: []string{"work"}}); !strings.HasSuffix(got, "\nalloc 9\n") {
		t.Errorf("%v\n%s", err, got)
	}
	if len(p.Found) != 2 || p.Found[0].Index != 0 || p.Found[1].Index != 4 {
		t.Errorf("%+v", p.Found)
	}
}
