// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import (
	"fmt"
	"math/bits"
	"strings"

	"github.com/genalloc/genalloc/contract"
)

// lists keeps a list of free blocks for each class of sizes.
var lists = strategy{
	block: statistic{
		overhead: "none: blocks have no header; a size is rounded up to its class's",
		smallest: "8 bytes; a block of size 0 uses as much",
	},
	own: map[contract.ABI]statistic{contract.C: {
		overhead: "4 bytes before each block; a size is rounded up to its class's",
		smallest: "12 bytes; a block of size 0 uses as much",
	}},
	frees:  "back",
	fresh:  func(contract.Contract) bool { return false },
	derive: deriveLists,
}

// listsNumbers are what the blocks of lists mention as .Own, beside bump's.
type listsNumbers struct {
	*bumpNumbers
	BaseText, HeadsText, ElseText, ClassText string
	Half                                     string // the bytes of the largest class there can be, as a power of two
	EndAtStart                               int64  // minus the end of the owned pages in bytes, modulo 2^32 or 2^64

	Offset             string // of a head with the number 0, as a load or store takes it
	HeadsAt, HeadsSize uint32 // the address and the bytes of the heads
	StartStep          uint32 // bytes: what the first region's start is a multiple of
	EndMinus1          int64  // EndAtStart - 1
	Bias               uint32 // bytes from there to the first head that exists
	HeadBits           int    // log2 of the bytes of a head
	LowestNumber       uint32 // of a class's head, times the bytes of a head
	LastNumber         uint32 // of the smallest class's head, times these bytes
	JoinNumber         uint32 // of the smallest class whose blocks are joined
	LargeBits          int    // log2 of the bytes of a block, for each page, for which free blocks are joined
	MaxUnits           uint64 // the largest class, in units less 1
	HighBit            uint64 // of an address
	Largest            uint64 // bytes of the largest class
	BelowClass         uint64 // the bits of a size of that one bit that do not tell its class
	UnitBits           int    // log2 of Unit
	Lead, HeadsAndLead uint32 // bytes in front of a block's address that are its own; and those of the heads
	FirstZeros         uint32 // the leading zeros of the largest class's units

	// Of threads.
	Batch, StacksSize, StacksBias uint32 // blocks; bytes; and from the stack with the number 0 to the first that exists
	StacksOffset                  string // of the stack with the number 0, as a load or store takes it
	ListText                      string // what a thread gives to others
	FirstAt, StacksRoom           uint32 // bytes: from the heads to the first region, and that the stacks need from the base on

	Unit, UnitMinus1 uint32 // bytes: of which each block is a multiple
	Step             uint32 // bytes: the power of two of which each block is a multiple
	ClassBits        int    // log2 of the classes in a doubling
	TopBits          int    // the bits of an address, less 1 and ClassBits

	// See classbytes.
	ClassMask, ClassShift, HighestNumber, DoublingBits uint32
	FirstClass                                         uint64
}

func deriveLists(m *Model, c contract.Contract) {
	deriveBump(m, c)
	m.Alloc = "$alloc"
	if c.FixedAlign != 0 {
		m.AllocParam, m.AllocArg, m.OneArg = "", "", ""
	}
	classBits := bits.Len32(c.Classes) - 1
	unitBits := bits.Len32(c.ListUnit()) - 1
	width, pointer, headBits := int(8*c.PointerSize()), c.PointerSize(), bits.Len32(c.PointerSize())-1
	// The largest class there can be has this number: its units have this many zeros.
	zeros := uint32(unitBits) + 1
	highest := zeros*c.Classes - 2*c.Classes + 1
	if c.Classes == 1 {
		highest = zeros
	}
	n := &listsNumbers{
		bumpNumbers:   m.Own.(*bumpNumbers),
		BaseText:      strings.Replace(m.BaseText, "the lowest address that is handed out", "where the heads begin", 1),
		HeadsText:     fmt.Sprintf("%d bytes: the address of each list's first free block, or 0", c.HeadsSize()),
		ElseText:      pick(c.NoSplit, "the memory grows", "a larger free block becomes the region, or the memory grows"),
		ClassText:     classText(c),
		HeadsSize:     c.HeadsSize(),
		Half:          fmt.Sprintf("2^%d", width-1),
		Bias:          pointer * c.FirstHead(),
		HeadBits:      headBits,
		HighBit:       1 << (width - 1),
		LowestNumber:  pointer * max(c.FirstHead()+1, highest),
		LastNumber:    pointer*c.FirstHead() + c.HeadsSize() - pointer,
		MaxUnits:      (c.ClassSize(c.MaxBlock, 1) - 1) / uint64(c.ListUnit()),
		Largest:       c.ClassSize(c.MaxBlock, 1),
		BelowClass:    1<<(width-1-classBits) - 1,
		FirstZeros:    zeros,
		UnitBits:      unitBits,
		Lead:          c.ListHeader(),
		HeadsAndLead:  c.HeadsSize() + c.ListHeader(),
		Unit:          c.ListUnit(),
		UnitMinus1:    c.ListUnit() - 1,
		Step:          max(c.ListUnit(), c.Align()),
		ClassBits:     classBits,
		TopBits:       width - 1 - classBits,
		ClassMask:     pointer * (c.Classes - 1),
		ClassShift:    uint32(width - 2 - classBits - headBits),
		FirstClass:    uint64(c.Classes+1) << (width - 2 - classBits),
		HighestNumber: pointer * highest,
		DoublingBits:  uint32(classBits + headBits),
	}
	m.Own = n
	placeHeads(n, c)
	chooseLists(m, c)
	m.State, m.Functions = listsFields(c)
	if c.ABI == contract.C {
		deriveListsC(m, c)
	}
	if c.Threads {
		deriveListsThreads(m, c)
	}
}

// placeHeads says where the heads lie and where the first region starts and ends.
func placeHeads(n *listsNumbers, c contract.Contract) {
	n.StartStep = min(n.Step, contract.PageSize)
	n.EndAtStart = address(c, -int64(c.InitialPages)*contract.PageSize)
	n.EndMinus1 = address(c, n.EndAtStart-1)
	if c.HeapBase.Imported() || c.Threads {
		return
	}
	n.HeadsAt = max((c.HeapBase.Address+c.PointerSize()-1)&^(c.PointerSize()-1), n.Bias)
	n.Offset = fmt.Sprintf(" offset=%d", n.HeadsAt-n.Bias)
	start := n.HeadsAt + n.HeadsAndLead
	n.TopAtStart = address(c, -int64((start+n.StartStep-1)&^(n.StartStep-1)))
}

// address returns a number modulo 2^32 where addresses have 32 bits, signed.
func address(c contract.Contract, n int64) int64 {
	if c.Memory64 {
		return n
	}
	return int64(int32(n))
}

// classText says which sizes the classes have.
func classText(c contract.Contract) string {
	if c.Classes == 1 {
		return fmt.Sprintf("It is a power of two: %d, %d, %d, %d and so on", c.ListUnit(), 2*c.ListUnit(), 4*c.ListUnit(), 8*c.ListUnit())
	}
	var steps []string
	for n := uint32(128); n < 256; n += 128 / c.Classes {
		steps = append(steps, fmt.Sprint(n))
	}
	return fmt.Sprintf("Each doubling of the size has %d\n;; classes at equal steps, such as %s and 256 bytes", c.Classes, strings.Join(steps, ", "))
}

// chooseLists chooses on the axes of the functions of lists.
func chooseLists(m *Model, c contract.Contract) {
	set := func(axis, choice string) { m.Choices[axis] = choice }
	limited := c.LimitsBlocks()
	many := c.Classes > 1
	set("picture", "lists")
	set("invariant", "lists")
	set("core.dealloc", "lists")
	set("round", pick(many, "class", "power"))
	set("endpage", pick(c.Memory64, "wide", "plain")) // no block has size 0
	set("toolarge", pick(c.Memory64, "wide", ""))
	set("beyond", pick(c.Memory64, "wide", ""))
	set("headat", pick(c.HeapBase.Imported() || c.Threads, "global", "const"))
	set("put", "first")
	set("putlocals", "")
	set("claimlocals", "")
	set("shared", "")
	set("begin", "")
	set("units", unitsIn(c))
	set("spread", unitsIn(c))
	set("number", pick(many, "many", "one"))
	set("numberlocals", pick(many, "many", ""))
	set("find", pick(c.Optimize == contract.Size, "bytes", "here"))
	set("owner", m.Choices["find"])
	set("findlocals", pick(c.Optimize != contract.Size && many, "many", pick(limited, "units", "")))
	set("limit", pick(limited, "units", ""))
	set("largest", pick(limited, "", "half"))
	set("fits", pick(limited, "limited", "unlimited"))
	small, grows, region := c.Optimize == contract.Size, c.CanGrow(), keepsRegion(c)
	set("bytes", pick(small, "found", pick(!region, "room", pick(many, "here", "one"))))
	set("miss", pick(!region, "page", pick(small, "call", "region")))
	set("grows", pick(small, "", "here"))
	set("growlocals", pick(small, "", m.Choices["numberlocals"]))
	set("rest", pick(region, "region", "page"))
	set("unfit", pick(!region, "page", pick(limited, "max", "half")))
	set("copyless", m.Choices["copy"])
	set("leave", "some")
	set("joinlocals", "")
	set("refused", "fail")
	set("stop", "")
	set("another", pick(c.NoSplit, "grow", "split"))
	set("classbytes", pick(many, "many", "one"))
	set("pop", pick(c.NoSplit, "", "block"))
	set("growth", pick(grows, "pages", "never"))
	set("regiongrow", pick(c.Grow.Policy == contract.GrowExact, "exact", "more"))
	set("more", pick(grows && c.Grow.Policy != contract.GrowExact, string(c.Grow.Policy), ""))
	set("raiseused", pick(keepsUsed(c), "max", ""))
	set("freshfrom", pick(keepsUsed(c), "used", "top"))
	set("startends", pick(c.ListHeader() > 0, "lead", ""))
	set("first", pick(c.HeapBase.Linker, "linked", ""))
	set("initialend", pick(c.HeapBase.Linker, "linker", pick(c.InitialPages == 1, "", "number")))
	set("headspage", pick(grows, "grow", "none"))
	set("lists.start", pick(c.HeapBase.Imported(), "import", "number"))
	set("clearlocals", pick(c.Dirty, "heads", ""))
	set("clear", pick(c.Dirty, "import", ""))
	set("place", "round")
	set("at", "place")
	set("atlocal", "place")
	set("present", "region")
	set("behind", "memory")
	set("skipped", "give")
	set("giveable", pick(c.Align() > contract.PageSize, "large", ""))
}

// keepsRegion reports whether a global holds the end of the region. Where no free block
// ever becomes it, the region can be the rest of the page that top lies in.
func keepsRegion(c contract.Contract) bool {
	return !c.LosesRests()
}

// keepsUsed reports whether a global tells fresh memory from used memory. Where free
// blocks never become the region, top does. Among threads, blocks come from anywhere.
func keepsUsed(c contract.Contract) bool {
	return (tellsFresh(c) || c.Joins()) && !c.NoSplit && !c.Threads
}

// unitsIn chooses how the size in units is computed. Alignments up to 8 bytes are every
// block's.
func unitsIn(c contract.Contract) string {
	switch {
	case c.FixedAlign > 8:
		return "fixed"
	case c.FixedAlign != 0:
		return "small"
	case c.MinAlign > 8:
		return "min"
	}
	return "param"
}

// listsFields lists the globals and the functions that the contract needs.
func listsFields(c contract.Contract) (state, functions []string) {
	imported := c.HeapBase.Imported() || c.Threads
	core := c.Only(contract.Core)
	if imported && !c.HeapBase.Linker {
		state = append(state, "heads.import")
	}
	state = append(state, pick(keepsRegion(c), pick(imported, "region.import", "region.number"), "region.page"))
	if keepsUsed(c) {
		state = append(state, "used.global")
	}
	small, region := c.Optimize == contract.Size, keepsRegion(c)
	if small {
		functions = append(functions, "lists.number")
	}
	if small || !region || c.HasRole(contract.Resizes) {
		functions = append(functions, "lists.room")
	}
	functions = append(functions, "lists.alloc")
	if core.HasRole(contract.AllocatesZeroed) {
		functions = append(functions, pick(c.Dirty || c.Threads, "zeroed.fill", "zeroed.lists"))
	}
	functions = append(functions, "core.dealloc")
	if keepsRegion(c) {
		functions = append(functions, "lists.refill", "lists.give")
	} else {
		functions = append(functions, "lists.fresh")
	}
	if c.HasRole(contract.Resizes) {
		functions = append(functions, "lists.realloc")
	}
	if c.HasStart() {
		functions = append(functions, "lists.start")
	}
	return state, functions
}
