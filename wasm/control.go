// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

import (
	"errors"
	"fmt"
)

// Span is where a block ends: indices into the body it stands in.
type Span struct {
	Else int // of an if's else; -1 if there is none
	End  int
}

// Spans pairs every block, loop and if of a body, by its index, with its else
// and its end. The body's own end is the last instruction and in no span.
func Spans(body []Instr) (map[int]Span, error) {
	spans := make(map[int]Span)
	var open []int
	for i, in := range body {
		switch in.Op {
		case OpBlock, OpLoop, OpIf:
			spans[i] = Span{Else: -1}
			open = append(open, i)
		case OpElse:
			if len(open) == 0 || body[open[len(open)-1]].Op != OpIf || spans[open[len(open)-1]].Else >= 0 {
				return nil, fmt.Errorf("instruction %d: else without if", i)
			}
			spans[open[len(open)-1]] = Span{Else: i}
		case OpEnd:
			if len(open) == 0 {
				if i != len(body)-1 {
					return nil, fmt.Errorf("instruction %d: the end of the body, but %d follow", i, len(body)-1-i)
				}
				return spans, nil
			}
			start := open[len(open)-1]
			spans[start] = Span{Else: spans[start].Else, End: i}
			open = open[:len(open)-1]
		}
	}
	return nil, errors.New("body not closed by its end")
}
