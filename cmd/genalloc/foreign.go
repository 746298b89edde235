// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// adopt takes from a module of which nothing is known what it says of its memory,
// and that its heap may start anywhere above the null address, unless flags or a
// contract in it say otherwise.
func adopt(module []byte, flags *pflag.FlagSet) {
	m, err := wasm.Decode(module)
	if err != nil {
		return // contractFor tells
	}
	set := func(flag string, value uint64) {
		if !flags.Changed(flag) {
			flags.Set(flag, fmt.Sprint(value))
		}
	}
	if _, known := m.Custom(contract.SectionName); !known {
		set("heap-base", 1)
	}
	limits, err := m.Memory(0)
	if err != nil {
		return // the judge tells
	}
	pages := func(flag string, n uint64) {
		if n > 0 && n <= contract.MaxPages {
			set(flag, n)
		}
	}
	pages("initial-pages", limits.Min)
	if limits.HasMax {
		pages("max-pages", limits.Max)
	}
}
