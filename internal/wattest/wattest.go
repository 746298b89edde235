// SPDX-License-Identifier: MIT OR Apache-2.0

// Package wattest makes modules of text for tests.
package wattest

import (
	"testing"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/wasm"
)

// Assemble returns the text's module, as bytes and decoded.
func Assemble(t testing.TB, text string) ([]byte, *wasm.Module) {
	t.Helper()
	file, err := wasmtime.Wat2Wasm(text)
	if err != nil {
		t.Fatal(err)
	}
	m, err := wasm.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	return file, m
}
