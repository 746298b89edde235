// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/object"
	"github.com/genalloc/genalloc/prove"
	"github.com/genalloc/genalloc/wasm"
)

// located is the value of --functions of prove. An item may be FUNC=NAME, where NAME is
// the function's in a finished program.
type located struct {
	pflag.Value
	names *map[string]string
}

func (v located) Set(s string) error {
	var list []string
	for _, item := range strings.Split(s, ",") {
		function, name, ok := strings.Cut(item, "=")
		if list = append(list, function); !ok {
			continue
		}
		if name == "" {
			return fmt.Errorf("%q names no function: give its name in the program", item)
		}
		if *v.names == nil {
			*v.names = map[string]string{}
		}
		(*v.names)[function] = name
	}
	return v.Value.Set(strings.Join(list, ","))
}

// locate makes a module of a program, whose only functions are those of its allocator.
func (x *subject) locate(flags *pflag.FlagSet, given contract.Order, names map[string]string) error {
	order, err := x.order(flags, given)
	if err != nil {
		return err
	}
	if given.HeapBase.Imported() {
		return refuse("heap-base", "%s is in a module that imports it, and a program's is an address: give that", given.HeapBase)
	}
	order.HeapBase, order.InitialPages, order.MaxPages = contract.LinkerBase, 0, 0
	if x.contract, err = order.Settle(); err != nil {
		return err
	}
	if x.module, err = prove.Locate(x.module, x.contract, names); err == nil {
		x.bytes, err = x.module.Encode()
	}
	if err != nil {
		return wrong(fmt.Errorf("%s: %w", x.name, err))
	}
	return nil
}

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
	if x.bytes, err = object.Open(x.file, object.OpenData); err == nil {
		x.module, err = wasm.Decode(x.bytes)
	}
	if err != nil {
		return wrong(fmt.Errorf("%s: %w", x.name, err))
	}
	return nil
}

// madeWith refuses an object whose own data is not what the contract's strategy keeps there.
func (x *subject) madeWith() error {
	info, err := object.Inspect(x.file)
	if err != nil {
		return err
	}
	want, has := x.contract.LinkerZeros(), ""
	for _, s := range info.Symbols {
		if s.Kind == object.SymbolData && slices.Contains(contract.LinkerData, s.Name) {
			has = s.Name
		}
	}
	differs := "has the data " + has
	if has == "" {
		differs = "lacks the data " + want
	}
	if has != want {
		return wrong(fmt.Errorf("%s %s, unlike an object of genalloc %s: give the flags that it was made with", x.name, differs, x.contract))
	}
	return nil
}
