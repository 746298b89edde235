// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"fmt"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/wasm"
)

// listed is the price table once more, written down from Nitro's pricing_v1
// instruction by instruction and not in the ranges of prices.go. The prices of
// call_indirect and br_table are those without parameters and targets.
const listed = `
1 unreachable return nop i32.const i64.const block loop else end
9 drop
75 local.get local.tee
70 i32.add i32.sub i32.and i32.or i32.xor i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr
100 i64.add i64.sub i64.and i64.or i64.xor i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr
100 i32.wrap_i64 i64.extend_i32_s i64.extend_i32_u
100 i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s i64.extend32_s
160 i32.mul i64.mul
170 i32.eqz i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u
210 local.set i32.clz i32.ctz i64.clz i64.ctz
225 global.get i64.eqz i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u
575 global.set
670 i32.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u
680 i64.load i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u
765 br br_if if
825 i32.store i32.store8 i32.store16
950 i64.store i64.store8 i64.store16 i64.store32 memory.fill memory.copy
1120 i32.div_s i32.div_u i32.rem_s i32.rem_u
1250 select
1270 i64.div_s i64.div_u i64.rem_s i64.rem_u
2400 br_table
2650 i32.popcnt
3000 memory.size
3800 call
6000 i64.popcnt
8050 memory.grow
13610 call_indirect`

func listedPrices() map[string]uint64 {
	prices := make(map[string]uint64)
	for line := range strings.Lines(listed) {
		var price uint64
		for i, word := range strings.Fields(line) {
			if i == 0 {
				fmt.Sscan(word, &price)
				continue
			}
			prices[word] = price
		}
	}
	return prices
}

func opcodes() []wasm.Opcode {
	var list []wasm.Opcode
	for op := range wasm.Opcode(0xffff) {
		if op.Info().Name != "" {
			list = append(list, op)
		}
	}
	return list
}

func TestPrices(t *testing.T) {
	m := &wasm.Module{Types: []wasm.FuncType{{}}}
	prices := listedPrices()
	allowed := 0
	for _, op := range opcodes() {
		want, ok := prices[op.String()]
		if op == wasm.OpSelectT { // shares its name with select
			ok = false
		}
		got, err := InkOf(m, wasm.Instr{Op: op})
		if ok && (err != nil || got != want) {
			t.Errorf("%s: got %d, %v; want %d", op, got, err, want)
		}
		if !ok && (err == nil || err.Error() != op.String()+" is not allowed on stylus") {
			t.Errorf("%s: got %d, %v; want it refused", op, got, err)
		}
		if ok {
			allowed++
		}
	}
	if allowed != len(prices) {
		t.Errorf("%d instructions are allowed, %d are listed", allowed, len(prices))
	}
	if _, err := InkOf(m, wasm.Instr{Op: wasm.OpCallIndirect, Index: 1}); err == nil {
		t.Error("call_indirect of a type that is not there has a price")
	}
}

// TestPricesRun runs each instruction whose type is known from its opcode in a
// function of its own.
func TestPricesRun(t *testing.T) {
	prices := listedPrices()
	m := &wasm.Module{Memories: []wasm.Limits{{Min: 1}}}
	want := make(map[string]uint64)
	for _, op := range opcodes() {
		info := op.Info()
		price, ok := prices[info.Name]
		if !ok || !info.Sig.Static() {
			continue
		}
		sig := info.Sig.Type(wasm.I32, wasm.FuncRef)
		f := wasm.Func{Type: uint32(len(m.Funcs))}
		for i := range sig.Params {
			f.Body = append(f.Body, wasm.Instr{Op: wasm.OpLocalGet, Index: uint32(i)})
		}
		f.Body = append(f.Body, wasm.Instr{Op: op}, wasm.End())
		m.Types = append(m.Types, sig)
		m.Exports = append(m.Exports, wasm.Export{Name: info.Name, Index: uint32(len(m.Funcs))})
		m.Funcs = append(m.Funcs, f)
		want[info.Name] = header + uint64(len(sig.Params))*75 + price + 1
		if op == wasm.OpMemoryFill || op == wasm.OpMemoryCopy {
			want[info.Name] += 100 // all arguments are 1: one byte
		}
	}
	b, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	meter, err := New(b, Config{})
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range m.Exports {
		args := make([]uint64, len(m.Types[i].Params))
		for i := range args {
			args[i] = 1
		}
		if _, got, err := meter.Call(x.Name, args...); err != nil || got.Ink != want[x.Name] {
			t.Errorf("%s: got %d, %v; want %d", x.Name, got.Ink, err, want[x.Name])
		}
	}
	if len(m.Exports) < 90 {
		t.Errorf("only %d instructions ran", len(m.Exports))
	}
}

// TestNotAllowed: ink refuses what Stylus does, and says where; fuel alone goes
// on working.
func TestNotAllowed(t *testing.T) {
	for _, tt := range []struct{ name, wat, want string }{
		{"float", `(import "env" "h" (func)) (func) (func (export "f") nop (drop (f32.add (f32.const 1) (f32.const 2))))`,
			"func[2] offset 0x2e: f32.const is not allowed on stylus"},
		{"bulk", `(memory 1) (func (export "f") (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 0))) (data "")`,
			"func[0] offset 0x2c: memory.init is not allowed on stylus"},
		{"tail call", `(func (export "f") return_call 1) (func)`,
			"func[0] offset 0x1f: return_call is not allowed on stylus"},
		{"typed select", `(func (export "f") (drop (select (result i32) (i32.const 1) (i32.const 1) (i32.const 1))))`,
			"func[0] offset 0x24: select is not allowed on stylus"},
		{"memory64", `(memory i64 1) (func (export "f"))`, "memory[0]: a 64-bit memory is not allowed on stylus"},
		{"shared memory", `(memory 1 1 shared) (func (export "f"))`, "memory[0]: a shared memory is not allowed on stylus"},
		{"multi-memory", `(import "env" "m" (memory 1)) (memory 1) (func (export "f"))`, "memory[1]: a second memory is not allowed on stylus"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := assemble(t, "(module "+tt.wat+")")
			if _, _, err := Ink(b); err == nil || err.Error() != tt.want {
				t.Fatalf("got %v, want %s", err, tt.want)
			}
			if strings.Contains(tt.wat, "import") {
				return // what follows needs a host
			}
			if _, err := New(b, Config{}); err == nil || err.Error() != tt.want {
				t.Errorf("New: got %v, want %s", err, tt.want)
			}
			m, err := New(b, Config{FuelOnly: true})
			if err != nil {
				t.Fatal(err)
			}
			if _, got, err := m.Call("f"); err != nil || got.Fuel == 0 || got.Instructions == 0 || got.Ink != 0 {
				t.Errorf("fuel alone: got %+v, %v", got, err)
			}
		})
	}
	if _, _, err := Ink([]byte("no module")); err == nil {
		t.Error("bytes that are no module were instrumented")
	}
}

// TestInkExport: a module may use our name, and have globals of its own.
func TestInkExport(t *testing.T) {
	b := assemble(t, `(module (import "env" "g" (global i32)) (global $n (mut i32) (i32.const 5))
		(export "genalloc.ink" (global $n)) (export "genalloc.ink'" (func 0)) (func))`)
	counting, name, err := Ink(b)
	if err != nil {
		t.Fatal(err)
	}
	m, err := wasm.Decode(counting)
	if err != nil {
		t.Fatal(err)
	}
	x, _ := m.Export(name)
	if name != "genalloc.ink''" || x.Kind != wasm.KindGlobal || x.Index != 2 {
		t.Errorf("counted in %q, %+v", name, x)
	}
}

// TestInkDropsCustoms: a name section would still be right, but what speaks of
// code offsets would not, and nobody can tell them all apart.
func TestInkDropsCustoms(t *testing.T) {
	counting, _, err := Ink(assemble(t, `(module (func $named) (@custom "sourceMappingURL" "x"))`))
	if err != nil {
		t.Fatal(err)
	}
	m, err := wasm.Decode(counting)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Customs) != 0 {
		t.Errorf("custom sections are left: %q", m.Customs)
	}
}
