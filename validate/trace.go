// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/genalloc/genalloc/contract"
)

// ParseTrace reads a recorded trace: Alloc(n), requests n bytes, Free(k), frees
// the k-th allocation from 0 on; one a line. The calls have no alignment yet.
// Errors name the line.
func ParseTrace(r io.Reader) ([]Call, error) {
	var calls []Call
	made := 0
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSuffix(strings.TrimSpace(lines.Text()), ",")
		if line == "" {
			continue
		}
		name, rest, _ := strings.Cut(line, "(")
		digits, closed := strings.CutSuffix(rest, ")")
		number, err := strconv.ParseUint(digits, 10, 32)
		if !closed || err != nil {
			return nil, fmt.Errorf("trace line %d: %q is neither Alloc(n) nor Free(k)", n, line)
		}
		switch name {
		case "Alloc":
			calls = append(calls, Call{Op: OpAlloc, Size: number, Made: made})
			made++
		case "Free":
			if number >= uint64(made) {
				return nil, fmt.Errorf("trace line %d: allocation %d is not made by any line above", n, number)
			}
			calls = append(calls, Call{Op: OpFree, Block: int(number), Made: -1})
		default:
			return nil, fmt.Errorf("trace line %d: %q is neither Alloc(n) nor Free(k)", n, line)
		}
	}
	return calls, lines.Err()
}

// Trace runs a recorded trace on a module, at alignment 8 and again at 16, and
// reports the verdicts under the names "trace-8" and "trace-16".
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
