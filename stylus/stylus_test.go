// SPDX-License-Identifier: MIT OR Apache-2.0

package stylus_test

import (
	"strings"
	"testing"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/stylus"
	"github.com/genalloc/genalloc/wasm"
)

// entry is a contract's function, memory a memory that never grows, and pay what
// one that grows needs.
const (
	entry  = `(func (export "user_entrypoint") (param i32) (result i32) (i32.const 0))`
	memory = `(memory (export "memory") 1 1)`
	pay    = `(import "vm_hooks" "pay_for_memory_grow" (func (param i32)))`
)

func TestCheck(t *testing.T) {
	for _, tt := range []struct{ name, fields, want string }{
		{"smallest", entry + memory, ""},
		{"grows", pay + entry + `(memory (export "memory") 1)`, ""},
		{"largest", pay + entry + `(memory (export "memory") 1 128)`, ""},
		{"other exports", entry + memory + `(func (export "alloc"))`, ""},
		{"copy and fill", entry + memory + `(func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)) (memory.copy (i32.const 0) (i32.const 0) (i32.const 0)))`, ""},
		{"data", entry + memory + `(data (i32.const 8) "x") (global (mut i64) (i64.const 1))`, ""},

		{"no entrypoint", memory, `export "user_entrypoint"`},
		{"entrypoint of another type", memory + `(func (export "user_entrypoint"))`, `export "user_entrypoint": type`},
		{"entrypoint that is none", memory + `(global (export "user_entrypoint") i32 (i32.const 0))`, `export "user_entrypoint"`},
		{"no memory", entry, "memory: 0 defined and 0 imported"},
		{"imported memory", `(import "vm_hooks" "memory" (memory 1 1))` + entry, "memory: 0 defined and 1 imported"},
		{"two memories", entry + memory + `(memory 1)`, "memory: 2 defined"},
		{"64-bit memory", entry + `(memory (export "memory") i64 1 1)`, "64-bit and shared"},
		{"shared memory", entry + `(memory (export "memory") 1 1 shared)`, "64-bit and shared"},
		{"too much at the start", entry + `(memory (export "memory") 129 129)`, "more than 128 pages"},
		{"too much at most", pay + entry + `(memory (export "memory") 1 129)`, "more than 128 pages"},
		{"memory under another name", entry + `(memory (export "mem") 1 1)`, `not exported as "memory"`},
		{"growth is not paid for", entry + `(memory (export "memory") 1 2)`, "pay_for_memory_grow is not imported"},
		{"other host", `(import "env" "f" (func))` + entry + memory, `import "env" "f"`},
		{"imported global", `(import "vm_hooks" "g" (global i32))` + entry + memory, `import "vm_hooks" "g"`},
		{"growth is paid for in another type", `(import "vm_hooks" "pay_for_memory_grow" (func (param i64)))` + entry + memory, "pay_for_memory_grow\": type"},
		{"reserved export", entry + memory + `(func (export "a__stylus_x"))`, `"a__stylus_x": names with "stylus" are reserved`},
		{"reserved import", `(import "vm_hooks" "stylus_x" (func))` + entry + memory, `import "stylus_x": names with "stylus"`},
		{"export of an import's name", `(import "vm_hooks" "f" (func))` + entry + memory + `(func (export "vm_hooks__f"))`, `import "f": an export has the same name`},
		{"import of two types", `(import "vm_hooks" "f" (func)) (import "vm_hooks" "f" (func (param i32)))` + entry + memory, `import "f": of type`},
		{"import twice", `(import "vm_hooks" "f" (func)) (import "vm_hooks" "f" (func))` + entry + memory, ""},
		{"many data segments", entry + memory + strings.Repeat(`(data (i32.const 8) "x")`, 129), "129 data segments: 128 at most"},
		{"many functions", entry + memory + strings.Repeat(`(func)`, 4096), "4097 functions: 4096 at most"},
		{"many imports", strings.Repeat(`(import "vm_hooks" "f" (func))`, 514) + entry + memory, "514 imports: 513 at most"},
		{"large table", entry + memory + `(table 4097 funcref)`, "4097 table entries: 4096 at most"},
		{"many locals", entry + memory + `(func (local ` + strings.Repeat("i32 ", 349) + `))`, "func[1]: 349 locals: 348 at most"},
		{"most locals", entry + memory + `(func (param i32) (local ` + strings.Repeat("i32 ", 348) + `))`, ""},
		{"many instructions", entry + memory + `(func ` + strings.Repeat("nop ", 65536) + `)`, "func[1]: 65537 instructions: 65536 at most"},
		{"start", entry + memory + `(func $f) (start $f)`, "start section"},
		{"floats in a type", entry + memory + `(func (param f32))`, "type[1]: f32"},
		{"floats in the code", entry + memory + `(func (drop (f64.const 0)))`, "func[1] offset 0x"},
		{"extended constant", entry + memory + `(global i32 (i32.add (i32.const 1) (i32.const 2)))`, "global[0]: "},
		{"global.get in a constant", entry + memory + `(global $a i32 (i32.const 1)) (global i32 (global.get $a))`, "global[1]: "},
		{"passive data", entry + memory + `(data "x")`, "data[0]: a passive segment"},
		{"memory.init", entry + memory + `(func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 0))) (data $d (i32.const 0) "x")`, "memory.init is not allowed"},
		{"tail call", entry + memory + `(func $f (return_call $f))`, "return_call is not allowed"},
		{"atomics", entry + memory + `(func (drop (i32.atomic.load (i32.const 0))))`, "i32.atomic.load is not allowed"},
		{"references", entry + memory + `(func (drop (ref.is_null (ref.null func))))`, "is not allowed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			module, err := wasmtime.Wat2Wasm("(module " + tt.fields + ")")
			if err != nil {
				t.Fatal(err)
			}
			switch err := stylus.Check(module); {
			case tt.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// TestCheckDataCount: assemblers write the section only where an instruction needs it.
func TestCheckDataCount(t *testing.T) {
	module, err := wasmtime.Wat2Wasm("(module " + entry + memory + ")")
	if err != nil {
		t.Fatal(err)
	}
	m, err := wasm.Decode(module)
	if err != nil {
		t.Fatal(err)
	}
	m.DataCount = new(uint32)
	if module, err = m.Encode(); err != nil {
		t.Fatal(err)
	}
	if err := stylus.Check(module); err == nil || !strings.Contains(err.Error(), "data count section") {
		t.Errorf("error %v, want the data count section", err)
	}
}

func TestCheckNoModule(t *testing.T) {
	if err := stylus.Check([]byte("no module")); err == nil {
		t.Error("what is no module passes")
	}
}

// TestPageGas compares with entries of Nitro's table, which has 1 for no page.
func TestPageGas(t *testing.T) {
	for pages, entry := range map[uint64]uint64{
		3: 1, 5: 1, 6: 2, 10: 3, 20: 14, 27: 38, 47: 569, 63: 4932, 90: 188_735, 102: 953_456, 127: 27_849_408, 128: 31_873_999,
	} {
		if got, want := stylus.PageGas(pages), (pages-2)*1000+entry-1; got != want {
			t.Errorf("%d pages: got %d gas, want %d", pages, got, want)
		}
	}
	if got := stylus.PageGas(2); got != 0 {
		t.Errorf("2 pages: got %d gas, want none", got)
	}
}
