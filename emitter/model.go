// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import (
	"fmt"
	"math/bits"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/plain"
)

// A Model is what the templates say. Its fields are their vocabulary: numbers
// under names, and the part chosen on each axis.
type Model struct {
	Command string // the command line that makes this module again

	// Text for the reader.
	BaseText, AlignText, OverheadText, SmallestText, AlignName, ZeroText, GrowText, MoreText, OOMText, WindowText, LengthText string

	MemoryModule, MemoryName string // quoted for WAT
	BaseModule, BaseName     string // quoted for WAT
	Limits                   string // the memory's limits in pages
	InitialPages             uint32
	OursAtStart              uint32 // 65536 - InitialPages
	TopAtStart               int32  // minus the base in bytes, modulo 2^32; a multiple of Align where top is kept aligned
	WindowMask               uint32 // see window
	Align                    uint32 // bytes: --min-align or --fixed-align
	AlignMinus1              uint32
	AlignParam, AlignArg     string // the exported functions' parameter $align and its argument, or nothing
	AllocParam, AllocArg     string // the same of the function $alloc
	OneArg                   string // the argument for an alignment of 1, or nothing
	Alloc                    string // the function that allocates for the exported ones
	Chunk, ChunkMinus1       uint32 // pages

	Exports []Export
	Parts   []string // the module's fields, in order

	Axes
}

// Axes are the parts chosen inside the functions, one on each axis.
type Axes struct {
	Locals     string // of $alloc
	Round      string // rounding an address up to the alignment
	Next       string // where the next block starts
	OldSize    string // how far a block's end is from its start
	BaseTop    string // where the first block starts, from an imported base
	Start      string // reading an imported base at the first request
	Initial    string // and where the initial pages end
	Window     string // what $alloc looks at first
	Slow       string // what it does beyond the window
	EndPage    string // the last page of a block
	Ours       string // the end of what is the allocator's
	Others     string // whether others' pages are behind ours
	Behind     string // going behind them
	Backup     string // what top was, unless the block's address is the same
	Grow       string // growing
	More       string // how many pages to ask for first
	Stay       string // the newest block growing into the window
	Extend     string // the newest block growing beyond the window
	Added      string // and whether that could be had
	Move       string // any other block growing
	Fail       string // a request that cannot be met
	Fill       string // filling a block
	CheckBlock string // whether there is one, or else null
	NoMemory   string // the same, and ENOMEM
	Must       string // whether there is one, or else a trap
	Length     string // of a fresh region
	ZeroBlock  string // zeroing a block of the c ABI
	Copy       string
}

// An Export gives a function of the module a name.
type Export struct {
	Name string // quoted for WAT
	Func string // the function's identifier
}

// NewModel derives the model of a contract. The error is a [*contract.FlagError] where
// modules of its strategy cannot be made.
func NewModel(c contract.Contract) (*Model, error) {
	if !c.Strategy.Row().Generated {
		return nil, &contract.FlagError{Flag: "strategy", Err: fmt.Errorf("%s describes a module that something else made: say --strategy bump", c.Strategy)}
	}
	m := &Model{
		Command:      "genalloc",
		MemoryName:   quote(c.MemoryName),
		BaseModule:   quote(c.HeapBase.Module),
		BaseName:     quote(c.HeapBase.Name),
		TopAtStart:   int32(-c.HeapBase.Address),
		Limits:       fmt.Sprint(c.InitialPages),
		InitialPages: c.InitialPages,
		OursAtStart:  contract.MaxPages - c.InitialPages,
		WindowMask:   window(c) - 1,
		Align:        c.Align(),
		AlignMinus1:  c.Align() - 1,
		Chunk:        c.Grow.Chunk,
		ChunkMinus1:  c.Grow.Chunk - 1,
	}
	if text := c.String(); text != "" {
		m.Command += " " + plain.ASCII(text)
	}
	if c.Memory == contract.ImportMemory {
		module, name, err := contract.SplitImport(c.MemoryName)
		if err != nil {
			return nil, err
		}
		m.MemoryModule, m.MemoryName = quote(module), quote(name)
	}
	if c.MaxPages != 0 {
		m.Limits += fmt.Sprint(" ", c.MaxPages)
	}
	m.align(c)
	m.describe(c)
	m.Axes = choose(c)
	m.Parts = fields(c)
	m.Exports = exports(c)
	return m, nil
}

// keepsAligned reports whether top is kept a multiple of the contract's alignment,
// by rounding each block's end. An alignment of more than a page cannot be kept
// so: rounding could move top beyond the end of what is the allocator's.
func keepsAligned(c contract.Contract) bool {
	return c.Align() > 1 && c.Align() <= contract.PageSize
}

// align derives what the alignment changes in signatures and calls.
func (m *Model) align(c contract.Contract) {
	const param, arg = " (param $align i32)", " (local.get $align)"
	m.AllocParam, m.AllocArg, m.OneArg, m.Alloc = param, arg, " (i32.const 1)", "$alloc"
	switch {
	case c.Align() > contract.PageSize:
		m.Alloc = "$alloc_aligned"
	case c.FixedAlign != 0:
		m.AllocParam, m.AllocArg, m.OneArg = "", "", ""
	}
	if c.FixedAlign == 0 {
		m.AlignParam, m.AlignArg = param, arg
	}
	if keepsAligned(c) && !c.HeapBase.Imported() {
		m.TopAtStart &^= int32(m.AlignMinus1) // which rounds the base up
	}
}

// window returns the size in bytes of the aligned windows in which the fast path
// may place a block without asking: the end of the window that top lies in is
// never beyond what is the allocator's. Ours ends at a page, so a page always
// qualifies; where ours never moves, so does the largest power of two dividing it.
func window(c contract.Contract) uint32 {
	if c.CanGrow() || c.HeapBase.Imported() {
		return contract.PageSize
	}
	end := uint64(c.InitialPages) * contract.PageSize
	return uint32(min(uint64(1)<<bits.TrailingZeros64(end), 1<<31))
}
