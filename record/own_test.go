// SPDX-License-Identifier: MIT OR Apache-2.0

package record

import (
	"strings"
	"testing"
)

// TestOwnData: the heap begins earlier by what only the allocator refers to, and where it
// says if the program's data is among it.
func TestOwnData(t *testing.T) {
	const program = `(module
		(memory 1)
		(global (export "__heap_base") i32 (i32.const 4000))
		(func $malloc (export "malloc") (param i32) (result i32)
			(i32.store offset=2000 (i32.const 0) (i32.load offset=8 (local.get 0)))
			(i32.store offset=1500 (i32.const 0) (i32.const 0)) ;; errno
			(call $sbrk))
		(func $sbrk (result i32) (i32.load offset=2050 (i32.const 0)))
		(func $free (export "free") (param i32) (i32.store offset=2004 (i32.const 0) (local.get 0)))
		(func (export "work") (result i32) (i32.load offset=1500 (i32.const 0)) (drop (i32.load offset=1400 (i32.const 0)))))`
	for replaced, want := range map[string]uint32{
		"offset=1400": 4000 - 64,
		"offset=2020": 4000, // the program's own, in the middle
		"offset=2050": 4000 - 16,
		"offset=2000": 4000 - 48,
	} {
		file := assemble(t, strings.Replace(program, "offset=1400", replaced, 1))
		if p := instrument(t, file, nil); p.Base != want {
			t.Errorf("%s: the heap begins at %d, want %d", replaced, p.Base, want)
		}
	}
}
