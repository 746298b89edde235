// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"slices"

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

// Trace returns the checks that make the calls of a recorded trace. One that leaves
// alignments out is replayed twice, with 8 and with 16 bytes for these. Frees are left
// out where the module has no function for them.
func Trace(calls []script.Call) []Check {
	var called []script.Op
	unaligned := false
	for _, c := range calls {
		unaligned = unaligned || c.Made >= 0 && c.Align == 0
		if c.Op != script.OpAlloc && c.Op != script.OpFree && c.Op != script.OpGrow && !slices.Contains(called, c.Op) {
			called = append(called, c.Op)
		}
	}
	check := func(name, promise string, align uint64) Check {
		return Check{Name: name, Promise: promise, needs: []need{needs(called...)}, Run: func(t *Trial) {
			t.plain(func(s *judge.Session) { follow(s, calls, align) })
		}}
	}
	if !unaligned {
		return []Check{check("trace", "Every call of the trace keeps the promise.", 0)}
	}
	return []Check{
		check("trace-8", "Every call of the trace keeps the promise, at alignment 8.", 8),
		check("trace-16", "Every call of the trace keeps the promise, at alignment 16.", 16),
	}
}

// follow makes the calls of a trace, with an alignment for blocks that have none.
func follow(s *judge.Session, calls []script.Call, align uint64) {
	var blocks []*judge.Block
	var marks []int
	for _, c := range calls {
		if !s.OK() {
			return
		}
		if c.Align == 0 {
			c.Align = align
		}
		switch c.Op {
		case script.OpAlloc:
			blocks = append(blocks, s.Alloc(c.Size, c.Align))
		case script.OpAllocZeroed:
			blocks = append(blocks, s.AllocZeroed(c.Size, c.Align))
		case script.OpRealloc:
			if b := s.Realloc(blocks[c.Block], c.Size); b != nil {
				blocks[c.Block] = b
			}
		case script.OpFree:
			s.Free(blocks[c.Block])
		case script.OpMark:
			marks = append(marks, s.Mark())
		case script.OpRelease:
			s.Release(marks[c.Block])
		default:
			s.Do(c)
		}
	}
}
