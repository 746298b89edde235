// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"testing"

	"github.com/genalloc/genalloc/internal/engine"
)

// header is the cost of entering one basic block, as the price table has it.
const header = 2450

// TestInkByHand: small functions and their ink, summed up by hand, a line a
// basic block.
func TestInkByHand(t *testing.T) {
	for _, tt := range []struct {
		name string
		wat  string // a module whose function "f" is called
		args []uint64
		want uint64
	}{
		{"an empty function is its end", `(func (export "f"))`, nil,
			header + 1},
		{"nop and block do not end a block", `(func (export "f") nop (block nop))`, nil,
			header + 1 + 1 + 1 + 1 + // nop block nop end
				header + 1}, // end
		{"loop ends one", `(func (export "f") (loop nop))`, nil,
			header + 1 + // loop
				header + 1 + 1 + // nop end
				header + 1}, // end
		{"a block that is jumped out of", `(func (export "f") (block (br 0) nop))`, nil,
			header + 1 + 765 + // block br
				0 + // nop end
				header + 1}, // end
		{"br_if not taken", `(func (export "f") (param i32) (block (br_if 0 (local.get 0)) nop))`, []uint64{0},
			header + 1 + 75 + 765 + // block local.get br_if
				header + 1 + 1 + // nop end
				header + 1}, // end
		{"br_if taken", `(func (export "f") (param i32) (block (br_if 0 (local.get 0)) nop))`, []uint64{1},
			header + 1 + 75 + 765 +
				header + 1},
		{"return", `(func (export "f") return nop)`, nil,
			header + 1},
		{"if taken", `(func (export "f") (param i32) (if (local.get 0) (then nop)))`, []uint64{1},
			header + 75 + 765 + // local.get if
				header + 1 + 1 + // nop end
				header + 1}, // end
		{"if not taken", `(func (export "f") (param i32) (if (local.get 0) (then nop)))`, []uint64{0},
			header + 75 + 765 +
				header + 1},
		{"then ends with its else", `(func (export "f") (param i32) (if (local.get 0) (then nop) (else nop nop)))`, []uint64{1},
			header + 75 + 765 +
				header + 1 + 1 + // nop else
				header + 1},
		{"else ends with the end", `(func (export "f") (param i32) (if (local.get 0) (then nop) (else nop nop)))`, []uint64{0},
			header + 75 + 765 +
				header + 1 + 1 + 1 + // nop nop end
				header + 1},
		{"loop of three rounds", `(func (export "f") (param i32)
			(loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))`, []uint64{3},
			header + 1 + // loop
				3*(header+75+1+70+75+765) + // local.get i32.const i32.sub local.tee br_if
				header + 1 + // end
				header + 1}, // end
		{"br_table of two and a default", `(func (export "f") (param i32) (block (block (br_table 0 1 0 (local.get 0)))))`, []uint64{1},
			header + 1 + 1 + 75 + 2400 + 2*325 + // block block local.get br_table
				header + 1}, // end
		{"br_table of a default alone", `(func (export "f") (param i32) (block (br_table 0 (local.get 0))))`, []uint64{1},
			header + 1 + 75 + 2400 +
				header + 1},
		{"call", `(func (export "f") (call 1)) (func nop)`, nil,
			header + 3800 + // call
				header + 1 + 1 + // nop end
				header + 1}, // end
		{"call_indirect without parameters", `(table funcref (elem 1)) (func (export "f") (call_indirect (i32.const 0))) (func)`, nil,
			header + 1 + 13610 + // i32.const call_indirect
				header + 1 +
				header + 1},
		{"call_indirect with two parameters", `(table funcref (elem 1)) (func (export "f")
			(call_indirect (param i64 i32) (i64.const 0) (i32.const 0) (i32.const 0))) (func (param i64 i32))`, nil,
			header + 3*1 + 13610 + 2*650 +
				header + 1 +
				header + 1},
		{"a call of the host is the call", `(import "env" "h" (func)) (func (export "f") (call 0))`, nil,
			header + 3800 +
				header + 1},
		{"memory.fill by the byte", `(memory 1) (func (export "f") (param i32)
			(memory.fill (i32.const 0) (i32.const 0) (local.get 0)))`, []uint64{1000},
			header + 1 + 1 + 75 + 950 + 1 + 1000*100},
		{"memory.fill of nothing", `(memory 1) (func (export "f") (param i32)
			(memory.fill (i32.const 0) (i32.const 0) (local.get 0)))`, []uint64{0},
			header + 1 + 1 + 75 + 950 + 1},
		{"memory.copy by the byte", `(memory 1) (func (export "f") (param i32)
			(memory.copy (i32.const 0) (i32.const 7) (local.get 0)))`, []uint64{33},
			header + 1 + 1 + 75 + 950 + 1 + 33*100},
		{"pages are not paid for", `(memory 1) (func (export "f") (param i32) (result i32)
			(memory.grow (local.get 0)))`, []uint64{100},
			header + 75 + 8050 + 1},
		{"dead code is paid for with what it follows", `(func (export "f") (result i32) (block) i32.const 1 (return) drop drop nop)`, nil,
			header + 1 + 1 + // block end
				header + 1 + 1}, // i32.const return
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMeter(t, "(module "+tt.wat+")", Config{Host: hostNop})
			for range 2 { // the second call must not see the first
				_, got, err := m.Call("f", tt.args...)
				if err != nil {
					t.Fatal(err)
				}
				if got.Ink != tt.want {
					t.Errorf("got %d ink, want %d", got.Ink, tt.want)
				}
			}
		})
	}
}

// hostNop supplies a function env.h that does nothing.
func hostNop(s engine.Store) (engine.Imports, error) {
	env, err := s.Host(map[string]engine.Func{"h": {
		Call: func([]uint64) ([]uint64, error) { return nil, nil },
	}})
	return engine.Imports{"env": env}, err
}
