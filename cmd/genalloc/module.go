// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/wasm"
)

// readModule reads a module in either format, binary or text, and refuses what has
// still to be linked.
func readModule(path string, s streams) ([]byte, error) {
	b, err := readCode(path, s)
	if err != nil {
		return nil, err
	}
	m, err := wasm.Decode(b)
	if err != nil {
		return nil, wrong(fmt.Errorf("%s: %w", inputName(path), err))
	}
	// Programs keep the section under wasm-ld --emit-relocs.
	if _, ok := m.Custom("linking"); ok && len(m.Exports) == 0 {
		return nil, wrong(fmt.Errorf("%s is an object: link it first", inputName(path)))
	}
	return b, nil
}

// readCode reads a module or an object in either format, binary or text.
func readCode(path string, s streams) ([]byte, error) {
	b, err := readInput(path, s)
	switch {
	case err != nil || bytes.HasPrefix(b, []byte("\x00asm")):
		return b, err
	case bytes.HasPrefix(b, []byte("!<arch>\n")):
		return nil, wrong(fmt.Errorf("%s is an archive of objects: link it first", inputName(path)))
	}
	module, err := engine.Assemble(string(b))
	if err != nil {
		return nil, wrong(fmt.Errorf("%s: neither a module nor its text: %w", inputName(path), err))
	}
	return withoutNames(module), nil
}

// withoutNames leaves out the name section, which the assembler makes of the text's
// identifiers: build does not write it either, and bytes are counted.
func withoutNames(module []byte) []byte {
	m, err := wasm.Decode(module)
	if err != nil {
		return module
	}
	m.Customs = slices.DeleteFunc(m.Customs, func(s wasm.Custom) bool { return s.Name == "name" })
	if short, err := m.Encode(); err == nil {
		return short
	}
	return module
}

// contractFor returns the contract of a module: what it carries, or else the
// default, with the flags that were given in place of either's.
func contractFor(module []byte, flags *pflag.FlagSet, given contract.Order) (contract.Contract, error) {
	o, err := carried(module)
	if err != nil {
		return contract.Contract{}, err
	}
	changed := func(flag string) bool { f := flags.Lookup(flag); return f != nil && f.Changed }
	if changed("abi") && given.ABI != o.ABI {
		o.Functions = nil // they are another ABI's
	}
	for _, p := range contract.Flags {
		if !changed(p.Name) {
			continue
		}
		if p.List {
			o.Export = given.Export
		} else if err := contract.Set(&o, p.Name, p.Get(given)); err != nil {
			return contract.Contract{}, err
		}
	}
	return o.Settle()
}

// carried reads the order that the module carries; of the default where there is none.
func carried(module []byte) (contract.Order, error) {
	m, err := wasm.Decode(module)
	if err != nil {
		return contract.Order{}, wrong(err)
	}
	text, _ := m.Custom(contract.SectionName)
	o, err := contract.ParseOrder(string(text))
	if err == nil {
		_, err = o.Settle()
	}
	if err != nil {
		err = wrong(fmt.Errorf("section %q: %w", contract.SectionName, err))
	}
	return o, err
}
