// SPDX-License-Identifier: MIT OR Apache-2.0

// Package script has sequences of calls that can be run again, and their text.
package script

import (
	"fmt"
	"strings"

	"github.com/genalloc/genalloc/contract"
)

// A Setup is the world in which a sequence of calls starts: memory, base and host.
type Setup struct {
	ABI   contract.ABI `json:"abi,omitempty"` // which set of functions is called, where the module has several
	Base  uint64       `json:"base"`          // bytes; supplied to the module where its contract imports the base
	Pages uint64       `json:"pages"`         // of the memory before the first call; beyond the contract's initial pages they are somebody else's
	Limit uint64       `json:"limit"`         // pages; growth beyond is refused by the host
}

// DefaultSetup is the world that the contract describes, kept one page short of 4 GiB
// so that every engine can run it.
func DefaultSetup(c contract.Contract) Setup {
	s := Setup{Base: uint64(c.HeapBase.Address), Pages: uint64(c.InitialPages)}
	if c.HeapBase.Imported() {
		s.Base = 1024
	}
	s.Limit = max(s.Pages, contract.MaxPages-1)
	return s
}

// Op is what a line of a script does.
type Op string

// The operations. Grow and limit are what the host does, write is what a program does,
// and all others are calls of the allocator.
const (
	OpAlloc       Op = "alloc"
	OpAllocZeroed Op = "alloc_zeroed"
	OpRealloc     Op = "realloc"
	OpFree        Op = "free"
	OpMemalign    Op = "memalign" // posix_memalign
	OpUsable      Op = "usable"   // malloc_usable_size
	OpWrite       Op = "write"    // what the block's owner does
	OpMisuse      Op = "misuse"   // what the block's owner must not do: a kind of fault
	OpMark        Op = "mark"
	OpRelease     Op = "release"
	OpReset       Op = "reset"
	OpGrow        Op = "grow"
	OpLimit       Op = "limit"
)

// operands lists what each operation takes.
var operands = map[Op]string{
	OpAlloc: "SIZE ALIGN", OpAllocZeroed: "SIZE ALIGN", OpRealloc: "BLOCK SIZE",
	OpFree: "BLOCK", OpMemalign: "SIZE ALIGN", OpUsable: "BLOCK", OpWrite: "BLOCK WORD", OpMisuse: "BLOCK KIND", OpMark: "", OpRelease: "MARK", OpReset: "",
	OpGrow: "PAGES", OpLimit: "PAGES",
}

// A Call is one line of a script, with its result.
type Call struct {
	Op    Op     `json:"op"`
	Block int    `json:"block"`           // number of the block or mark that it is about, -1 for null
	Size  uint64 `json:"size"`            // bytes; pages for grow and limit; the word that write repeats; the kind of a misuse
	Align uint64 `json:"align,omitempty"` // bytes

	// What the call returned. A replay ignores it.
	Made  int    `json:"made"`            // number of the block or mark made, -1 for none
	Ptr   uint64 `json:"ptr"`             // address returned, 0 for null; or the mark
	Pages uint64 `json:"pages"`           // size of the memory afterwards
	Trap  string `json:"trap,omitempty"`  // what trapped
	Fails bool   `json:"fails,omitempty"` // a growth that was refused
	Ended []int  `json:"ended,omitempty"` // numbers of the blocks that release or reset ended
}

// Null is the number of the block at the null address.
const Null = -1

// Makes reports whether the operation returns a block.
func (op Op) Makes() bool {
	return op == OpAlloc || op == OpAllocZeroed || op == OpRealloc || op == OpMemalign
}

// Takes reports whether the operation is about a block made before.
func (op Op) Takes() bool {
	return op == OpRealloc || op == OpFree || op == OpUsable || op == OpWrite || op == OpMisuse
}

// Names reports whether later lines can name what the line makes: a block or a mark.
func (op Op) Names() bool { return op.Makes() || op == OpMark }

// Refers reports whether the operation is about a block or a mark made before.
func (op Op) Refers() bool { return op.Takes() || op == OpRelease }

// blockName and markName return what scripts call a block and a mark. The two are
// numbered together, in the order in which they are made.
func blockName(n int) string {
	if n == Null {
		return "null"
	}
	return fmt.Sprintf("p%d", n)
}

func markName(n int) string { return fmt.Sprintf("m%d", n) }

// String returns the line as a script has it, without results.
func (c Call) String() string {
	line := string(c.Op)
	switch {
	case c.Op.Makes():
		line = blockName(c.Made) + " = " + line
	case c.Op == OpMark:
		line = markName(c.Made) + " = " + line
	}
	for _, operand := range strings.Fields(operands[c.Op]) {
		switch operand {
		case "BLOCK":
			line += " " + blockName(c.Block)
		case "MARK":
			line += " " + markName(c.Block)
		case "ALIGN":
			line += fmt.Sprintf(" %d", c.Align)
		case "WORD":
			line += fmt.Sprintf(" %#x", c.Size)
		default:
			line += fmt.Sprintf(" %d", c.Size)
		}
	}
	return line
}

// MostProduct bounds the sizes that calloc is asked for, in bytes: what two factors
// below 2^32 can make, one of them 2^16.
const MostProduct = 1 << 48

// A Script is a sequence of calls that can be run again.
type Script struct {
	Setup Setup  `json:"setup"`
	Calls []Call `json:"calls"`
}

// String returns the script as text, which [Parse] reads. Each call
// stands on a line of its own; the setup comes first, and # starts a comment.
func (s Script) String() string {
	var b strings.Builder
	if s.Setup.ABI != "" {
		fmt.Fprintf(&b, "abi %s\n", s.Setup.ABI)
	}
	fmt.Fprintf(&b, "base %d\npages %d\nlimit %d\n", s.Setup.Base, s.Setup.Pages, s.Setup.Limit)
	for _, c := range s.Calls {
		fmt.Fprintln(&b, c)
	}
	return b.String()
}
