// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/bytecodealliance/wasmtime-go/v39"
	"github.com/spf13/pflag"

	"github.com/genalloc/genalloc/contract"
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
	module, err := wasmtime.Wat2Wasm(string(b))
	if err != nil {
		return nil, wrong(fmt.Errorf("%s: neither a module nor its text: %w", inputName(path), fold(err)))
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
func contractFor(module []byte, flags *pflag.FlagSet, given contract.Contract) (contract.Contract, error) {
	c, err := carried(module)
	if err != nil {
		return c, err
	}
	for _, p := range contract.Flags {
		if f := flags.Lookup(p.Name); f == nil || !f.Changed {
			continue
		}
		if p.List {
			c.Export = given.Export
			continue
		}
		if err := c.Set(p.Name, p.Get(given)); err != nil {
			return c, err
		}
	}
	return c, c.Validate()
}

// carried reads the contract that the module carries; the default where there
// is none.
func carried(module []byte) (contract.Contract, error) {
	m, err := wasm.Decode(module)
	if err != nil {
		return contract.Contract{}, wrong(err)
	}
	text, ok := m.Custom(contract.SectionName)
	if !ok {
		return contract.Default(), nil
	}
	c, err := contract.Parse(string(text))
	if err != nil {
		return c, wrong(fmt.Errorf("section %q: %w", contract.SectionName, err))
	}
	return c, nil
}
