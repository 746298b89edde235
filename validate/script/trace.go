// SPDX-License-Identifier: MIT OR Apache-2.0

package script

import (
	"io"

	"github.com/genalloc/genalloc/internal/trace"
)

// ParseTrace reads a recorded trace: Alloc(n), requests n bytes, Free(k), frees
// the k-th allocation from 0 on; one a line. The calls have no alignment yet.
// Errors name the line.
func ParseTrace(r io.Reader) ([]Call, error) {
	ops, err := trace.Parse(r)
	if err != nil {
		return nil, err
	}
	calls := make([]Call, 0, len(ops))
	made := 0
	for _, op := range ops {
		if op.Free {
			calls = append(calls, Call{Op: OpFree, Block: int(op.N), Made: -1})
			continue
		}
		calls = append(calls, Call{Op: OpAlloc, Size: uint64(op.N), Made: made})
		made++
	}
	return calls, nil
}
