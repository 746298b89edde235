// SPDX-License-Identifier: MIT OR Apache-2.0

package engine

import (
	"errors"
	"testing"
	"time"

	"github.com/genalloc/genalloc/wasm"
)

// TestWazeroStops: wazero has no fuel; a module that does not return is closed from
// outside.
func TestWazeroStops(t *testing.T) {
	e := NewWazero().(*wazeroEngine)
	defer e.Close()
	e.patience = time.Millisecond
	s := e.NewStore()
	defer s.Close()
	for _, text := range []string{
		`(module (func (export "loop") (loop (br 0))))`,
		`(module (start 0) (func (loop (br 0))))`,
	} {
		file, err := Assemble(text)
		if err != nil {
			t.Fatal(err)
		}
		in, err := Instantiate(s, file, nil)
		if err == nil {
			_, err = in.Call("loop")
		}
		if !errors.Is(err, Endless) {
			t.Errorf("%s: got %v, want %v", text, err, Endless)
		}
	}
}

// TestWazeroMemoryOwner: time does not take the memory from an instance that is
// never called.
func TestWazeroMemoryOwner(t *testing.T) {
	e := NewWazero().(*wazeroEngine)
	defer e.Close()
	e.patience = 50 * time.Millisecond
	s := e.NewStore()
	defer s.Close()
	imports, err := Provide(s, []Supply{{Import: wasm.Import{Module: "env", Name: "memory", Kind: wasm.KindMemory}}})
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * e.patience)
	if s.Limit(1); !imports.memory("env.memory").Grow(1) || imports.memory("env.memory").Grow(1) {
		t.Error("the limit is not kept any more")
	}
}
