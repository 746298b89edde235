// SPDX-License-Identifier: MIT OR Apache-2.0

// Package trace reads and writes what a program asks of its allocator: one operation a
// line, as docs/traces.md describes. Nothing in it needs memory for a trace's length but
// [Reader.ReadAll].
package trace

import (
	"errors"
	"fmt"
	"math"
)

// Kind is what an operation does.
type Kind uint8

// The kinds, with the fields of Op that each of them has.
const (
	Memory  Kind = iota + 1 // Size, Base: the first operation, if it is there
	Alloc                   // Size, Align
	Zero                    // Size, Align: Alloc of zeroed memory
	Resize                  // Block, Size: the block keeps its number
	Free                    // Block
	Mark                    // remembers which blocks are live
	Release                 // Block: ends every block made since the mark, the mark and later ones
	Reset                   // ends every block and every mark
	Grow                    // Size: somebody else grows the memory
	Phase                   // Text: what the program does from here on
)

// words are the kinds in a trace, and how many numbers follow. The alignment may be
// left out.
var words = [...]struct {
	name    string
	numbers int
	form    string
}{
	Memory:  {"memory", 2, "PAGES BASE"},
	Alloc:   {"alloc", 2, "SIZE [ALIGN]"},
	Zero:    {"zero", 2, "SIZE [ALIGN]"},
	Resize:  {"resize", 2, "BLOCK SIZE"},
	Free:    {"free", 1, "BLOCK"},
	Mark:    {"mark", 0, "nothing"},
	Release: {"release", 1, "MARK"},
	Reset:   {"reset", 0, "nothing"},
	Grow:    {"grow", 1, "PAGES"},
	Phase:   {"phase", 0, "TEXT"},
}

// String returns the kind's word.
func (k Kind) String() string { return words[k].name }

// Makes reports whether the operation makes a block.
func (k Kind) Makes() bool { return k == Alloc || k == Zero }

// An Op is one operation. Blocks are numbered from 0 in the order in which Alloc and
// Zero make them, marks likewise.
type Op struct {
	Kind  Kind
	Size  uint32 // bytes; for Memory and Grow, pages
	Align uint32 // bytes; 0 where the program asked for none, as malloc does
	Base  uint32 // address at which the heap begins
	Block int    // number of the block; for Release, of the mark
	Text  string
}

// maxText is the most bytes of a phase's text.
const maxText = 1000

// header is the first line, without the version.
const header = "genalloc trace "

// version of the format that this package writes.
const version = 1

// counts are how many operations, blocks and marks there were so far. They are all that
// reader and writer know of an operation's past.
type counts struct{ ops, blocks, marks int }

// add enters an operation, unless it cannot stand here.
func (c *counts) add(op Op) error {
	switch {
	case op.Kind == Memory && c.ops > 0:
		return errors.New("memory stands before all other operations: move it up")
	case (op.Kind == Resize || op.Kind == Free) && uint(op.Block) >= uint(c.blocks):
		return fmt.Errorf("allocation %d is not made by any line above", op.Block)
	case op.Kind == Release && uint(op.Block) >= uint(c.marks):
		return fmt.Errorf("mark %d is not made by any line above", op.Block)
	case op.Kind.Makes() && c.blocks == math.MaxUint32:
		return errors.New("more than 2^32 - 1 allocations: cut the trace")
	case op.Kind.Makes():
		c.blocks++
	case op.Kind == Mark:
		c.marks++
	}
	c.ops++
	return nil
}
