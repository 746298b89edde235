// SPDX-License-Identifier: MIT OR Apache-2.0

package trace

import "slices"

// A Block is a block of the program that a trace recorded.
type Block struct {
	Number int
	Size   uint32 // bytes
	Align  uint32 // bytes; 0 where the program asked for none
	Made   int    // which operation made it, counted from 0
}

// Live follows which blocks of a trace are live, and needs memory for those alone. The
// zero value is the start of a trace.
type Live struct {
	Blocks map[int]Block // by number
	Bytes  uint64        // in all of them
	Ops    int           // followed so far
	Made   int           // blocks made so far: the number of the next

	marks  []livemark // the oldest first
	marked int        // marks made so far
	ended  []Block
}

// A livemark is a mark that was not released yet, and the block that was made next.
type livemark struct{ number, block int }

// Idle reports whether an operation is about a block or a mark that has ended. Such an
// operation has no effect, and nothing is to be called for it.
func (l *Live) Idle(op Op) bool {
	switch op.Kind {
	case Resize, Free:
		_, ok := l.Blocks[op.Block]
		return !ok
	case Release:
		return l.find(op.Block) < 0
	}
	return false
}

// find returns the place of a mark with a number, or -1.
func (l *Live) find(mark int) int {
	i, ok := slices.BinarySearchFunc(l.marks, mark, func(m livemark, n int) int { return m.number - n })
	if !ok {
		return -1
	}
	return i
}

// Follow enters the next operation, and returns the blocks that it ends, the oldest
// first. They are valid until the next call.
func (l *Live) Follow(op Op) []Block {
	l.ended = l.ended[:0]
	switch op.Kind {
	case Alloc, Zero:
		if l.Blocks == nil {
			l.Blocks = map[int]Block{}
		}
		l.Blocks[l.Made] = Block{l.Made, op.Size, op.Align, l.Ops}
		l.Bytes += uint64(op.Size)
		l.Made++
	case Resize:
		if b, ok := l.Blocks[op.Block]; ok {
			l.Bytes += uint64(op.Size) - uint64(b.Size)
			b.Size = op.Size
			l.Blocks[op.Block] = b
		}
	case Free:
		l.end(op.Block)
	case Mark:
		l.marks = append(l.marks, livemark{l.marked, l.Made})
		l.marked++
	case Release:
		if i := l.find(op.Block); i >= 0 {
			for n := l.marks[i].block; n < l.Made; n++ {
				l.end(n)
			}
			l.marks = l.marks[:i]
		}
	case Reset:
		for n := range l.Blocks {
			l.end(n)
		}
		slices.SortFunc(l.ended, func(a, b Block) int { return a.Number - b.Number })
		l.marks = l.marks[:0]
	}
	l.Ops++
	return l.ended
}

func (l *Live) end(number int) {
	if b, ok := l.Blocks[number]; ok {
		l.ended = append(l.ended, b)
		l.Bytes -= uint64(b.Size)
		delete(l.Blocks, number)
	}
}
