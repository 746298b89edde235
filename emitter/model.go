// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import (
	"cmp"
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/plain"
)

// A Model is what the templates say. Its fields are their vocabulary: numbers
// under names, and the block chosen on each axis.
type Model struct {
	Command string // the command line that makes this module again

	// Text for the reader.
	BaseText, AlignText, OverheadText, SmallestText, AlignName, ZeroText, GrowText, OOMText, LengthText, SafetyText string

	MemoryModule, MemoryName string // quoted for WAT
	BaseModule, BaseName     string // quoted for WAT
	GrowModule, GrowName     string // quoted for WAT: of the function to call after growth
	Limits                   string // the memory's limits in pages
	InitialPages             uint32
	Pages                    uint64 // of all addresses
	Space, End               string // the bytes of all addresses, as text and as a power of two
	Pointer                  uint32 // bytes of an address
	SizeAt                   uint32 // where c's header of 16 bytes has the size
	Align                    uint32 // bytes: --min-align or --fixed-align
	AlignMinus1              uint32
	AlignParam, AlignArg     string // the exported functions' parameter $align and its argument, or nothing
	AllocParam, AllocArg     string // the same of the function $alloc
	OneArg                   string // the argument of $alloc for an alignment of 1, or nothing
	Alloc                    string // the function that allocates for the exported ones
	Keeps                    string // what a C block that shrinks keeps, or nothing
	Debug                    *debugNumbers
	Threads                  *threadNumbers
	Own                      any // the numbers that only the strategy's blocks mention

	// The module's fields in order, each an axis or a block: imports and memory,
	// the strategy's globals and functions, the other ABIs' functions.
	Memory, State, Functions, Adapters []string
	Counted                            []counted // functions that count, and call others
	Exports                            []Export

	// Choices has the choice on each axis, or "" for a block that is left out. The
	// axes are described in the templates.
	Choices map[string]string

	fresh bool // see strategy
	wide  bool // addresses have 64 bits
}

// An Export gives a function of the module a name.
type Export struct {
	Name string // quoted for WAT
	Func string // the function's identifier
}

// NewModel derives the model of a contract. The error is a [*contract.FlagError] where
// modules of its strategy cannot be made.
func NewModel(c contract.Contract) (*Model, error) {
	if err := c.Settled(); err != nil {
		return nil, err
	}
	s, ok := strategies[c.Strategy]
	if !ok {
		return nil, &contract.FlagError{Flag: "strategy", Err: fmt.Errorf("%s describes a module that something else made: say --strategy %s", c.Strategy, contract.Default().Strategy)}
	}
	if c.Debug != contract.DebugOff {
		return s.debugModel(c), nil
	}
	return s.model(c), nil
}

// model derives the model under the strategy.
func (s strategy) model(c contract.Contract) *Model {
	m := &Model{
		Command:      "genalloc " + cmp.Or(plain.ASCII(c.String()), "(all defaults)"),
		MemoryName:   plain.WAT(c.MemoryName),
		BaseModule:   plain.WAT(c.HeapBase.Module),
		BaseName:     plain.WAT(c.HeapBase.Name),
		Limits:       fmt.Sprint(c.InitialPages),
		InitialPages: c.InitialPages,
		Align:        c.Align(),
		AlignMinus1:  c.Align() - 1,
		fresh:        s.fresh(c),
		wide:         c.Memory64,
	}
	m.address(c)
	if c.Memory == contract.ImportMemory {
		module, name, _ := contract.SplitImport(c.MemoryName)
		m.MemoryModule, m.MemoryName = plain.WAT(module), plain.WAT(name)
	}
	if most := c.DeclaredMax(); most != 0 {
		m.Limits += fmt.Sprint(" ", most)
	}
	if c.Threads {
		m.Limits += " shared"
	}
	m.align(c)
	m.describe(c, s)
	m.Memory = memory(c)
	m.Adapters = adapters(c)
	m.Choices = choices(c, s)
	s.derive(m, c)
	m.Exports = m.exports(c)
	m.watch(c)
	return m
}

// address derives what the width of addresses changes.
func (m *Model) address(c contract.Contract) {
	m.Pages, m.Space, m.End, m.Pointer = c.AddressPages(), "4 GiB", "2^32", c.PointerSize()
	if m.wide {
		m.Limits = "i64 " + m.Limits
		m.Space, m.End = "2^64 bytes", "2^64"
	}
	m.SizeAt = contract.CAlign - m.Pointer
}

// align derives what the alignment changes in signatures and calls.
func (m *Model) align(c contract.Contract) {
	const param, arg = " (param $align addr)", " (local.get $align)"
	m.AllocParam, m.AllocArg, m.OneArg, m.Alloc = param, arg, " (addr.const 1)", "$alloc"
	switch {
	case c.Align() > contract.PageSize:
		m.Alloc = "$alloc_aligned"
	case c.FixedAlign != 0:
		m.AllocParam, m.AllocArg, m.OneArg = "", "", ""
	}
	if c.FixedAlign == 0 {
		m.AlignParam, m.AlignArg = param, arg
	}
}

// linkerGlobals are the blocks of what the linker supplies beside the heap base.
var linkerGlobals = map[string]string{
	contract.LinkerEnd: "import.end", contract.LinkerErrno: "import.errno", contract.LinkerHeads: "heads.linked", contract.LinkerTaken: "import.taken", contract.LinkerStacks: "import.stacks",
}

// functionImports are the blocks of imported functions.
var functionImports = map[contract.Event]string{contract.Never: "import.stylus", contract.Grown: "import.ongrow", contract.Found: "import.fault"}

// memory lists the imports, which the text format wants first, and the memory.
func memory(c contract.Contract) []string {
	var blocks []string
	for _, imp := range c.Imports() {
		block := map[string]string{"memory": "import.memory", "global": "import.base", "func": functionImports[imp.Event]}[imp.Kind]
		if linked, ok := linkerGlobals[imp.Name]; ok && c.HeapBase.Linker {
			block = linked
		}
		blocks = append(blocks, block)
	}
	if c.Memory == contract.ExportMemory {
		blocks = append(blocks, "memory.export")
	}
	return blocks
}

// choices chooses on the axes that all strategies share.
func choices(c contract.Contract, s strategy) map[string]string {
	null := pick(c.OOM == contract.OOMNull, "null", "") // where it traps, what comes back is a block
	choices := map[string]string{
		"memorygrow": "alone",
		"product":    pick(c.Memory64, "wide", "narrow"),
		"layer":      "",
		"fail":       pick(c.OOM == contract.OOMTrap, "trap", "null"),
		"shrunk":     pick(topFalls(c), "stored", ""),
		"resized":    pick(topFalls(c), "always", "newest"),
		"topbefore":  pick(topFalls(c), "", "newest"),
		"toplocal":   pick(topFalls(c), "", "newest"),
		"checkblock": null,
		"checknomem": pick(c.SetsErrno(), "errno", null),
		"enomem":     pick(c.SetsErrno(), "errno", "fail"),
		"einval":     pick(c.SetsErrno(), "errno", "fail"),
		"nomemory":   null,
		"must":       null,
		"emptied":    pick(s.frees == "back", s.frees, "nothing"),
		"length":     pick(s.fresh(c), "", "store"),
		"zeroblock":  pick(s.fresh(c), "", "fill"),
		"fill":       pick(c.Target.BulkMemory(), "bulk", "loop"),
		"copy":       pick(c.Target.BulkMemory(), "bulk", "loop"),
		"aligned":    pick(c.FixedAlign != 0, "fixed", "min"),
	}
	for _, f := range c.Signatures() {
		if f.Role == contract.Frees {
			choices[blockOf(f)] = s.frees
		}
	}
	return choices
}

// pick returns yes where the condition holds, and no otherwise.
func pick(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}
