// SPDX-License-Identifier: MIT OR Apache-2.0

// Package wattest makes modules of text for tests.
package wattest

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
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

// A File is a module of text with what its comments say about it: ";; CONTRACT" and
// the flags, and for a broken module a line ";; ERROR" for each check that fails it.
type File struct {
	Module   []byte
	Contract contract.Contract
	Errors   []Error
}

// An Error is a check that the module must fail, and the rule that it breaks.
type Error struct{ Check, Rule string }

var (
	contractLine = regexp.MustCompile(`(?m)^;; CONTRACT ?(.*)$`)
	errorLine    = regexp.MustCompile(`(?m)^;; ERROR "([^"]+)" (\S+)$`)
)

// Read reads and assembles a file.
func Read(t testing.TB, file string) File {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return Parse(t, file, text)
}

// Parse is Read for the text of a file.
func Parse(t testing.TB, file string, text []byte) File {
	t.Helper()
	line := contractLine.FindSubmatch(text)
	if line == nil {
		t.Fatalf("%s: no CONTRACT line", file)
	}
	var f File
	var err error
	if f.Contract, err = contract.Parse(string(line[1])); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	for _, m := range errorLine.FindAllSubmatch(text, -1) {
		f.Errors = append(f.Errors, Error{string(m[1]), string(m[2])})
	}
	f.Module, _ = Assemble(t, string(text))
	return f
}

// Glob returns the files that match a pattern, of which there must be one.
func Glob(t testing.TB, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(pattern)
	if err != nil || len(list) == 0 {
		t.Fatalf("no file matches %s", pattern)
	}
	return list
}

// Call calls a function of a program in wasmtime, which has memories of every kind.
func Call(t testing.TB, program []byte, function string, args ...uint64) []uint64 {
	t.Helper()
	s := engine.Default().NewStore()
	defer s.Close()
	in, err := engine.Instantiate(s, program, nil)
	if err != nil {
		t.Fatal(err)
	}
	results, err := in.Call(function, args...)
	if err != nil {
		t.Fatal(err)
	}
	return results
}
