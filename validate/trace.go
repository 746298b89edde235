// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"context"
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/script"
)

// Trace runs a recorded trace on a module, at alignment 8 and again at 16, and
// reports the verdicts under the names "trace-8" and "trace-16". The contract is
// settled first.
func Trace(ctx context.Context, module []byte, c contract.Contract, calls []script.Call, opts Options) (*Report, error) {
	checks := []Check{find(callable)}
	for _, align := range []uint64{8, 16} {
		checks = append(checks, Check{
			Name:    fmt.Sprintf("trace-%d", align),
			Promise: fmt.Sprintf("Every call of the trace keeps the promise, at alignment %d.", align),
			skip:    needsBlocks,
			run: func(t *trial) {
				t.in(script.DefaultSetup(t.contract), func(s *session) { follow(s, calls, align) })
			},
		})
	}
	return run(ctx, module, c, opts, append(checks, find("engines")))
}

// follow makes the calls of a trace. What it frees twice is freed once.
func follow(s *session, calls []script.Call, align uint64) {
	var blocks []*block
	for _, c := range calls {
		if !s.ok() {
			return
		}
		if c.Op == script.OpAlloc {
			blocks = append(blocks, s.alloc(c.Size, align))
			continue
		}
		s.free(blocks[c.Block])
		blocks[c.Block] = nil
	}
}
