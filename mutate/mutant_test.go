// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"slices"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/wasm"
)

// sample returns a module whose function 0 has the body. It has the type of
// function 1, locals 0 and 1 are i32, local 2 is i64, globals 0 and 1 are
// mutable, global 2 is not.
func sample(body ...wasm.Instr) *wasm.Module {
	i32 := wasm.GlobalType{Type: wasm.I32}
	mut := wasm.GlobalType{Type: wasm.I32, Mutable: true}
	global := func(t wasm.GlobalType) wasm.Global {
		return wasm.Global{Type: t, Init: []wasm.Instr{wasm.I32Const(7), wasm.End()}}
	}
	typ := wasm.FuncType{Params: []wasm.ValType{wasm.I32, wasm.I32}, Results: []wasm.ValType{wasm.I32}}
	return &wasm.Module{
		Types:    []wasm.FuncType{typ, {}},
		Memories: []wasm.Limits{{Min: 1}},
		Globals:  []wasm.Global{global(mut), global(mut), global(i32)},
		Funcs: []wasm.Func{
			{Locals: []wasm.Local{{Count: 1, Type: wasm.I64}}, Body: append(body, wasm.End())},
			{Body: []wasm.Instr{wasm.I32Const(0), wasm.End()}},
			{Type: 1, Body: []wasm.Instr{wasm.End()}},
		},
	}
}

func op(op wasm.Opcode, index ...uint32) wasm.Instr {
	in := wasm.Instr{Op: op}
	if len(index) > 0 {
		in.Index = index[0]
	}
	return in
}

// TestMutants lists every mutant of one instruction. The words between kinds are
// what stands in its place.
func TestMutants(t *testing.T) {
	empty := wasm.Instr{Op: wasm.OpBlock, Block: wasm.BlockEmpty}
	load := wasm.Instr{Op: wasm.OpI32Load8U, Mem: wasm.MemArg{Offset: 4}}
	tests := []struct {
		name string
		body []wasm.Instr
		at   int
		want string
	}{
		{"subtraction", []wasm.Instr{op(wasm.OpI32Sub)}, 0, `
operator i32.add
operator i32.mul
operator i32.div_s
operator i32.div_u
operator i32.rem_s
operator i32.rem_u
operator i32.and
operator i32.or
operator i32.xor
operator i32.shl
operator i32.shr_s
operator i32.shr_u
operator i32.rotl
operator i32.rotr
dropped drop
dropped local.set 3; drop; local.get 3
doubled local.set 3; local.get 3; i32.sub; local.get 3; i32.sub
swapped local.set 4; local.set 3; local.get 4; local.get 3; i32.sub`},
		{"what commutes is not swapped, what is idempotent not doubled", []wasm.Instr{op(wasm.OpI64And)}, 0, `
operator i64.add
operator i64.sub
operator i64.mul
operator i64.div_s
operator i64.div_u
operator i64.rem_s
operator i64.rem_u
operator i64.or
operator i64.xor
operator i64.shl
operator i64.shr_s
operator i64.shr_u
operator i64.rotl
operator i64.rotr
dropped drop
dropped local.set 3; drop; local.get 3`},
		{"comparison", []wasm.Instr{op(wasm.OpI32LtU)}, 0, `
operator i32.eq
operator i32.ne
operator i32.lt_s
operator i32.gt_s
operator i32.gt_u
operator i32.le_s
operator i32.le_u
operator i32.ge_s
operator i32.ge_u
dropped drop
dropped local.set 3; drop; local.get 3`},
		{"comparison of another type", []wasm.Instr{op(wasm.OpI64Eq)}, 0, `
operator i64.ne
operator i64.lt_s
operator i64.lt_u
operator i64.gt_s
operator i64.gt_u
operator i64.le_s
operator i64.le_u
operator i64.ge_s
operator i64.ge_u
dropped drop; drop; i32.const 0`},
		{"unary", []wasm.Instr{op(wasm.OpI32Clz)}, 0, `
operator i32.eqz
operator i32.ctz
operator i32.popcnt
operator i32.extend8_s
operator i32.extend16_s
dropped nop
doubled i32.clz; i32.clz`},
		{"widening", []wasm.Instr{op(wasm.OpI64ExtendI32U)}, 0, `
operator i64.extend_i32_s
dropped drop; i64.const 0`},
		{"narrowing", []wasm.Instr{op(wasm.OpI32WrapI64)}, 0, `
operator i64.eqz
dropped drop; i32.const 0`},
		{"constant", []wasm.Instr{wasm.I32Const(16)}, 0, `
constant i32.const 17
constant i32.const 15
constant i32.const -16
constant i32.const 0`},
		{"constant that wraps", []wasm.Instr{wasm.I32Const(-1 << 31)}, 0, `
constant i32.const -2147483647
constant i32.const 2147483647
constant i32.const 0`},
		{"count of a shift", []wasm.Instr{wasm.I32Const(16), op(wasm.OpI32Shl)}, 0, `
constant i32.const 17
constant i32.const 15
constant i32.const 0`},
		{"one", []wasm.Instr{wasm.I64Const(1)}, 0, `
constant i64.const 2
constant i64.const 0
constant i64.const -1`},
		{"local.get", []wasm.Instr{op(wasm.OpLocalGet, 1)}, 0, `
index local.get 0
dropped i32.const 0`},
		{"local.get of the only one of its type", []wasm.Instr{op(wasm.OpLocalGet, 2)}, 0, `
dropped i64.const 0`},
		{"local.set", []wasm.Instr{op(wasm.OpLocalSet, 1)}, 0, `
index local.set 0
dropped drop`},
		{"local.tee", []wasm.Instr{op(wasm.OpLocalTee, 0)}, 0, `
index local.tee 1
dropped nop`},
		{"global.get", []wasm.Instr{op(wasm.OpGlobalGet, 1)}, 0, `
index global.get 0
index global.get 2
dropped i32.const 0`},
		{"call", []wasm.Instr{op(wasm.OpCall, 0)}, 0, `
index call 1
dropped drop; drop; i32.const 0
doubled local.set 4; local.set 3; local.get 3; local.get 4; call 0; drop; local.get 3; local.get 4; call 0
swapped local.set 4; local.set 3; local.get 4; local.get 3; call 0`},
		{"memory.grow", []wasm.Instr{op(wasm.OpMemoryGrow)}, 0, `
dropped nop
doubled local.set 3; local.get 3; memory.grow; drop; local.get 3; memory.grow`},
		{"memory.size", []wasm.Instr{op(wasm.OpMemorySize)}, 0, `
dropped i32.const 0`},
		{"memory.copy", []wasm.Instr{op(wasm.OpMemoryCopy)}, 0, `
operator memory.fill
dropped drop; drop; drop
swapped local.set 5; local.set 4; local.set 3; local.get 4; local.get 3; local.get 5; memory.copy
swapped local.set 4; local.set 3; local.get 4; local.get 3; memory.copy`},
		{"load", []wasm.Instr{load}, 0, `
operator i32.load offset=4 align=1
operator i32.load8_s offset=4
operator i32.load16_s offset=4 align=1
operator i32.load16_u offset=4 align=1
constant i32.load8_u offset=5
constant i32.load8_u
dropped nop`},
		{"store", []wasm.Instr{{Op: wasm.OpI32Store8}}, 0, `
operator i32.store align=1
operator i32.store16 align=1
constant i32.store8 offset=1
dropped drop; drop
swapped local.set 4; local.set 3; local.get 4; local.get 3; i32.store8`},
		{"branch", []wasm.Instr{empty, op(wasm.OpBrIf, 0), wasm.End()}, 1, `
index br_if 1
dropped drop
flipped i32.eqz; br_if 0`},
		{"block", []wasm.Instr{empty, wasm.End()}, 0, `
operator loop`},
		{"if", []wasm.Instr{{Op: wasm.OpIf, Block: wasm.BlockEmpty}, wasm.End()}, 0, `
dropped drop; block
flipped i32.eqz; if`},
		{"select", []wasm.Instr{op(wasm.OpSelect)}, 0, `
dropped drop; drop
dropped drop; local.set 3; drop; local.get 3
flipped i32.eqz; select`},
		{"return", []wasm.Instr{op(wasm.OpReturn)}, 0, `
dropped nop
dropped drop`},
		{"end", nil, 0, ``},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, mu := range Mutants(sample(tt.body...)) {
				if mu.Func == 0 && mu.Instr == tt.at {
					got = append(got, string(mu.Kind)+" "+Text(mu.After))
				}
			}
			if got, want := strings.Join(got, "\n"), strings.TrimSpace(tt.want); got != want {
				t.Errorf("mutants:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// TestApply looks at the bytes: a mutant differs from the original, and the
// original is not touched.
func TestApply(t *testing.T) {
	m := sample(op(wasm.OpLocalGet, 0), op(wasm.OpLocalGet, 1), op(wasm.OpI32Sub))
	before, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]Mutant{string(before): {}}
	mutants := Mutants(m)
	for _, mu := range mutants {
		b, err := mu.Apply(m).Encode()
		if err != nil {
			t.Errorf("%s: %v", mu.key(m), err)
			continue
		}
		if other, ok := seen[string(b)]; ok {
			t.Errorf("%s is the same as %s", mu.key(m), other.key(m))
		}
		seen[string(b)] = mu
	}
	if after, err := m.Encode(); err != nil || !slices.Equal(before, after) {
		t.Errorf("the original changed (%v)", err)
	}
}

// TestPlace looks at the function, instruction and offset of each mutant.
func TestPlace(t *testing.T) {
	b, err := sample(op(wasm.OpLocalGet, 0), op(wasm.OpI32Eqz)).Encode()
	if err != nil {
		t.Fatal(err)
	}
	m, err := wasm.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	globals := 0
	for _, mu := range Mutants(m) {
		if mu.Func < 0 {
			globals++
			if got := m.Globals[mu.Global].Init[mu.Instr]; got.String() != "i32.const 7" {
				t.Errorf("global[%d]: %s", mu.Global, got)
			}
			continue
		}
		if got := m.Funcs[mu.Func].Body[mu.Instr]; got.Offset != mu.Offset || got.String() != mu.Before.String() {
			t.Errorf("func[%d] instruction %d at %#x: %s, want %s at %#x", mu.Func, mu.Instr, mu.Offset, mu.Before, got, got.Offset)
		}
		if wasm.Opcode(b[mu.Offset]) != mu.Before.Op {
			t.Errorf("offset %#x: %#x, want %s", mu.Offset, b[mu.Offset], mu.Before)
		}
	}
	if want := 3 * 4; globals != want {
		t.Errorf("%d mutants of initialisers, want %d", globals, want)
	}
}

// TestKeys says which of several alike places is meant.
func TestKeys(t *testing.T) {
	get := op(wasm.OpLocalGet, 0)
	m := sample(get, get, get, get, get, get, get, get)
	keys := keysOf(m, Mutants(m))
	for i, want := range []string{
		"func[0]: {local.get 0 -> local.get 1}; local.get 0; local.get 0; local.get 0",
		"func[0]: local.get 0; {local.get 0 -> local.get 1}; local.get 0; local.get 0; local.get 0",
		"func[0]: local.get 0; local.get 0; local.get 0; {local.get 0 -> local.get 1}; local.get 0; local.get 0; local.get 0 (2)",
	} {
		if !slices.Contains(keys, want) {
			t.Errorf("key %d missing: %s", i, want)
		}
	}
	slices.Sort(keys)
	if n := len(keys); len(slices.Compact(keys)) != n {
		t.Error("two mutants have one key")
	}
}
