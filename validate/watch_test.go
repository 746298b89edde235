// SPDX-License-Identifier: MIT OR Apache-2.0

package validate_test

import (
	"context"
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
