// SPDX-License-Identifier: MIT OR Apache-2.0

package script

import (
	"errors"
	"io"

	"github.com/genalloc/genalloc/trace"
)

// replayed are the operations of a trace that are calls, or the host's doing.
var replayed = map[trace.Kind]Op{
	trace.Alloc: OpAlloc, trace.Zero: OpAllocZeroed, trace.Resize: OpRealloc, trace.Free: OpFree,
	trace.Mark: OpMark, trace.Release: OpRelease, trace.Reset: OpReset, trace.Grow: OpGrow,
}

// ParseTrace reads a recorded trace. Its blocks and marks are numbered apart. A call has
// no alignment where the program asked for none, and a call about a block that has ended
// is left out. Errors name the line.
func ParseTrace(r io.Reader) ([]Call, error) {
	ops, err := trace.NewReader(r).ReadAll()
	if err != nil {
		return nil, err
	}
	var calls []Call
	var live trace.Live
	for _, op := range ops {
		c := Call{Op: replayed[op.Kind], Block: op.Block, Size: uint64(op.Size), Align: uint64(op.Align), Made: -1}
		if op.Kind.Makes() {
			c.Made = live.Made
		}
		if c.Op != "" && !live.Idle(op) {
			calls = append(calls, c)
		}
		live.Follow(op)
	}
	if len(calls) == 0 {
		return nil, errors.New("trace: no operation in it to replay")
	}
	return calls, nil
}
