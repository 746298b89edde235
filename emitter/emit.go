// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// WAT returns the text of the module that the contract orders. The error is a
// [*contract.FlagError] where modules of its strategy cannot be made.
func WAT(c contract.Contract) (string, error) {
	m, err := NewModel(c)
	if err != nil {
		return "", err
	}
	return m.WAT()
}

// Emit returns the module that the contract orders, with the contract in its
// custom section. The same contract gives the same bytes.
func Emit(c contract.Contract) ([]byte, error) {
	text, err := WAT(c)
	if err != nil {
		return nil, err
	}
	return Assemble(text, c)
}

// Assemble turns the text into a module that carries the contract, without a
// name section unless the contract keeps it.
func Assemble(text string, c contract.Contract) ([]byte, error) {
	b, err := wasmtime.Wat2Wasm(text)
	if err != nil {
		// The assembler's text goes on with a picture of the place and a backtrace.
		message, _, _ := strings.Cut(err.Error(), "\n")
		return nil, fmt.Errorf("assembler: %s", message)
	}
	m, err := wasm.Decode(b)
	if err != nil {
		return nil, fmt.Errorf("assembled module: %w", err)
	}
	m.Customs = slices.DeleteFunc(m.Customs, func(s wasm.Custom) bool { return !c.Names && s.Name == "name" })
	// Not at the file's end: wazero 1.12 refuses an empty custom section there.
	m.Customs = append(m.Customs, wasm.Custom{
		Name: contract.SectionName, Payload: []byte(c.String()), After: wasm.SectionExport,
	})
	return m.Encode()
}
