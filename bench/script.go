// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/trace"
)

// A script is a recorded sequence of operations, as the driver replays them: 16 bytes
// each, four little-endian words: the kind, the number of a block or a mark, the size
// and the alignment.
type script struct {
	ops           []byte
	blocks, marks uint32
	aligned       map[contract.Role]uint32 // the largest alignment, in bytes
	peak          uint64                   // the most bytes that are live at once
	needs         []contract.Role
}

const (
	opBytes    = 16
	blockBytes = 12 // what the driver keeps of a block: address, size, alignment
	markBytes  = 4
)

// usualAlign is the alignment in bytes that every malloc gives. Allocations that ask for
// more are an operation of the driver's own, behind those of a trace.
const (
	usualAlign  = 16
	alignedKind = uint32(trace.Phase - trace.Alloc)
)

// roles are the operations of a trace that are calls of the allocator.
var roles = map[trace.Kind]contract.Role{
	trace.Alloc: contract.Allocates, trace.Zero: contract.AllocatesZeroed, trace.Resize: contract.Resizes, trace.Free: contract.Frees,
	trace.Mark: contract.Marks, trace.Release: contract.Releases, trace.Reset: contract.Resets,
}

// add appends an operation of a trace. Align is for a block that has none.
func (s *script) add(op trace.Op, align uint32) {
	role, called := roles[op.Kind]
	switch {
	case called && !slices.Contains(s.needs, role):
		s.needs = append(s.needs, role)
	case !called && op.Kind != trace.Grow:
		return
	}
	if op.Kind.Makes() {
		s.blocks++
		if op.Align == 0 {
			op.Align = align
		}
		if s.aligned == nil {
			s.aligned = map[contract.Role]uint32{}
		}
		s.aligned[role] = max(s.aligned[role], op.Align)
	}
	if op.Kind == trace.Mark {
		s.marks++
	}
	kind := uint32(op.Kind - trace.Alloc)
	if op.Kind == trace.Alloc && op.Align > usualAlign {
		kind = alignedKind
	}
	for _, word := range []uint32{kind, uint32(op.Block), op.Size, op.Align} {
		s.ops = binary.LittleEndian.AppendUint32(s.ops, word)
	}
}

func (s *script) count() uint32 { return uint32(len(s.ops) / opBytes) }

// blockTable and markTable are where the driver keeps what is made.
func (s *script) blockTable() uint32 { return uint32(len(s.ops)) }
func (s *script) markTable() uint32  { return s.blockTable() + s.blocks*blockBytes }

// bytes is what the driver needs of its own memory.
func (s *script) bytes() uint64 {
	return uint64(len(s.ops)) + uint64(s.blocks)*blockBytes + uint64(s.marks)*markBytes
}

// workload makes a workload that replays the script.
func (s *script) workload(name, doc string) Workload {
	a := amount{s.count(), 1}
	return Workload{Name: name, Doc: doc, Op: "run", function: "replay", needs: s.needs, script: s, metered: a, timed: a}
}

// Trace reads a recorded trace and returns it as a workload of that name. One that leaves
// alignments out becomes two, with 8 bytes and with 16 for these. The error names the
// line.
func Trace(name string, r io.Reader) ([]Workload, error) {
	ops, err := trace.NewReader(r).ReadAll()
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(ops, func(op trace.Op) bool { return op.Kind.Makes() && op.Align == 0 }) {
		w, err := Compile(name, "recorded trace "+name, ops, 1)
		return []Workload{w}, err
	}
	var list []Workload
	for _, align := range []uint32{8, 16} {
		w, err := Compile(fmt.Sprintf("%s/%d", name, align), fmt.Sprintf("recorded trace %s, aligned to %d", name, align), ops, align)
		if err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return list, nil
}

// Compile makes a workload of a trace. Blocks for which no alignment was asked get the one
// given. Operations that have no effect are left out.
func Compile(name, doc string, ops []trace.Op, align uint32) (Workload, error) {
	s := &script{ops: make([]byte, 0, len(ops)*opBytes)}
	var live trace.Live
	for _, op := range ops {
		if !live.Idle(op) {
			s.add(op, align)
		}
		live.Follow(op)
		s.peak = max(s.peak, live.Bytes)
	}
	if s.count() == 0 {
		return Workload{}, errors.New("trace: no operation in it to replay")
	}
	return s.workload(name, doc), nil
}
