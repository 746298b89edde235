// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/wasm"
)

// TestInkIsThePath is the property that the meter stands on: the ink counted by
// the instrumented module is the ink of the instructions that an interpreter
// walks through. The programs are random: every kind of control, a few
// instructions of each price, bulk memory, calls.
func TestInkIsThePath(t *testing.T) {
	branches := 0
	rapid.Check(t, func(t *rapid.T) {
		m := randomModule(t)
		b, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		meter, err := New(b, Config{})
		if err != nil {
			t.Fatalf("%v\n%s", err, wasm.BodyText(m.Funcs[len(m.Funcs)-1].Body, "  "))
		}
		counted := startCounted(t, b)
		v := newMachine(m)
		for range 3 {
			args := []uint64{uint64(rapid.Uint32().Draw(t, "x")), uint64(rapid.Uint32Range(0, 9).Draw(t, "y"))}
			before, _ := v.ink()
			steps := v.steps()
			v.stack = slices.Clone(args)
			v.call(uint32(len(m.Funcs) - 1))
			after, err := v.ink()
			if err != nil {
				t.Fatal(err)
			}
			results, got, err := meter.Call("f", args...)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(results, v.stack) {
				t.Fatalf("the interpreter returns %d, the engine %d", v.stack, results)
			}
			if want := v.steps() - steps; got.Instructions != want {
				t.Fatalf("%d instructions counted, %d walked", got.Instructions, want)
			}
			if got.Ink != after-before {
				t.Fatalf("instrumented %d, walked %d\n%s", got.Ink, after-before, wasm.BodyText(m.Funcs[len(m.Funcs)-1].Body, "  "))
			}
			if fuel, ink, gas := counted(args); fuel != got.Fuel || ink != got.Ink || gas < 115*got.Instructions {
				t.Fatalf("counted at once %d fuel, %d ink, %d gas; metered %+v\n%s", fuel, ink, gas, got, wasm.BodyText(m.Funcs[len(m.Funcs)-1].Body, "  "))
			}
		}
		for _, f := range m.Funcs {
			for _, in := range f.Body {
				if in.Op == wasm.OpBrTable || in.Op == wasm.OpCallIndirect || in.Op == wasm.OpMemoryFill {
					branches++
				}
			}
		}
	})
	if branches == 0 {
		t.Error("the programs were too plain to show anything")
	}
}

// startCounted instantiates what Count makes, and returns a function that calls f and
// returns how much each counter rose.
func startCounted(t *rapid.T, module []byte) func(args []uint64) (fuel, ink, gas uint64) {
	file, names, err := Count(module)
	if err != nil {
		t.Fatal(err)
	}
	store := engine.Default().NewStore()
	in, err := engine.Instantiate(store, file, nil)
	if err != nil {
		t.Fatal(err)
	}
	return func(args []uint64) (fuel, ink, gas uint64) {
		read := func(sign uint64) {
			fuel += sign * in.Global(names.Fuel).Get()
			ink += sign * in.Global(names.Ink).Get()
			gas += sign * in.Global(names.CosmWasm).Get()
		}
		read(^uint64(0))
		if _, err := in.Call("f", args...); err != nil {
			t.Fatal(err)
		}
		read(1)
		return fuel, ink, gas
	}
}

// program draws a body. It keeps to i32 on the stack between statements, plus
// i64 inside of expressions, and to loops that count down a local of their own.
type program struct {
	t      *rapid.T
	body   []wasm.Instr
	loops  uint32 // locals taken as counters
	callee uint32 // functions below this index may be called
}

const (
	paramCount = 2
	localCount = 8
)

// randomModule draws three functions of type [i32 i32] -> [i32], each of which
// may call those before it.
func randomModule(t *rapid.T) *wasm.Module {
	const two = 2 * wasm.PageSize
	m := &wasm.Module{
		Types:    []wasm.FuncType{{Params: []wasm.ValType{wasm.I32, wasm.I32}, Results: []wasm.ValType{wasm.I32}}},
		Tables:   []wasm.Table{{Elem: wasm.FuncRef, Limits: wasm.Limits{Min: 2}}},
		Memories: []wasm.Limits{{Min: 2, Max: 5, HasMax: true}},
		Globals:  []wasm.Global{variable(wasm.I32, wasm.I32Const(two/2))},
		Exports:  []wasm.Export{{Name: "f", Index: 2}},
		Elements: []wasm.Element{{Offset: []wasm.Instr{wasm.I32Const(0), wasm.End()}, Funcs: []uint32{0, 1}}},
	}
	for i := range uint32(3) {
		p := &program{t: t, callee: i}
		p.statements(3)
		p.value(2)
		p.emit(wasm.End())
		m.Funcs = append(m.Funcs, wasm.Func{Locals: []wasm.Local{{Count: localCount, Type: wasm.I32}}, Body: p.body})
	}
	return m
}

func (p *program) emit(list ...wasm.Instr) { p.body = append(p.body, list...) }
func (p *program) op(op wasm.Opcode, index ...uint32) {
	in := wasm.Instr{Op: op, Block: wasm.BlockEmpty}
	if op.Info().Imm != wasm.ImmBlock {
		in.Block = 0
	}
	if len(index) > 0 {
		in.Index = index[0]
	}
	p.emit(in)
}
func (p *program) pick(n int) int { return rapid.IntRange(0, n-1).Draw(p.t, "pick") }

// local is a local that no loop counts with.
func (p *program) local() uint32 { return uint32(p.pick(paramCount + localCount/2)) }

func (p *program) statements(deep int) {
	for range 1 + p.pick(3) {
		p.statement(deep)
	}
}

func (p *program) statement(deep int) {
	kinds := 7
	if deep > 0 {
		kinds = 13
	}
	switch p.pick(kinds) {
	case 0:
		p.op(wasm.OpNop)
	case 1:
		p.value(2)
		p.op(wasm.OpLocalSet, p.local())
	case 2:
		p.value(2)
		p.op(wasm.OpGlobalSet, 0)
	case 3:
		p.address()
		p.value(1)
		p.emit(wasm.Instr{Op: wasm.OpI32Store, Mem: wasm.MemArg{Align: 2, Offset: 8}})
	case 4:
		p.address()
		p.value(1)
		p.length()
		p.op(wasm.OpMemoryFill)
	case 5:
		p.address()
		p.address()
		p.length()
		p.op(wasm.OpMemoryCopy)
	case 6:
		p.value(2)
		p.op(wasm.OpDrop)
	case 7:
		p.op(wasm.OpBlock)
		p.statements(deep - 1)
		p.op(wasm.OpEnd)
	case 8:
		p.value(1)
		p.op(wasm.OpIf)
		p.statements(deep - 1)
		if p.pick(2) == 0 {
			p.op(wasm.OpElse)
			p.statements(deep - 1)
		}
		p.op(wasm.OpEnd)
	case 9:
		p.loop(deep)
	case 10:
		p.op(wasm.OpBlock)
		p.statements(deep - 1)
		p.value(1)
		p.op(wasm.OpBrIf, 0)
		p.statements(deep - 1)
		p.op(wasm.OpEnd)
	case 11:
		p.switchOver(deep)
	case 12:
		p.value(1)
		p.op(wasm.OpIf)
		p.statements(deep - 1)
		p.value(1)
		p.op(wasm.OpReturn)
		p.op(wasm.OpNop) // dead
		p.op(wasm.OpEnd)
	}
}

// loop goes round one to three times.
func (p *program) loop(deep int) {
	if p.loops == localCount/2 {
		p.op(wasm.OpNop)
		return
	}
	counter := uint32(paramCount+localCount-1) - p.loops
	p.loops++
	p.emit(wasm.I32Const(int32(1 + p.pick(3))))
	p.op(wasm.OpLocalSet, counter)
	p.op(wasm.OpLoop)
	p.statements(deep - 1)
	p.op(wasm.OpLocalGet, counter)
	p.emit(wasm.I32Const(1))
	p.op(wasm.OpI32Sub)
	p.op(wasm.OpLocalTee, counter)
	p.op(wasm.OpBrIf, 0)
	p.op(wasm.OpEnd)
}

// switchOver is two blocks with a br_table to either.
func (p *program) switchOver(deep int) {
	p.op(wasm.OpBlock)
	p.op(wasm.OpBlock)
	p.value(1)
	p.emit(wasm.I32Const(3))
	p.op(wasm.OpI32And)
	p.emit(wasm.Instr{Op: wasm.OpBrTable, Labels: []uint32{0, 1, 0}[:p.pick(4)], Index: 1})
	p.op(wasm.OpEnd)
	p.statements(deep - 1)
	if p.pick(2) == 0 {
		p.op(wasm.OpBr, 0)
	}
	p.op(wasm.OpEnd)
}

// address leaves one with 64 KiB of memory behind it.
func (p *program) address() {
	p.value(1)
	p.emit(wasm.I32Const(0xffc))
	p.op(wasm.OpI32And)
}

func (p *program) length() {
	p.value(1)
	p.emit(wasm.I32Const(0x1ff))
	p.op(wasm.OpI32And)
}

var (
	binary32 = []wasm.Opcode{wasm.OpI32Add, wasm.OpI32Sub, wasm.OpI32Mul, wasm.OpI32And, wasm.OpI32Or, wasm.OpI32Shl,
		wasm.OpI32ShrU, wasm.OpI32Rotl, wasm.OpI32Eq, wasm.OpI32LtU, wasm.OpI32GtS}
	binary64 = []wasm.Opcode{wasm.OpI64Add, wasm.OpI64Sub, wasm.OpI64Mul, wasm.OpI64Xor, wasm.OpI64ShrS}
	to32     = []wasm.Opcode{wasm.OpI32WrapI64, wasm.OpI64Eqz}
)

// value leaves an i32.
func (p *program) value(deep int) {
	kinds := 4
	if deep > 0 {
		kinds = 12
	}
	switch p.pick(kinds) {
	case 0:
		p.emit(wasm.I32Const(rapid.Int32().Draw(p.t, "const")))
	case 1:
		p.op(wasm.OpLocalGet, p.local())
	case 2:
		p.op(wasm.OpGlobalGet, 0)
	case 3:
		p.op(wasm.OpMemorySize)
	case 4, 5:
		p.value(deep - 1)
		p.value(deep - 1)
		p.op(binary32[p.pick(len(binary32))])
	case 6:
		p.long(deep - 1)
		p.long(deep - 1)
		p.op(binary64[p.pick(len(binary64))])
		p.op(to32[p.pick(len(to32))])
	case 7:
		p.value(deep - 1)
		p.value(deep - 1)
		p.value(deep - 1)
		p.op(wasm.OpSelect)
	case 8:
		p.address()
		p.emit(wasm.Instr{Op: wasm.OpI32Load, Mem: wasm.MemArg{Align: 2, Offset: 4}})
	case 9:
		p.value(deep - 1)
		p.emit(wasm.I32Const(1))
		p.op(wasm.OpI32And)
		p.op(wasm.OpMemoryGrow)
	case 10:
		p.call(deep)
	case 11:
		p.value(deep - 1)
		p.op(wasm.OpLocalTee, p.local())
	}
}

func (p *program) call(deep int) {
	p.value(deep - 1)
	p.value(deep - 1)
	switch {
	case p.callee == 0:
		p.op(wasm.OpI32Add)
	case p.callee == 2 && p.pick(2) == 0:
		p.value(0)
		p.emit(wasm.I32Const(1))
		p.op(wasm.OpI32And)
		p.op(wasm.OpCallIndirect, 0)
	default:
		p.op(wasm.OpCall, uint32(p.pick(int(p.callee))))
	}
}

// long leaves an i64.
func (p *program) long(deep int) {
	p.value(deep)
	p.op(wasm.OpI64ExtendI32U)
	if p.pick(2) == 0 {
		p.emit(wasm.I64Const(rapid.Int64().Draw(p.t, "long")))
		p.op(wasm.OpI64Xor)
	}
}
