// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"context"
	"fmt"
	"io"

	"github.com/genalloc/genalloc/contract"
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

// Trace runs a recorded trace on a module, at alignment 8 and again at 16, and
// reports the verdicts under the names "trace-8" and "trace-16". The contract is
// settled first.
func Trace(ctx context.Context, module []byte, c contract.Contract, calls []Call, opts Options) (*Report, error) {
	checks := []Check{find(callable)}
	for _, align := range []uint64{8, 16} {
		checks = append(checks, Check{
			Name:    fmt.Sprintf("trace-%d", align),
			Promise: fmt.Sprintf("Every call of the trace keeps the promise, at alignment %d.", align),
			skip:    needsBlocks,
			run: func(t *trial) {
				t.in(defaultSetup(t.contract), func(s *session) { follow(s, calls, align) })
			},
		})
	}
	return run(ctx, module, c, opts, append(checks, find("engines")))
}

// follow makes the calls of a trace. What it frees twice is freed once.
func follow(s *session, calls []Call, align uint64) {
	var blocks []*block
	for _, c := range calls {
		if !s.ok() {
			return
		}
		if c.Op == OpAlloc {
			blocks = append(blocks, s.alloc(c.Size, align))
			continue
		}
		s.free(blocks[c.Block])
		blocks[c.Block] = nil
	}
}
