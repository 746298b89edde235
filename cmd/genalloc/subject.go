// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/wasm"
)

// A subject is the module that a verb is about, and the contract that it is held to.
type subject struct {
	name     string // in messages
	file     []byte // as it was read, but binary
	bytes    []byte // of the module
	module   *wasm.Module
	contract contract.Contract
}

// readSubject reads a module. Its contract is the one that it carries, or else the
// default; flags that were given override either.
func readSubject(path string, flags *pflag.FlagSet, given contract.Order, s streams) (subject, error) {
	x, err := readModule(path, s)
	if err != nil {
		return x, err
	}
	return x, x.settle(flags, given)
}

// settle holds the module to what it carries, with the flags that were given.
func (x *subject) settle(flags *pflag.FlagSet, given contract.Order) error {
	order, err := x.order(flags, given)
	if err == nil {
		x.contract, err = order.Settle()
	}
	return err
}

var errNotLinked = errors.New("link it first")

// readModule reads a module, binary or text, and refuses what has yet to be linked.
func readModule(path string, s streams) (subject, error) {
	x := subject{name: inputName(path)}
	var err error
	if x.bytes, err = readCode(path, s); err != nil {
		return x, err
	}
	x.file = x.bytes
	if x.module, err = wasm.Decode(x.bytes); err != nil {
		return x, wrong(fmt.Errorf("%s: %w", x.name, err))
	}
	// Programs keep the section under wasm-ld --emit-relocs.
	if _, ok := x.module.Custom("linking"); ok && len(x.module.Exports) == 0 {
		return x, wrong(fmt.Errorf("%s is an object: %w", x.name, errNotLinked))
	}
	return x, nil
}

// readCode reads a module or an object, binary or text.
func readCode(path string, s streams) ([]byte, error) {
	b, err := readFile(path, "a module", s)
	switch {
	case err != nil || bytes.HasPrefix(b, []byte("\x00asm")):
		return b, err
	case bytes.HasPrefix(b, []byte("!<arch>\n")):
		return nil, wrong(fmt.Errorf("%s is an archive of objects: %w", inputName(path), errNotLinked))
	case bytes.HasPrefix(b, []byte("\x1f\x8b")):
		return nil, wrong(fmt.Errorf("%s is compressed, as certificates are: name a module", inputName(path)))
	}
	b, err = engine.Assemble(string(b))
	if syntax := (*engine.SyntaxError)(nil); errors.As(err, &syntax) {
		place := strings.TrimSuffix(inputName(path)+":"+syntax.Place, ":")
		return nil, wrong(fmt.Errorf("%s: neither a module nor its text: %s", place, syntax.Reason))
	}
	return withoutNames(b), err
}

// withoutNames drops the name section that the assembler makes of the text's
// identifiers: build writes none either, and sizes are compared.
func withoutNames(module []byte) []byte {
	m, err := wasm.Decode(module)
	if err != nil {
		return module // the caller says what is wrong
	}
	m.Customs = slices.DeleteFunc(m.Customs, func(s wasm.Custom) bool { return s.Name == "name" })
	if short, err := m.Encode(); err == nil {
		return short
	}
	return module
}

// order returns what the module carries, with the flags that were given in its place.
func (x *subject) order(flags *pflag.FlagSet, given contract.Order) (contract.Order, error) {
	o, _, err := x.carried()
	if err != nil {
		return o, err
	}
	if flags.Changed("abi") && given.ABI != o.ABI {
		o.Functions = nil // they are another ABI's
	}
	for _, p := range contract.Flags {
		switch {
		case !flags.Changed(p.Name):
		case p.List:
			o.Export = given.Export
		case p.Name == "functions":
			o.Functions = given.Functions
		default:
			if err := contract.Set(&o, p.Name, p.Get(given)); err != nil {
				return o, err
			}
		}
	}
	return o, nil
}

// carried returns the order that the module carries; false where it carries none.
func (x *subject) carried() (contract.Order, bool, error) {
	text, ok := x.module.Custom(contract.SectionName)
	o, err := contract.ParseOrder(string(text))
	if err == nil {
		var c contract.Contract
		c, err = o.Settle()
		o.ABI = c.ABI
	}
	if err != nil {
		err = wrong(fmt.Errorf("%s: section %q: %w", x.name, contract.SectionName, err))
	}
	return o, ok, err
}

// assume takes what nobody has said from the module itself: its memory's limits, and
// where it carries no order, a heap that may start anywhere above the null address.
func (x *subject) assume(o *contract.Order) {
	if _, ok := x.module.Custom(contract.SectionName); !ok && o.HeapBase == (contract.HeapBase{}) {
		o.HeapBase = contract.HeapBase{Address: 1}
	}
	limits, err := x.module.Memory(0)
	if err != nil {
		return // the judge tells
	}
	pages := func(field *uint32, n uint64) {
		if *field == 0 && n <= contract.MaxPages {
			*field = uint32(n)
		}
	}
	pages(&o.InitialPages, limits.Min)
	if limits.HasMax {
		pages(&o.MaxPages, limits.Max)
	}
}
