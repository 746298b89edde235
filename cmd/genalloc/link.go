// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/wasm"
)

// objectData is where the data of an object lies that is proved: anywhere above 0 will do,
// since the code knows it by its address only.
const objectData = 1024

// link makes a module of an object, and leaves open where the heap lies. Its contract is
// the one that the flags give, since an object carries none.
func (x *subject) link(flags *pflag.FlagSet, given contract.Order) error {
	order, err := x.order(flags, given)
	if err != nil {
		return err
	}
	if base := order.HeapBase; flags.Changed("heap-base") && !base.Linker {
		return refuse("heap-base", "%s contradicts an object, where the linker decides (__heap_base): drop it", base)
	}
	order.HeapBase = contract.LinkerBase
	if x.contract, err = order.Settle(); err != nil {
		return err
	}
	if x.bytes, err = object.Open(x.file, objectData); err == nil {
		x.module, err = wasm.Decode(x.bytes)
	}
	if err != nil {
		return wrong(fmt.Errorf("%s: %w", x.name, err))
	}
	return nil
}
