// SPDX-License-Identifier: MIT OR Apache-2.0

package contract

import (
	"math"
	"math/bits"
	"slices"
)

// MaxListed is the largest block under lists, in bytes: half the address space, since a
// block lies at a multiple of the largest power of two that divides its class's size.
// MaxListed64 is that of 64-bit addresses. It costs memory for the heads of large classes,
// and saves a test of each size.
const (
	MaxListed   = 1 << 31
	MaxListed64 = 1 << 63
)

// mostListed is the largest that --max-block can be.
func (o Order) mostListed() uint64 {
	if o.Memory64 {
		return MaxListed64
	}
	return MaxListed
}

// LimitsBlocks reports whether --max-block leaves classes out.
func (c Contract) LimitsBlocks() bool { return c.MaxBlock < c.mostListed() }

// defaultClasses is how many classes each doubling of the size has.
const defaultClasses = 4

// nameSize is the size in bytes of the word in front of a block that names its list.
const nameSize = 4

// ListUnit returns the step in bytes in which lists tell sizes apart, and of which
// every block is a multiple; 0 under another strategy. The blocks of c have a word in
// front that names their list, so that free finds it.
func (c Contract) ListUnit() uint32 {
	switch {
	case c.Strategy != Lists:
		return 0
	case c.namesClasses():
		return CAlign
	}
	return 8
}

// namesClasses reports whether a word in front of a block names its class, since a free is
// not told the size. The layer that finds misuse knows it.
func (c Contract) namesClasses() bool { return c.ABI == C && c.Debug == DebugOff }

// ListHeader returns the bytes of a block that lie before its address.
func (c Contract) ListHeader() uint32 {
	if c.Strategy == Lists && c.namesClasses() {
		return nameSize
	}
	return 0
}

// HeadsSize returns the bytes at the heap base that hold the heads of the lists, each
// the address of a list's first free block; 0 under another strategy. There are heads
// for sizes above --max-block that stay null: those of the last doubling, so that
// a search for a list needs no test, or else one, where a search for a free block ends.
func (c Contract) HeadsSize() uint32 {
	if c.Strategy != Lists {
		return 0
	}
	return c.PointerSize() * (c.Classes*8*c.PointerSize() - c.FirstHead() + 1)
}

// JoinedFrom is the class of the smallest free blocks that are joined with their
// neighbours, in bytes. Smaller ones are many, and most often their size is asked for again.
const JoinedFrom = 256

// Joins reports whether free blocks that lie side by side are joined: before the memory
// grows for a block that is [Joining], and before a request is refused. It takes a
// header to find the neighbour.
func (c Contract) Joins() bool { return c.Strategy == Lists && c.ABI == C && !c.NoSplit && !c.NoJoin }

// LosesRests reports whether the rest of a page is lost where somebody else's pages follow
// it. Where the owned pages end with the page that the next block begins in, and no free
// block is ever split, a module that knows no more than that is the shortest.
func (c Contract) LosesRests() bool {
	lastPage := (uint64(c.HeapBase.Address) + PageSize - 1) / PageSize
	return c.Strategy == Lists && c.ABI != C && c.NoSplit && !c.LimitsBlocks() && c.Align() <= PageSize &&
		c.Grow.Policy == GrowExact && c.CanGrow() && !c.HeapBase.Imported() && lastPage == uint64(c.InitialPages)
}

// JoiningBits is log2 of a sixteenth of a page.
const JoiningBits = 12

// Joining reports whether a block of size bytes, header included, is so large a part of a
// memory of so many pages that free blocks are joined before it grows: more than a sixteenth.
func Joining(size, pages uint64) bool { return size > pages<<JoiningBits }

// HasStart reports whether the module has a start function. It reads an imported heap
// base, so that a search for a list needs no test, and clears the heads where an imported
// memory may hold a host's bytes. Among threads, it claims the first pages, for the heads; an
// object, which has none, claims them at the thread's first call.
func (c Contract) HasStart() bool {
	return c.Strategy == Lists && !c.HeapBase.Linker && (c.HeapBase.Imported() || c.Threads || c.Dirty && c.Memory == ImportMemory)
}

// Batch is how many free blocks of a class a thread keeps before others may have them.
const Batch = 16

// StacksSize returns the bytes in which threads give each other batches: for each head a
// number of 8 bytes.
func (c Contract) StacksSize() uint32 { return 2 * c.HeadsSize() }

// StacksRoom returns how many bytes the memory has to have at the start from an imported base
// on, wherever that lies: the stacks are aligned to 8. It is 0 where none lie there.
func (c Contract) StacksRoom() uint32 {
	if c.Strategy != Lists || !c.Threads || !c.HeapBase.Imported() || c.HeapBase.Linker {
		return 0
	}
	return c.StacksSize() + 7
}

// Stacks returns the address at which they begin, at a base that is a number: as far up as an
// offset needs that is not negative.
func (c Contract) Stacks() uint32 { return max((c.HeapBase.Address+7)&^7, 8*c.FirstHead()) }

// FirstHead returns the number of the head that lies at the heap base. A head's number
// falls as sizes rise. With m = (size - 1) / ListUnit and k the leading zeros of m, it is
// k * Classes minus the number that the highest bits of m are, from the highest 1 on:
// as many as tell the classes of a doubling apart. It is k * Classes for m = 0, and
// where a doubling has one class.
func (c Contract) FirstHead() uint32 {
	if !c.LimitsBlocks() {
		return c.head(c.MaxSize())
	}
	return c.head(c.MaxBlock+uint64(c.ListHeader())) - 1
}

// head returns the number of the head of the list for blocks of a size, at least 1.
func (c Contract) head(size uint64) uint32 {
	m := (size - 1) / uint64(c.ListUnit())
	zeros := uint32(bits.LeadingZeros64(m))
	k := zeros - (64 - 8*c.PointerSize())
	if c.Classes == 1 {
		return k
	}
	return k*c.Classes - uint32(m<<zeros>>(64-bits.Len32(c.Classes)))
}

// ClassSize returns the size in bytes of the blocks, headers included, that serve a
// request for a size, with its alignment in bytes. Beyond 2^63 there are none.
func (c Contract) ClassSize(size, align uint64) uint64 {
	if size > MaxListed64 {
		return math.MaxUint64
	}
	unit := uint64(c.ListUnit())
	n := (max(size+uint64(c.ListHeader()), 1) - 1) | (align - 1) | (unit - 1)
	step := max(uint64(1)<<bits.Len64(n)>>bits.Len32(c.Classes), 1)
	return (n + step) &^ (step - 1)
}

// checkStrategy refuses what belongs to other strategies.
func checkStrategy(c *Contract) error {
	row := c.Strategy.Row()
	for _, other := range Strategies {
		for _, name := range other.Flags {
			i := slices.IndexFunc(Flags, func(f Flag) bool { return f.Name == name })
			if said := Flags[i].get(&c.Order)[0]; !slices.Contains(row.Flags, name) && said != Flags[i].get(&defaults)[0] {
				return refuse(name, "%s concerns --strategy %s: drop it or say that strategy", said, other.Name)
			}
		}
	}
	for _, f := range c.ABI.Functions() {
		if f.ABI == OPA && !row.Marks && c.Has(f.Name) && (f.Role == Begins || f.Role == Marks || f.Role == Releases) {
			return refuse("functions", "%s contradicts --strategy %s, which has no first free address: say --functions opa_malloc,opa_free,opa_realloc, or --strategy %s", f.Name, c.Strategy, defaults.Strategy)
		}
	}
	if c.ABI.Includes(Arena) && !row.Marks {
		return refuse("abi", "arena contradicts --strategy %s, which hands out memory in no order that a mark could stand for: drop the one or say --strategy %s", c.Strategy, defaults.Strategy)
	}
	return nil
}

// checkLists refuses what lists cannot be made with.
func checkLists(c *Contract) error {
	if c.Strategy != Lists {
		return nil
	}
	if c.ABI.Includes(C) && c.ABI != C {
		return refuse("abi", "%s: under --strategy lists the blocks of c have a place of their own and share no lists with others': say --abi c alone", c.ABI)
	}
	if c.NoJoin && (c.ABI != C || c.NoSplit) {
		return refuse("join", "false says nothing here: only --abi c joins free blocks, and not with --split=false: drop it")
	}
	if c.MaxBlock > c.mostListed() {
		return refuse("max-block", "%d is more than half of the addresses, %d: lower it, or say --memory64", c.MaxBlock, c.mostListed())
	}
	if c.Memory64 && c.ABI.Includes(C) {
		return refuse("memory64", "--abi c under --strategy %s has 32-bit addresses only: say --abi core, or --strategy %s or %s", c.Strategy, Bump, Stack)
	}
	if align := uint64(c.Align()); align > c.MaxBlock {
		return refuse("max-block", "%d is below the alignment of %d bytes that every block has: raise it", c.MaxBlock, align)
	}
	base, bytes, head := uint64(c.HeapBase.Address), uint64(c.InitialPages)*PageSize, uint64(c.PointerSize())
	if c.Threads {
		return checkListsThreads(c)
	}
	if end := (base+head-1)&^(head-1) + uint64(c.HeadsSize()+c.ListHeader()); !c.HeapBase.Imported() && end > bytes {
		return refuse("heap-base", "%d leaves no room in the initial memory of %d bytes for the %d bytes of the lists' heads: lower it or raise --initial-pages %d", base, bytes, c.HeadsSize()+c.ListHeader(), c.InitialPages)
	}
	return nil
}

// checkListsThreads refuses what lists of threads cannot be made with, or not yet.
func checkListsThreads(c *Contract) error {
	switch {
	case c.ABI != Core:
		return refuse("abi", "%s contradicts --threads with --strategy %s: say --abi core, or --strategy %s", c.ABI, Lists, Bump)
	case c.NoSplit:
		return refuse("split", "false contradicts --threads, where pages that a thread claimed too much become free blocks: drop it")
	case c.Dirty:
		return refuse("dirty", "it contradicts --threads with --strategy %s, whose batches are kept in memory that is 0 at first: drop it", Lists)
	case c.HeapBase.Imported(): // and what the memory has at the start is known to the host or to the linker
	case c.StartPages() > 0:
		return refuse("initial-pages", "%d would not be used with --threads and --strategy %s, which hand out what they claim: drop it", c.InitialPages, Lists)
	case uint64(c.Stacks()+c.StacksSize()) > uint64(c.InitialPages)*PageSize:
		return refuse("heap-base", "%d leaves no room in the initial memory for the %d bytes in which threads give each other blocks: lower it", c.HeapBase.Address, c.StacksSize())
	}
	return nil
}
