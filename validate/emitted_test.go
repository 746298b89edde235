// SPDX-License-Identifier: MIT OR Apache-2.0

package validate_test

import (
	"context"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/validate"
)

// TestEmitted judges what this project makes, under every ABI. Core alone has
// tests of its own, beside the emitter.
func TestEmitted(t *testing.T) {
	for _, text := range []string{
		"--abi=c",
		"--abi=c --oom=trap --optimize=gas",
		"--abi=c --dirty --optimize=size",
		"--abi=c --memory=import --heap-base=import:env.__heap_base --grow=double",
		"--abi=c --target=mvp --grow=chunk=4 --max-pages=99",
		"--abi=c --functions=malloc,free --min-align=16 --initial-pages=2 --max-pages=2",
		"--abi=c --functions=calloc,posix_memalign,malloc_usable_size",
		"--abi=cabi",
		"--abi=cabi --optimize=size --grow=chunk=3",
		"--abi=cabi --memory=import --heap-base=import:env.__heap_base --min-align=32",
		"--abi=wasm-bindgen",
		"--abi=wasm-bindgen --oom=trap --target=mvp --max-pages=17",
		"--abi=cosmwasm --target=cosmwasm",
		"--abi=cosmwasm --target=cosmwasm --oom=trap --grow=double",
		"--abi=cosmwasm --target=mvp --optimize=size --max-pages=9",
		"--abi=proxy-wasm",
		"--abi=proxy-wasm --min-align=64 --grow=never --initial-pages=4",
		"--abi=core,cabi --functions=-alloc_zeroed",
		"--abi=core,cabi --functions=-cabi_realloc",
		"--abi=core,cosmwasm --target=cosmwasm --dirty",
		"--abi=core,cabi,wasm-bindgen,proxy-wasm --oom=trap",
		"--abi=c,cabi,proxy-wasm --export=malloc=my_malloc",
		"--abi=c,proxy-wasm --heap-base=linker",
		"--strategy=stack",
		"--strategy=stack --optimize=gas --grow=double --functions=-realloc",
		"--strategy=stack --optimize=size --oom=trap --fixed-align=16",
		"--strategy=stack --memory=import --heap-base=import:env.__heap_base --dirty",
		"--strategy=stack --grow=never --initial-pages=3 --min-align=8",
		"--strategy=stack --abi=c",
		"--strategy=stack --abi=c --oom=trap --memory=import --heap-base=import:env.__heap_base",
		"--strategy=stack --abi=cabi,wasm-bindgen",
		"--strategy=stack --abi=cosmwasm --target=cosmwasm",
		"--strategy=stack --abi=core,arena",
		"--strategy=stack --abi=c,arena --grow=chunk=3 --optimize=size",
		"--strategy=stack --abi=cosmwasm,proxy-wasm,arena --target=mvp --memory=import --heap-base=import:env.__heap_base",
		"--abi=opa",
		"--abi=opa --target=mvp --grow=double --min-align=8 --max-pages=40",
		"--abi=opa --heap-base=linker --optimize=gas",
		"--abi=opa --grow=never --initial-pages=5 --optimize=size",
		"--strategy=stack --abi=opa",
		"--strategy=stack --abi=opa --functions=opa_malloc,opa_free --heap-base=import:env.__heap_base",
		"--strategy=lists --abi=opa --functions=opa_malloc,opa_free,opa_realloc",
		"--abi=core,arena",
		"--abi=core,arena --functions=alloc,reset --optimize=gas --grow=double",
		"--abi=core,arena --functions=alloc_zeroed,mark,release --oom=trap --optimize=size",
		"--abi=core,arena --memory=import --heap-base=import:env.__heap_base --fixed-align=16",
		"--abi=c,arena --grow=chunk=4",
		"--abi=c,arena --memory=import --heap-base=import:env.__heap_base --dirty",
		"--abi=cabi,wasm-bindgen,arena --grow=never --initial-pages=9",
		"--abi=cosmwasm,arena --target=cosmwasm",
		"--abi=proxy-wasm,arena --min-align=64",
		"--threads --max-pages=2",
		"--threads --max-pages=8",
		"--threads --initial-pages=6 --max-pages=6 --heap-base=1024",
		"--threads --abi=c --max-pages=30",
		"--threads --fixed-align=131072",
		"--strategy=lists --heap-base=1024 --threads --max-pages=2",
		"--strategy=lists --max-block=4096 --threads --heap-base=8 --optimize=size",
		"--strategy=lists --heap-base=1024 --threads --max-pages=4",
		"--strategy=lists --classes=1 --threads --chunk=1 --heap-base=2001",
		"--strategy=lists --classes=1 --threads --chunk=1 --heap-base=linker",
		"--strategy=lists --threads --heap-base=import:env.base",
	} {
		t.Run(text, func(t *testing.T) {
			c, err := contract.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			wat, err := emitter.WAT(c)
			if err != nil {
				t.Fatal(err)
			}
			module, err := emitter.Assemble(wat, c)
			if err != nil {
				t.Fatal(err)
			}
			for _, level := range []validate.Level{validate.Quick, validate.Full} {
				report, err := validate.Run(context.Background(), module, c, validate.Options{Level: level, Ops: 2000})
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range report.Failures() {
					t.Errorf("%s: %s %s on %s: %v\n%s", level, r.Check, r.ABI, r.Engine, r.Failure, r.Failure.Script)
				}
			}
		})
	}
}

// TestPieces: whatever the classes and the growth are, what is left of regions is handed out.
func TestPieces(t *testing.T) {
	for _, classes := range []string{"1", "2", "4", "8"} {
		for _, most := range []string{"", " --max-block=4096", " --max-block=131072"} {
			for _, more := range []string{"", " --split=false", " --split=false --initial-pages=2", " --split=false --abi=c"} {
				for _, grow := range []string{"never", "exact", "double", "chunk=3"} {
					c := contract.Must(contract.Parse("--strategy=lists --classes=" + classes + most + more + " --grow=" + grow))
					module, err := emitter.Emit(c)
					if err != nil {
						t.Fatal(err)
					}
					report, err := validate.Run(t.Context(), module, c, validate.Options{Engines: []string{"wasmtime"}, Checks: []string{"pieces"}})
					if err != nil {
						t.Fatal(err)
					}
					for _, r := range report.Failures() {
						t.Errorf("%s: %v\n%s", c, r.Failure, r.Failure.Script)
					}
				}
			}
		}
	}
}

// TestEmittedScripts: what a module may do is not taken for a fault.
func TestEmittedScripts(t *testing.T) {
	for _, x := range []struct{ order, script string }{
		// A block of no bytes lies at the end of the chunk, and grows into pages of the start.
		{"--threads --initial-pages=40 --heap-base=1024", "p0 = alloc 0 1\np1 = realloc p0 1302682\np2 = alloc 0 1"},
	} {
		c := contract.Must(contract.Parse(x.order))
		module, err := emitter.Emit(c)
		if err != nil {
			t.Fatal(err)
		}
		calls, err := validate.ParseScript(x.script, c)
		if err != nil {
			t.Fatal(err)
		}
		report, err := validate.Replay(context.Background(), module, c, calls, validate.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range report.Failures() {
			t.Errorf("%s: %s: %v", x.order, r.Check, r.Failure)
		}
	}
}
