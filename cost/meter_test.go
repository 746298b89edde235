// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"os"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/wattest"
	"github.com/genalloc/genalloc/wasm"
)

func assemble(t testing.TB, wat string) []byte {
	t.Helper()
	file, _ := wattest.Assemble(t, wat)
	return file
}

func newMeter(t testing.TB, wat string, c Config) *Meter {
	t.Helper()
	m, err := New(assemble(t, wat), c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestFuel holds wasmtime to what the package says about it.
func TestFuel(t *testing.T) {
	m := newMeter(t, `(module (memory 1)
		(func (export "entry"))
		(func (export "free") nop (block) (loop) (drop (i32.const 0)) return)
		(func (export "else") (if (i32.const 1) (then) (else)))
		(func (export "call") (call 0))
		(func (export "add") (result i32) (i32.add (i32.const 1) (i32.const 2)))
		(func (export "fill") (param i32) (memory.fill (i32.const 0) (i32.const 0) (local.get 0)))
		(func (export "grow") (param i32) (drop (memory.grow (local.get 0)))))`, Config{})
	for _, tt := range []struct {
		name string
		args []uint64
		want uint64
	}{
		{"entry", nil, 1},
		{"free", nil, 1 + 1},     // entry, i32.const
		{"else", nil, 1 + 2},     // entry, i32.const, if
		{"call", nil, 1 + 1 + 1}, // entry, call, the callee's entry
		{"add", nil, 1 + 3},
		{"fill", []uint64{0}, 1 + 4},
		{"fill", []uint64{65536}, 1 + 4},
		{"grow", []uint64{0}, 1 + 2},
		{"grow", []uint64{9}, 1 + 2},
	} {
		if _, got, err := m.Call(tt.name, tt.args...); err != nil || got.Fuel != tt.want {
			t.Errorf("%s %v: got %d fuel, %v; want %d", tt.name, tt.args, got.Fuel, err, tt.want)
		}
	}
}

func TestResults(t *testing.T) {
	m := newMeter(t, `(module
		(func (export "i32") (param i32) (result i32) (local.get 0))
		(func (export "swap") (param i32 i64) (result i64 i32) (local.get 1) (local.get 0)))`, Config{})
	for _, tt := range []struct {
		name       string
		args, want []uint64
	}{
		{"i32", []uint64{1<<32 - 1}, []uint64{1<<32 - 1}},
		{"swap", []uint64{7, 1<<64 - 1}, []uint64{1<<64 - 1, 7}},
	} {
		got, _, err := m.Call(tt.name, tt.args...)
		if err != nil || len(got) != len(tt.want) {
			t.Fatalf("%s: %v, %v", tt.name, got, err)
		}
		for i := range got {
			if got[i] != tt.want[i] {
				t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
			}
		}
	}
	floats, err := New(assemble(t, `(module (func (export "f") (param f32 f64) (result f64 f32) (local.get 1) (local.get 0)))`), Config{FuelOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := floats.Call("f", 1, 2); err != nil || got[0] != 2 || got[1] != 1 {
		t.Errorf("bits of floats: got %d, %v", got, err)
	}
}

// TestTrap: a block cut short is paid in full.
func TestTrap(t *testing.T) {
	m := newMeter(t, `(module (func (export "f") i32.const 1 drop unreachable nop nop)
		(func (export "g")))`, Config{})
	_, got, err := m.Call("f")
	if err == nil || !strings.Contains(err.Error(), "unreachable") {
		t.Fatalf("got %v, want a trap", err)
	}
	if want := (Cost{Instructions: 6, Fuel: 1 + 1, Ink: header + 1 + 9 + 1 + 1 + 1 + 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if _, got, err := m.Call("g"); err != nil || got.Ink != header+1 {
		t.Errorf("after a trap: got %+v, %v", got, err)
	}
}

func TestLimit(t *testing.T) {
	m := newMeter(t, `(module (memory (export "memory") 1)
		(func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))`, Config{})
	m.Limit(3)
	for _, tt := range []struct{ delta, want uint64 }{{3, 1<<32 - 1}, {2, 1}, {1, 1<<32 - 1}, {0, 3}} {
		if got, _, err := m.Call("grow", tt.delta); err != nil || got[0] != tt.want {
			t.Errorf("grow %d: got %d, %v; want %d", tt.delta, got, err, tt.want)
		}
	}
	in, _ := m.Instance()
	if mem := in.Memory("memory"); mem == nil || mem.Pages() != 3 {
		t.Errorf("memory: got %v", mem)
	}
	if mem := in.Memory("nothing"); mem != nil {
		t.Error("a memory that is not exported was found")
	}
}

func TestErrors(t *testing.T) {
	m := newMeter(t, `(module (func (export "f") (param i32)) (func (export "r") (param funcref)))`, Config{})
	for _, tt := range []struct {
		name string
		args []uint64
		want string
	}{
		{"g", nil, "g: not exported"},
		{"f", nil, "f: 0 arguments, want 1"},
		{"r", []uint64{0}, "r: references cannot be passed"},
	} {
		if _, _, err := m.Call(tt.name, tt.args...); err == nil || err.Error() != tt.want {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
	imports := assemble(t, `(module (import "env" "m" (memory 1 1 shared)))`)
	for want, c := range map[string]Config{
		"the module does not start: import env.m: nobody supplies it": {},
		"import env.m: only an unshared memory is supplied":           {Host: Host(imports, contract.Default())},
	} {
		if _, err := New(imports, c); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := New([]byte("no module"), Config{}); err == nil {
		t.Error("bytes that are no module were taken for one")
	}
}

// TestRunsDisagree: a host that answers the two runs differently is found out.
func TestRunsDisagree(t *testing.T) {
	answers := uint64(0)
	c := Config{Host: func(s engine.Store) (engine.Imports, error) {
		env, err := s.Host(map[string]engine.Func{"h": {
			Type: wasm.FuncType{Results: []wasm.ValType{wasm.I32}},
			Call: func([]uint64) ([]uint64, error) { answers++; return []uint64{answers % 2}, nil },
		}})
		return engine.Imports{"env": env}, err
	}}
	m := newMeter(t, `(module (import "env" "h" (func $h (result i32)))
		(func (export "value") (result i32) (call $h))
		(func (export "trap") (if (call $h) (then unreachable))))`, c)
	if _, _, err := m.Call("value"); err == nil || !strings.Contains(err.Error(), "two runs disagree, [1] and [0]") {
		t.Errorf("results: got %v", err)
	}
	if _, _, err := m.Call("trap"); err == nil || !strings.Contains(err.Error(), "only the run under fuel failed") {
		t.Errorf("trap under fuel: got %v", err)
	}
	answers++
	if _, _, err := m.Call("trap"); err == nil || !strings.Contains(err.Error(), "only the instrumented run failed") {
		t.Errorf("trap while instrumented: got %v", err)
	}
}

// TestInstructionFiles: what the tests of package wasm take for granted about
// their files. They assemble to exactly these bytes and the engine finds them
// valid.
func TestInstructionFiles(t *testing.T) {
	for _, name := range []string{"instructions", "sections"} {
		path := "../wasm/testdata/" + name
		text, err := os.ReadFile(path + ".wat")
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(path + ".wasm")
		if err != nil {
			t.Fatal(err)
		}
		if got := assemble(t, string(text)); string(got) != string(want) {
			t.Errorf("%s.wat does not assemble to %s.wasm any more", name, name)
		}
		if err := engine.Validate(want); err != nil {
			t.Error(err)
		}
	}
}

// TestCosmWasm: an instruction costs 115, and 14 times as much where control branches.
func TestCosmWasm(t *testing.T) {
	file, names, err := Count(assemble(t, `(module (func (export "f") (if (i32.const 1) (then (drop (i32.const 2))))))`))
	if err != nil {
		t.Fatal(err)
	}
	in, err := engine.Instantiate(engine.Default().NewStore(), file, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Call("f"); err != nil {
		t.Fatal(err)
	}
	const plain, branching = 3, 3 // const, const, drop; if, end, end
	if got := in.Global(names.CosmWasm).Get(); got != 115*(plain+14*branching) {
		t.Errorf("got %d", got)
	}
}

// TestCountIn: what other functions do is not counted, and may be without a price.
func TestCountIn(t *testing.T) {
	file, names, err := CountIn(assemble(t, `(module
		(func (export "f") (drop (f32.add (f32.const 1) (f32.const 2))) (call $g) (call $g))
		(func $g (drop (i32.const 2))))`), func(i uint32) bool { return i == 1 })
	if err != nil || names != Usual {
		t.Fatalf("%v, counters %v", err, names)
	}
	in, err := engine.Instantiate(engine.Default().NewStore(), file, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Call("f"); err != nil {
		t.Fatal(err)
	}
	if got := in.Global(names.Fuel).Get(); got != 2*2 { // a call and a constant
		t.Errorf("fuel %d", got)
	}
}
