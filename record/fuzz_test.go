// SPDX-License-Identifier: MIT OR Apache-2.0

package record

import (
	"testing"

	"github.com/genalloc/genalloc/internal/engine"
)

// FuzzInstrument: what an engine accepts is accepted when it is instrumented.
func FuzzInstrument(f *testing.F) {
	for _, text := range []string{program, `(module (import "env" "malloc" (func $malloc (param i32) (result i32))) (memory 1)
		(global funcref (ref.func $malloc)) (export "m" (func $malloc)) (elem funcref (ref.func $malloc) (ref.null func)))`} {
		file, err := engine.Assemble(text)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := Instrument(file, nil)
		if err != nil {
			return
		}
		if m, err := engine.Default().Compile(file); err == nil {
			m.Close()
			m, err := engine.Default().Compile(p.Module)
			if err != nil {
				t.Fatal(err)
			}
			m.Close()
		}
	})
}
