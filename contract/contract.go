// SPDX-License-Identifier: MIT OR Apache-2.0

package contract

import (
	"errors"
	"math"
	"slices"
)

// PageSize is the size of a WebAssembly page in bytes (WebAssembly core
// specification, 4.2.8 Memory Instances: page size 65536).
const PageSize = 65536

// MaxPages is the largest size of a 32-bit memory in pages: 2^32 bytes
// (core specification, 3.2.4 Memory Types: limits within 2^16).
const MaxPages = 65536

// MaxPages64 is the largest size of a 64-bit memory in pages: 2^64 bytes (core
// specification 3.0, memory types: limits within 2^48).
const MaxPages64 = 1 << 48

// SectionName is the name of the custom section that holds the contract's text.
const SectionName = "genalloc"

// An Order is what somebody said of an allocator module. The zero value of a field
// says nothing and leaves it at its default, so that Order{} orders the default
// module. [Order.Settle] turns it into a [Contract].
type Order struct {
	ABI        ABI               // the set of functions and their conventions
	Functions  []string          // names of the ABI's functions, or all of them with a dash, to leave out
	Export     map[string]string // function name to export name, where they differ
	Target     Target            // which instructions and module shapes are allowed
	Strategy   Strategy          // how blocks are found and reused
	Memory     MemoryMode        // whether the memory is exported or imported
	MemoryName string            // export name, or MODULE.NAME of the import

	Memory64 bool // addresses have 64 bits

	Threads bool   // the memory is shared, and each thread has an instance
	Chunk   uint32 // pages that an instance claims at once; 0 without Threads

	InitialPages uint32 // pages the memory has at instantiation, all the allocator's above the base
	MaxPages     uint32 // the memory's declared maximum in pages; 0 for none

	HeapBase   HeapBase
	Grow       Grow
	MinAlign   uint32 // bytes, a power of two: every block is at least so aligned
	FixedAlign uint32 // bytes, a power of two: the one alignment, with no align parameter; 0 for none
	OOM        OOM
	Dirty      bool   // memory above the base may hold a host's bytes: alloc_zeroed fills
	Debug      Debug  // whether the module finds misuse, and what it does then
	Stats      bool   // the module counts, and has a function that tells
	OnGrow     string // MODULE.NAME of a function to call after each growth; empty for none

	// Parameters of the strategy lists; see [StrategyRow.Flags].
	Classes  uint32 // classes of sizes in each doubling: 1, 2, 4 or 8
	MaxBlock uint64 // bytes, from 8 to 2^31, or 2^63 with Memory64: no request for more is met
	NoSplit  bool   // a free block serves requests of its own class only
	NoJoin   bool   // free blocks of the c ABI stay apart; see Contract.Joins

	// How the module is written rather than what it promises; kept here so
	// that the text of a contract is enough to make the same bytes again.
	Optimize Optimize
	Names    bool // keep the name section
}

// A Contract is a settled order: it has a value for each parameter, and none
// contradicts another. It is made by [Order.Settle], [Parse] and [Default] alone, and
// nobody changes it. To vary one, change a copy of its Order and settle that.
type Contract struct {
	Order
	functions []Function // what the module exports
	imports   []Import   // those of the whole, of which this is a part; see Only
}

// Settled returns an error for the zero Contract, which is none.
func (c Contract) Settled() error {
	if c.functions == nil {
		return errors.New("the contract is not settled: make it with Order.Settle, Parse or Default")
	}
	return nil
}

// defaults is the order of the default module: the core ABI in an exported memory
// of one page with no maximum, heap base 1024 (so that small addresses, and 0 above
// all, are never blocks), growing by what is needed.
var defaults = Order{
	ABI:          Core,
	Target:       Wasm2,
	Strategy:     Bump,
	Memory:       ExportMemory,
	MemoryName:   "memory",
	InitialPages: 1,
	HeapBase:     HeapBase{Address: 1024},
	Grow:         Grow{Policy: GrowExact},
	MinAlign:     1,
	OOM:          OOMNull,
	Optimize:     Balanced,
}

// Default returns the contract of the default module.
func Default() Contract { return Must(Order{}.Settle()) }

// Must returns the contract and panics on the error, as for an order that the
// program's author has written.
func Must(c Contract, err error) Contract {
	if err != nil {
		panic(err)
	}
	return c
}

// PageLimit returns the number of pages beyond which the memory cannot grow,
// whatever the host allows.
func (c Contract) PageLimit() uint64 {
	if c.MaxPages != 0 {
		return uint64(c.MaxPages)
	}
	return c.AddressPages()
}

// DeclaredMax returns the maximum in pages that the module declares of its memory; 0 for
// none. A shared memory has one, also where it is a linker's to make.
func (c Contract) DeclaredMax() uint64 {
	if c.Threads {
		return c.PageLimit()
	}
	return uint64(c.MaxPages)
}

// AddressPages returns the pages that addresses reach: 2^16, or 2^48 where they have 64
// bits.
func (c Contract) AddressPages() uint64 {
	if c.Memory64 {
		return MaxPages64
	}
	return MaxPages
}

// PointerSize returns the bytes of an address.
func (c Contract) PointerSize() uint32 {
	if c.Memory64 {
		return 8
	}
	return 4
}

// MaxSize returns the largest number that a size can be, in bytes.
func (c Contract) MaxSize() uint64 {
	if c.Memory64 {
		return math.MaxUint64
	}
	return math.MaxUint32
}

// Space returns the end in bytes of the largest memory: 2^32, or a page less than 2^64,
// so that it is a number of 64 bits.
func (c Contract) Space() uint64 {
	return min(c.AddressPages(), MaxPages64-1) * PageSize
}

// CanGrow reports whether the allocator may ever call memory.grow.
func (c Contract) CanGrow() bool {
	return c.Grow.Policy != GrowNever && c.PageLimit() > uint64(c.InitialPages)
}

// Align returns the alignment in bytes that every block has whatever the
// caller asks for.
func (c Contract) Align() uint32 {
	if c.FixedAlign != 0 {
		return c.FixedAlign
	}
	return c.MinAlign
}

// Signatures returns the functions that the module exports, in the ABI's order,
// with their export names and without the align parameter under FixedAlign. The
// slice is shared: it must not be changed.
func (c Contract) Signatures() []Function { return c.functions }

// Function returns the first of the functions that has the role.
func (c Contract) Function(r Role) (f Function, ok bool) {
	i := slices.IndexFunc(c.functions, func(f Function) bool { return f.Role == r })
	if i < 0 {
		return Function{}, false
	}
	return c.functions[i], true
}

// HasRole reports whether one of the functions has one of the roles.
func (c Contract) HasRole(roles ...Role) bool {
	return slices.ContainsFunc(c.functions, func(f Function) bool { return slices.Contains(roles, f.Role) })
}

// Has reports whether the contract includes the ABI's function of that name.
func (c Contract) Has(function string) bool { return slices.Contains(c.Functions, function) }

// ExportName returns the name under which the module exports the function; in an
// object, its symbol.
func (c Contract) ExportName(function string) string {
	if name, ok := c.Export[function]; ok {
		return name
	}
	return c.ownName(function)
}

// Only returns the contract of one of the ABIs alone, which may have no function, or
// with the functions of others beside it, and those that watch. The callers of cabi's, wasm-bindgen's and
// opa's functions do not look for null: those trap whatever --oom says.
func (c Contract) Only(abi ABI, beside ...ABI) Contract {
	c.imports = c.Imports() // whatever is called, the module has them
	c.functions = slices.DeleteFunc(slices.Clone(c.functions), func(f Function) bool {
		return f.ABI != abi && f.ABI != Watch && !slices.Contains(beside, f.ABI)
	})
	c.ABI = abi
	c.Functions = namesOf(slices.DeleteFunc(slices.Clone(c.functions), func(f Function) bool { return f.ABI == Watch }))
	if abi == CABI || abi == WasmBindgen || abi == OPA {
		c.OOM = OOMTrap
	}
	return c
}

// linkedPrefix starts the symbols in an object of functions whose own names would
// clash: core's realloc has other parameters than the one that every libc defines, and
// arena's names are everyday words.
const linkedPrefix = "genalloc_"

// LinkedRealloc is the symbol in an object of core's realloc.
const LinkedRealloc = linkedPrefix + "realloc"

// ownName is the name of a function that nobody has renamed.
func (o Order) ownName(function string) string {
	clashes := func(f Function) bool {
		return f.Name == function && (f.ABI == Arena || f.ABI == Core && f.Role == Resizes)
	}
	if o.HeapBase.Linker && slices.ContainsFunc(o.ABI.Functions(), clashes) {
		return linkedPrefix + function
	}
	return function
}
