// SPDX-License-Identifier: MIT OR Apache-2.0

package validate_test

import (
	"context"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/validate"
)

// judgeEach judges what is emitted for the texts, under each strategy that takes them.
func judgeEach(t *testing.T, texts ...string) {
	for _, text := range texts {
		judged := 0
		for _, row := range contract.Strategies {
			c, err := contract.Parse(text + " --strategy=" + string(row.Name))
			if err != nil || !row.Generated {
				continue
			}
			judged++
			t.Run(c.String(), func(t *testing.T) {
				module, err := emitter.Emit(c)
				if err != nil {
					t.Fatal(err)
				}
				report, err := validate.Run(context.Background(), module, c, validate.Options{Seed: 1})
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range report.Failures() {
					t.Errorf("%s: %v\n%v", r.Check, r.Failure, r.Failure.Script)
				}
			})
		}
		if judged == 0 {
			t.Errorf("%s: no strategy takes it", text)
		}
	}
}

func TestOnGrow(t *testing.T) {
	judgeEach(t,
		"--on-grow=env.grown",
		"--on-grow=env.grown --optimize=gas --target=mvp",
		"--on-grow=env.grown --optimize=size --oom=trap",
		"--on-grow=env.grown --memory=import --heap-base=import:env.__heap_base --grow=double",
		"--on-grow=env.grown --heap-base=import:env.__heap_base --dirty",
		"--on-grow=env.grown --heap-base=linker --grow=chunk=3",
		"--on-grow=env.grown --abi=c",
		"--on-grow=env.grown --abi=c --heap-base=linker --optimize=size",
		"--on-grow=env.grown --abi=cabi,wasm-bindgen",
		"--on-grow=env.grown --abi=cosmwasm --target=mvp",
		"--on-grow=env.grown --abi=proxy-wasm",
		"--on-grow=env.grown --abi=core,arena --grow=chunk=4",
		"--on-grow=env.grown --abi=c,arena",
	)
}

func TestStats(t *testing.T) {
	judgeEach(t,
		"--stats",
		"--stats --optimize=gas --target=mvp --on-grow=env.grown",
		"--stats --optimize=size --oom=trap",
		"--stats --memory=import --heap-base=import:env.__heap_base --grow=double",
		"--stats --heap-base=import:env.__heap_base --dirty --grow=never --initial-pages=9",
		"--stats --heap-base=linker --grow=chunk=3",
		"--stats --fixed-align=16 --functions=-alloc_zeroed",
		"--stats --min-align=131072",
		"--stats --abi=c",
		"--stats --abi=c --oom=trap --optimize=size",
		"--stats --abi=c --functions=calloc,posix_memalign,free,malloc_usable_size",
		"--stats --abi=c --heap-base=linker",
		"--stats --abi=cabi,wasm-bindgen",
		"--stats --abi=cosmwasm --target=cosmwasm",
		"--stats --abi=proxy-wasm",
		"--stats --abi=core,cabi --functions=-alloc_zeroed",
	)
}

func TestDebug(t *testing.T) {
	judgeEach(t,
		"--debug=call",
		"--debug",
		"--debug=call --optimize=gas --target=mvp --on-grow=env.grown",
		"--debug=call --optimize=size --oom=trap --stats",
		"--debug=call --memory=import --heap-base=import:env.__heap_base --grow=double",
		"--debug --heap-base=import:env.__heap_base --dirty --grow=never --initial-pages=9",
		"--debug=call --heap-base=linker --grow=chunk=3",
		"--debug --fixed-align=16 --functions=-alloc_zeroed",
		"--debug=call --min-align=131072",
		"--debug=call --abi=c",
		"--debug --abi=c --oom=trap --optimize=size",
		"--debug=call --abi=c --heap-base=linker --stats",
		"--debug=call --abi=cabi,wasm-bindgen",
		"--debug --abi=cosmwasm --target=cosmwasm",
		"--debug=call --abi=cosmwasm --target=mvp",
		"--debug=call --abi=proxy-wasm",
		"--debug=call --abi=core,arena",
		"--debug --abi=c,arena",
	)
}

// TestLayer breaks the layer that finds misuse in one place after the other, and the check
// notices.
func TestLayer(t *testing.T) {
	c := contract.Must(contract.Parse("--debug=call"))
	text, err := emitter.WAT(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, edit := range []struct{ what, old, new string }{
		{"the guard in front is not looked at", "(then (return (i32.const 2))))\n    (local.set $end", "(then))\n    (local.set $end"},
		{"half of the guard behind is not looked at", "(i64.eq (i64.load align=1 (local.get $end)) (i64.const", "(i64.ne (i64.const 0) (i64.const"},
		{"a block's end is not looked at", "(call $whole (local.get $ptr)))\n", "(i32.const 1))\n"},
		{"a wild address counts as given back", "(call $fault (i32.const 4) (local.get $ptr) (i32.const 0))", "(call $fault (i32.const 3) (local.get $ptr) (i32.const 0))"},
		{"a second end is not reported", "(call $fault (i32.const 3) (local.get $ptr) (i32.load (i32.sub (local.get $ptr) (i32.const 40))))", "(nop)"},
		{"a wrong size is not reported", "(call $fault (i32.const 5) (local.get $ptr) (local.get $size))", "(nop)"},
		{"the right alignment is reported", "(call $fault (i32.const 6) (local.get $ptr) (local.get $align))", "(call $fault (i32.const 6) (local.get $ptr) (local.get $size))"},
		{"a block is not poisoned", "(call $taint (local.get $ptr))\n    (i32.store", "(i32.store"},
		{"nothing is looked at when it leaves the quarantine", "(drop (call $tainted (local.get $ptr)))", "(nop)"},
		{"the quarantine is too long", "(i32.const 64)", "(i32.const 6400)"},
		{"a resized block gets a new number", "(i32.load (i32.sub (local.get $ptr) (i32.const 36)))\n            (i32.load (i32.sub (local.get $ptr) (i32.const 32)))", "(i32.load (i32.sub (local.get $ptr) (i32.const 36)))\n            (global.get $number)"},
		{"leaks are not reported", "(call $fault (i32.const 8) (local.get $ptr)", "(call $fault (i32.const 1) (local.get $ptr)"},
		{"blocks stay live", "(else (global.set $live (local.get $next)))", "(else)"},
		{"a header is not looked at", "(then (return (i32.const 3))))", "(then))"},
	} {
		broken := strings.Replace(text, edit.old, edit.new, 1)
		if broken == text {
			t.Errorf("%s: the module has no %q", edit.what, edit.old)
			continue
		}
		module, err := emitter.Assemble(broken, c)
		if err != nil {
			t.Errorf("%s: %v", edit.what, err)
			continue
		}
		report, err := validate.Run(context.Background(), module, c, validate.Options{Checks: []string{"misuse"}, First: true})
		if err != nil {
			t.Fatal(err)
		}
		if report.OK() {
			t.Errorf("%s, and the check does not notice", edit.what)
		}
	}
}
