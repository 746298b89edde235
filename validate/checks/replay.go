// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"fmt"

	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/script"
)

// Replay returns the check that makes the calls of a script.
func Replay(calls script.Script) Check {
	return Check{
		Name:    "replay",
		Promise: "Every call of the script keeps the promise.",
		Run: func(t *Trial) {
			s, err := judge.Replay(t.Module, t.Contract, t.Scope, calls)
			if t.Err = err; err == nil {
				t.Sessions = append(t.Sessions, s)
			}
		},
	}
}

// Trace returns the check that makes the calls of a recorded trace, at an alignment
// in bytes.
func Trace(calls []script.Call, align uint64) Check {
	return Check{
		Name:    fmt.Sprintf("trace-%d", align),
		Promise: fmt.Sprintf("Every call of the trace keeps the promise, at alignment %d.", align),
		needs:   []need{NeedsBlocks},
		Run: func(t *Trial) {
			t.in(script.DefaultSetup(t.Contract), func(s *judge.Session) { follow(s, calls, align) })
		},
	}
}

// follow makes the calls of a trace. Freeing a block again does nothing.
func follow(s *judge.Session, calls []script.Call, align uint64) {
	var blocks []*judge.Block
	for _, c := range calls {
		if !s.OK() {
			return
		}
		if c.Op == script.OpAlloc {
			blocks = append(blocks, s.Alloc(c.Size, align))
			continue
		}
		s.Free(blocks[c.Block])
		blocks[c.Block] = nil
	}
}
