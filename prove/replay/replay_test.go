// SPDX-License-Identifier: MIT OR Apache-2.0

package replay_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/prove/replay"
)

// compile lays a module bare that asks before it grows its memory.
func compile(t *testing.T, text string) *replay.Module {
	t.Helper()
	_, m := wattest.Assemble(t, text)
	c, err := replay.Compile(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestTraps(t *testing.T) {
	m := compile(t, `(module (import "env" "host" (func $host)) (memory 1)
		(func)
		(func (loop (br 0)))
		(func (unreachable))
		(func (drop (i32.load (i32.const 65533))))
		(func (drop (i32.div_u (i32.const 1) (i32.const 0))))
		(func $deep (call $deep))
		(func (call $host)))`)
	for i, want := range []string{
		"", replay.Endless, "unreachable", "out of bounds memory access", "integer divide by zero",
		"call stack exhausted", "unreachable",
	} {
		out, err := m.Call(uint32(i+1), nil, replay.State{Pages: 1}, replay.Host{Limit: 1})
		if err != nil || out.Trap != want {
			t.Errorf("function %d: trap %q, %v; want %q", i+1, out.Trap, err, want)
		}
	}
	if _, err := m.Call(99, nil, replay.State{}, replay.Host{}); err == nil {
		t.Error("a function that is not there was called")
	}
}

// TestState: globals and memory are set before a call and read after it, even where
// the module exports neither, and what the module would initialise is not.
func TestState(t *testing.T) {
	m := compile(t, `(module (import "env" "base" (global i32)) (memory 1) (data (i32.const 8) "x")
		(global (mut i64) (i64.const 5))
		(func (param i64) (result i64 i32)
			(i32.store8 (i32.const 9) (i32.add (i32.load8_u (i32.const 8)) (i32.const 1)))
			(global.set 1 (i64.add (global.get 1) (local.get 0)))
			(global.get 1) (global.get 0)))`)
	var before, after []byte
	host := replay.Host{
		Limit:  3,
		Before: func(b []byte) { before = slices.Clone(b[:10]); b[8] = 41 },
		After:  func(b []byte) { after = slices.Clone(b[:10]) },
	}
	const most = 1<<32 - 1
	out, err := m.Call(0, []uint64{1 << 40}, replay.State{Globals: []uint64{most, 7}, Pages: 2}, host)
	if err != nil {
		t.Fatal(err)
	}
	want := replay.Outcome{
		Results: []uint64{1<<40 + 7, most},
		State:   replay.State{Globals: []uint64{most, 1<<40 + 7}, Pages: 2},
	}
	if !reflect.DeepEqual(out, want) {
		t.Errorf("got %+v, want %+v", out, want)
	}
	if slices.ContainsFunc(before, func(b byte) bool { return b != 0 }) || after[8] != 41 || after[9] != 42 {
		t.Errorf("memory %v, then %v", before, after)
	}
	if _, err := m.Call(0, []uint64{0}, replay.State{Globals: []uint64{0, 0}, Pages: 4}, host); err == nil || !strings.Contains(err.Error(), "memory of 4 pages") {
		t.Errorf("more pages than the limit: got %v", err)
	}
}

// TestGrow: the host refuses the growths whose bits are set, whatever their size,
// and those beyond its limit; a growth by nothing is never refused.
func TestGrow(t *testing.T) {
	for _, memory := range []string{"i32", "i64"} {
		m := compile(t, strings.ReplaceAll(`(module (memory i32 1)
			(func (param i32 i32 i32) (result i32 i32 i32)
				(memory.grow (local.get 0)) (memory.grow (local.get 1)) (memory.grow (local.get 2))))`, "i32", memory))
		no := uint64(1<<32 - 1)
		if memory == "i64" {
			no = 1<<64 - 1
		}
		for _, tt := range []struct {
			refuse uint64
			args   []uint64
			want   []uint64
			pages  uint64
		}{
			{0b000, []uint64{1, 2, 3}, []uint64{1, 2, 4}, 7},
			{0b001, []uint64{1, 2, 3}, []uint64{no, 1, 3}, 6},
			{0b010, []uint64{1, 2, 3}, []uint64{1, no, 2}, 5},
			{0b101, []uint64{1, 2, 3}, []uint64{no, 1, no}, 3},
			{0b111, []uint64{0, 2, 0}, []uint64{1, no, 1}, 1},
			{0b000, []uint64{9, 1, 9}, []uint64{no, 1, no}, 2},
		} {
			out, err := m.Call(0, tt.args, replay.State{Pages: 1}, replay.Host{Limit: 8, Refuse: tt.refuse})
			if err != nil || !slices.Equal(out.Results, tt.want) || out.State.Pages != tt.pages {
				t.Errorf("%s, refuse %b, grow by %d: got %d, %d pages, %v; want %d, %d pages",
					memory, tt.refuse, tt.args, out.Results, out.State.Pages, err, tt.want, tt.pages)
			}
		}
	}
}

// TestCompile: where the host refuses nothing, the limit alone does. What cannot be
// replayed is an error.
func TestCompile(t *testing.T) {
	_, m := wattest.Assemble(t, `(module (memory 1) (func (result i32) (memory.grow (i32.const 1))))`)
	c, err := replay.Compile(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for limit, want := range map[uint64]uint64{1: 1<<32 - 1, 2: 1} {
		out, err := c.Call(0, nil, replay.State{Pages: 1}, replay.Host{Limit: limit})
		if err != nil || out.Results[0] != want || out.State.Pages != limit {
			t.Errorf("limit %d: got %+v, %v", limit, out, err)
		}
	}
	for _, text := range []string{`(module (import "env" "t" (table 1 funcref)))`, `(module (global f64 (f64.const 1)))`} {
		if _, m := wattest.Assemble(t, text); m != nil {
			if _, err := replay.Compile(m, nil); err == nil || !strings.Contains(err.Error(), "cannot be replayed") {
				t.Errorf("%s: got %v", text, err)
			}
		}
	}
}

func TestStart(t *testing.T) {
	_, m := wattest.Assemble(t, `(module (import "env" "g" (global i32)) (memory 3)
		(global i32 (i32.const -1)) (global i64 (i64.const -2)) (start 0) (func unreachable))`)
	st, err := replay.Start(m)
	if want := (replay.State{Globals: []uint64{0, 1<<32 - 1, 1<<64 - 2}, Pages: 3}); err != nil || !reflect.DeepEqual(st, want) {
		t.Errorf("got %+v, %v; want %+v", st, err, want)
	}
}
