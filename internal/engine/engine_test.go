// SPDX-License-Identifier: MIT OR Apache-2.0

package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/toolchain"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/wasm"
)

// each runs f on a store of every engine.
func each(t *testing.T, f func(t *testing.T, s engine.Store)) {
	for _, name := range engine.Known() {
		t.Run(name, func(t *testing.T) {
			if name == engine.Node {
				toolchain.Wide(t)
			}
			engines, err := engine.New([]string{name})
			if err != nil {
				t.Fatal(err)
			}
			e := engines[0]
			defer e.Close()
			s := e.NewStore()
			defer s.Close()
			f(t, s)
		})
	}
}

func instantiate(t *testing.T, s engine.Store, text string, imports engine.Imports) engine.Instance {
	t.Helper()
	file, _ := wattest.Assemble(t, text)
	in, err := engine.Instantiate(s, file, imports)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestCall(t *testing.T) {
	each(t, func(t *testing.T, s engine.Store) {
		in := instantiate(t, s, `(module
			(func (export "none"))
			(func (export "neg") (param i32) (result i32) (i32.sub (i32.const 0) (local.get 0)))
			(func (export "swap") (param i32 i64) (result i64 i32) (local.get 1) (local.get 0))
			(func (export "floats") (param f32 f64) (result f64 f32) (local.get 1) (local.get 0)))`, nil)
		const most32, most64 = 1<<32 - 1, 1<<64 - 1
		for _, tt := range []struct {
			name       string
			args, want []uint64
		}{
			{"none", nil, nil},
			{"neg", []uint64{1}, []uint64{most32}},
			{"neg", []uint64{most32}, []uint64{1}},
			{"swap", []uint64{most32, most64}, []uint64{most64, most32}},
			{"floats", []uint64{1, 2}, []uint64{2, 1}},
		} {
			if got, err := in.Call(tt.name, tt.args...); err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%s(%d): got %d, %v; want %d", tt.name, tt.args, got, err, tt.want)
			}
		}
		if _, err := in.Call("neg"); err == nil || err.Error() != "0 arguments, want 1" {
			t.Errorf("too few arguments: got %v", err)
		}
		if _, err := in.Call("other"); err == nil || err.Error() != "not exported" || in.Exports("other") || !in.Exports("neg") {
			t.Errorf("a function that is not there: got %v", err)
		}
	})
}

func TestTraps(t *testing.T) {
	each(t, func(t *testing.T, s engine.Store) {
		in := instantiate(t, s, `(module (memory 1) (table 2 funcref) (elem (i32.const 0) $f)
			(type $i (func (result i32)))
			(func $f)
			(func (export "unreachable") unreachable)
			(func (export "load") (drop (i32.load (i32.const 65533))))
			(func (export "div") (drop (i32.div_u (i32.const 1) (i32.const 0))))
			(func (export "overflow") (drop (i32.div_s (i32.const 0x80000000) (i32.const -1))))
			(func (export "convert") (drop (i32.trunc_f32_s (f32.const nan))))
			(func (export "type") (drop (call_indirect (type $i) (i32.const 0))))
			(func (export "table") (call_indirect (i32.const 9)))
			(func $deep (export "deep") (call $deep)))`, nil)
		for name, want := range map[string]engine.Trap{
			"unreachable": engine.Unreachable, "load": engine.OutOfBounds, "div": engine.DivideByZero, "deep": engine.Exhausted,
			"overflow": "integer overflow", "convert": "invalid conversion to integer",
			"type": "indirect call type mismatch", "table": "out of bounds table access",
		} {
			if _, err := in.Call(name); err != want {
				t.Errorf("%s: got %v, want %v", name, err, want)
			}
		}
		for body, want := range map[string]engine.Trap{"unreachable": engine.Unreachable, "(drop (i32.load (i32.const -1)))": engine.OutOfBounds} {
			file, _ := wattest.Assemble(t, `(module (memory 1) (start 0) (func `+body+`))`)
			if _, err := engine.Instantiate(s, file, nil); !errors.Is(err, want) {
				t.Errorf("start %s: got %v, want %v", body, err, want)
			}
		}
	})
}

// TestInitialize: a reactor's function is called once, before all others.
func TestInitialize(t *testing.T) {
	each(t, func(t *testing.T, s engine.Store) {
		const text = `(module (global (export "calls") (mut i32) (i32.const 0)) (func (export "_initialize") %s))`
		in := instantiate(t, s, fmt.Sprintf(text, "(global.set 0 (i32.add (global.get 0) (i32.const 1)))"), nil)
		if n := in.Global("calls").Get(); n != 1 {
			t.Errorf("_initialize was called %d times", n)
		}
		file, _ := wattest.Assemble(t, fmt.Sprintf(text, "unreachable"))
		if _, err := engine.Instantiate(s, file, nil); !errors.Is(err, engine.Unreachable) || !strings.Contains(err.Error(), "_initialize: ") {
			t.Errorf("_initialize that traps: got %v", err)
		}
	})
}

// byteAt reads a byte, from the memory's own bytes too where they are here.
func byteAt(m engine.Memory, at uint64) byte {
	b := make([]byte, 1)
	m.Read(at, b)
	if own := m.Bytes(); own != nil && own[at] != b[0] {
		panic("Read and Bytes differ")
	}
	return b[0]
}

func TestMemory(t *testing.T) {
	each(t, func(t *testing.T, s engine.Store) {
		s.Limit(5)
		in := instantiate(t, s, `(module (memory (export "memory") 1) (global (export "g") (mut i64) (i64.const 7))
			(global (export "const") i32 (i32.const 1))
			(func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
			(func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0))))`, nil)
		m := in.Memory("memory")
		if m == nil || in.Memory("other") != nil {
			t.Fatalf("memory: got %v and %v", m, in.Memory("other"))
		}
		if here := s.Engine().Name() != engine.Node; (m.Bytes() != nil) != here {
			t.Errorf("bytes of the memory's own: %v, want %v", m.Bytes() != nil, here)
		}
		m.Write(65535, []byte{9})
		if got, err := in.Call("load", 65535); err != nil || got[0] != 9 {
			t.Errorf("a byte written: got %d, %v", got, err)
		}
		const no = 1<<32 - 1
		if got, _ := in.Call("grow", 5); got[0] != no {
			t.Errorf("growth beyond the limit: got %d", got)
		}
		if got, _ := in.Call("grow", 1); got[0] != 1 || m.Pages() != 2 || m.Bytes() != nil && len(m.Bytes()) != 2*wasm.PageSize {
			t.Errorf("growth: got %d, %d pages", got, m.Pages())
		}
		if m.Grow(4) || m.Grow(1<<40) || !m.Grow(3) || m.Pages() != 5 || byteAt(m, 65535) != 9 {
			t.Errorf("growth from outside: %d pages", m.Pages())
		}
		s.Limit(6)
		if !m.Grow(1) {
			t.Error("a limit was not lifted")
		}
		s.Limit(3)
		if got, _ := in.Call("grow", 1); got[0] != no {
			t.Error("a limit below the size does not hold")
		}
		big, _ := wattest.Assemble(t, `(module (memory 4))`)
		if _, err := engine.Instantiate(s, big, nil); err == nil {
			t.Error("a memory above the limit was made")
		}
		g := in.Global("g")
		if g == nil || g.Get() != 7 || in.Global("const") != nil || in.Global("other") != nil {
			t.Fatal("not exactly the mutable global was found")
		}
		if g.Set(1<<64 - 1); g.Get() != 1<<64-1 {
			t.Errorf("global: got %#x", g.Get())
		}
	})
}

// TestWholeMemory: every byte of the largest memory can be had.
func TestWholeMemory(t *testing.T) {
	each(t, func(t *testing.T, s engine.Store) {
		in := instantiate(t, s, `(module (memory (export "memory") 1)
			(func (export "store") (param i32) (i32.store8 (local.get 0) (i32.const 1))))`, nil)
		m, most := in.Memory("memory"), s.Engine().MaxPages()
		if !m.Grow(most-1) || m.Pages() != most {
			t.Fatalf("%d pages, want %d", m.Pages(), most)
		}
		last := most*wasm.PageSize - 1
		if _, err := in.Call("store", last); err != nil || byteAt(m, last) != 1 {
			t.Errorf("last byte: %v", err)
		}
		if m.Grow(1<<16 + 1 - most) {
			t.Error("the memory grew beyond 4 GiB")
		}
	})
}

// TestImported: what a host supplies, from modules and from Go.
func TestImported(t *testing.T) {
	each(t, func(t *testing.T, s engine.Store) {
		global := func(name string, v wasm.ValType) engine.Supply {
			return engine.Supply{Value: 1<<32 - 1, Import: wasm.Import{
				Module: "env", Name: name, Kind: wasm.KindGlobal, Global: wasm.GlobalType{Type: v},
			}}
		}
		imports, err := engine.Provide(s, []engine.Supply{
			global("i32", wasm.I32), global("i64", wasm.I64), global("i32", wasm.I32),
			{Import: wasm.Import{Module: "a.b", Name: "m.n", Kind: wasm.KindMemory, Memory: wasm.Limits{Min: 2, Max: 3, HasMax: true}}},
			{Import: wasm.Import{Module: "env", Name: "f", Kind: wasm.KindFunc}, Func: wasm.FuncType{Params: []wasm.ValType{wasm.I32}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		failure := errors.New("no")
		imports["go"], err = s.Host(map[string]engine.Func{"f": {
			Type: wasm.FuncType{Params: []wasm.ValType{wasm.I32, wasm.I64}, Results: []wasm.ValType{wasm.I64}},
			Call: func(args []uint64) ([]uint64, error) {
				if args[0] == 0 {
					return nil, failure
				}
				return []uint64{args[0] + args[1]}, nil
			},
		}})
		if err != nil {
			t.Fatal(err)
		}
		in := instantiate(t, s, `(module
			(import "env" "i32" (global i32)) (import "env" "i64" (global i64)) (import "env" "f" (func $f (param i32)))
			(import "a.b" "m.n" (memory 1 3)) (import "go" "f" (func $g (param i32 i64) (result i64)))
			(func (export "globals") (result i32 i64) (global.get 0) (global.get 1))
			(func (export "trap") (call $f (i32.const 1)))
			(func (export "go") (param i32 i64) (result i64) (call $g (local.get 0) (local.get 1))))`, imports)
		if got, err := in.Call("globals"); err != nil || !slices.Equal(got, []uint64{1<<32 - 1, 1<<32 - 1}) {
			t.Errorf("globals: got %#x, %v", got, err)
		}
		if _, err := in.Call("trap"); err != engine.Unreachable {
			t.Errorf("function: got %v, want a trap", err)
		}
		if got, err := in.Call("go", 1<<32-1, 2); err != nil || got[0] != 1<<32+1 {
			t.Errorf("Go function: got %d, %v", got, err)
		}
		if _, err := in.Call("go", 0, 0); err != failure {
			t.Errorf("Go function that fails: got %v", err)
		}
		if _, err := in.Call("trap"); err != engine.Unreachable {
			t.Errorf("after a failure: got %v, want a trap", err)
		}
		if m := in.Memory("a.b.m.n"); m == nil || m.Pages() != 2 || m.Grow(2) {
			t.Errorf("imported memory: got %v", m)
		}
		lacking, _ := wattest.Assemble(t, `(module (import "env" "other" (func)))`)
		if _, err := engine.Instantiate(s, lacking, imports); err == nil {
			t.Error("an import was found that nobody supplies")
		}
		if _, err := engine.Provide(s, []engine.Supply{{Import: wasm.Import{Module: "m", Name: "n", Kind: wasm.KindTable}}}); err == nil ||
			err.Error() != "import m.n: only memories, globals and functions are supplied" {
			t.Errorf("table: got %v", err)
		}
	})
}

func TestFuel(t *testing.T) {
	const loops = `(module (func (export "nop") (drop (i32.const 1))) (func (export "loop") (loop (br 0))))`
	s := engine.Default().NewStore()
	defer s.Close()
	in := instantiate(t, s, loops, nil)
	if _, err := in.Call("nop"); err != nil || s.Burned() != 2 { // entry and i32.const
		t.Errorf("burned %d, %v; want 2", s.Burned(), err)
	}
	s.Refuel(1000)
	if _, err := in.Call("loop"); err != engine.Endless || s.Burned() != 1000 {
		t.Errorf("burned %d, %v; want 1000, %v", s.Burned(), err, engine.Endless)
	}
	start, _ := wattest.Assemble(t, `(module (start 0) (func (loop (br 0))))`)
	if _, err := engine.Instantiate(s, start, nil); !errors.Is(err, engine.Endless) {
		t.Errorf("start: got %v, want %v", err, engine.Endless)
	}
	e := engine.NewUncounted()
	defer e.Close()
	free := e.NewStore()
	defer free.Close()
	free.Refuel(1)
	if _, err := instantiate(t, free, loops, nil).Call("nop"); err != nil || free.Burned() != 0 {
		t.Errorf("uncounted: burned %d, %v", free.Burned(), err)
	}
}

// TestErrors: every error is one line that says what is wrong.
func TestErrors(t *testing.T) {
	invalid, _ := wattest.Assemble(t, `(module (func (result i32) (i32.const 0)))`)
	invalid[len(invalid)-3] = 0x01 // nop, nop, end: no result
	invalid[len(invalid)-2] = 0x01
	want := func(what string, err error, words string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %q, want one line with %q", what, err, words)
		}
	}
	each(t, func(t *testing.T, s engine.Store) {
		_, err := s.Engine().Compile(invalid)
		want("invalid", err, "")
		_, err = s.Engine().Compile([]byte("no module"))
		want("no module", err, "")
	})
	want("validate", engine.Validate(invalid), "type mismatch: expected i32 but nothing on stack")
	_, err := engine.Assemble("(module\n (func (foo)))")
	want("assemble", err, "2:9: unknown operator or unexpected token")
	_, err = engine.Assemble("\xff")
	want("assemble bytes", err, "not valid utf-8")
	_, err = engine.New([]string{"wazero", "v8"})
	want("unknown", err, `engine "v8" is not known: choose from wasmtime, wazero`)
	t.Setenv("PATH", t.TempDir())
	_, err = engine.New([]string{"wasmtime", "node"})
	want("no node", err, "engine node: node 24 or later is not on PATH: install it")
	_, err = engine.New(nil)
	want("none", err, "no engine is named")
	if file, err := engine.Assemble("(module)"); err != nil || engine.Validate(file) != nil {
		t.Errorf("a module: %v, %v", err, engine.Validate(file))
	}
}
