// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

import (
	"errors"
	"fmt"
	"math"
)

// Instr is one instruction. Which of the fields after Op mean anything is told
// by Op.Info().Imm; the others are zero.
type Instr struct {
	Op     Opcode
	Type   ValType
	Index  uint32
	Index2 uint32
	Block  BlockType
	Value  int64
	High   int64 // the upper half of 16 bytes
	Mem    MemArg
	Labels []uint32

	// Offset is where the opcode stood in the file, in bytes. Decode sets it;
	// Encode does not look at it.
	Offset int
}

// MemArg is the immediate of loads, stores and atomics.
type MemArg struct {
	Align  uint32 // log2 of the alignment hint in bytes
	Memory uint32
	Offset uint64 // bytes
}

// BlockType is the type of a block, loop or if: BlockEmpty, BlockResult(t), or
// the index of a function type.
type BlockType int64

// BlockEmpty has neither parameters nor results.
const BlockEmpty BlockType = -64

// BlockResult returns the type of a block without parameters that leaves one t.
func BlockResult(t ValType) BlockType { return BlockType(t) - 0x80 }

// TypeIndex returns the function type the block names, if it names one.
func (b BlockType) TypeIndex() (uint32, bool) {
	return uint32(b), b >= 0 && b <= math.MaxUint32
}

// Result returns the type of the block's single result, if b says so directly.
func (b BlockType) Result() (ValType, bool) {
	t := ValType(b + 0x80)
	return t, b < 0 && b > BlockEmpty && t.known()
}

// I32Const returns i32.const v.
func I32Const(v int32) Instr { return Instr{Op: OpI32Const, Value: int64(v)} }

// I64Const returns i64.const v.
func I64Const(v int64) Instr { return Instr{Op: OpI64Const, Value: v} }

// End returns end.
func End() Instr { return Instr{Op: OpEnd} }

// F32 returns the value of an f32.const.
func (in Instr) F32() float32 { return math.Float32frombits(uint32(in.Value)) }

// F64 returns the value of an f64.const.
func (in Instr) F64() float64 { return math.Float64frombits(uint64(in.Value)) }

// closed reports whether body is closed by its own end and by no earlier one.
func closed(body []Instr) bool {
	depth := 1
	for i, in := range body {
		depth += in.Op.Nesting()
		if depth == 0 {
			return i == len(body)-1
		}
	}
	return false
}

// Nesting is what the instruction adds to the depth of blocks.
func (op Opcode) Nesting() int {
	switch op {
	case OpBlock, OpLoop, OpIf:
		return 1
	case OpEnd:
		return -1
	}
	return 0
}

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
