// SPDX-License-Identifier: MIT OR Apache-2.0

package contract

import "slices"

// PageSize is the size of a WebAssembly page in bytes (WebAssembly core
// specification, 4.2.8 Memory Instances: page size 65536).
const PageSize = 65536

// MaxPages is the largest size of a 32-bit memory in pages: 2^32 bytes
// (core specification, 3.2.4 Memory Types: limits within 2^16).
const MaxPages = 65536

// SectionName is the name of the custom section that holds the contract's text.
const SectionName = "genalloc"

// A Contract is a complete order for an allocator module. The zero value is not
// valid; start from [Default].
type Contract struct {
	ABI         ABI               // the set of functions and their conventions
	Functions   []string          // names of the ABI's functions; nil for all, which Validate lists in the ABI's order
	Export      map[string]string // function name to export name, where they differ
	Target      Target            // which instructions and module shapes are allowed
	Strategy    Strategy          // how blocks are found and reused
	Memory      MemoryMode        // whether the memory is exported or imported
	MemoryName  string            // export name, or MODULE.NAME of the import
	memoryNamed bool              // MemoryName was given, not left to Memory's default
	functions   []string          // the list as it was given, until Validate settles it

	InitialPages uint32 // pages the memory has at instantiation, all the allocator's above the base
	MaxPages     uint32 // the memory's declared maximum in pages; 0 for none

	HeapBase   HeapBase
	Grow       Grow
	MinAlign   uint32 // bytes, a power of two: every block is at least so aligned
	FixedAlign uint32 // bytes, a power of two: the one alignment, with no align parameter; 0 for none
	OOM        OOM
	Dirty      bool // memory above the base may hold a host's bytes: alloc_zeroed fills

	// How the module is written rather than what it promises; kept here so
	// that the text of a contract is enough to make the same bytes again.
	Optimize Optimize
	Names    bool // keep the name section
}

// Default returns the contract of the default module: the core ABI in an
// exported memory of one page with no maximum, heap base 1024 (so that small
// addresses, and 0 above all, are never blocks), growing by what is needed.
func Default() Contract {
	return Contract{
		ABI:          Core,
		Export:       map[string]string{},
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
}

// PageLimit returns the number of pages beyond which the memory cannot grow,
// whatever the host allows.
func (c Contract) PageLimit() uint32 {
	if c.MaxPages != 0 {
		return c.MaxPages
	}
	return MaxPages
}

// CanGrow reports whether the allocator may ever call memory.grow.
func (c Contract) CanGrow() bool {
	return c.Grow.Policy != GrowNever && c.PageLimit() > c.InitialPages
}

// Align returns the alignment in bytes that every block has whatever the
// caller asks for.
func (c Contract) Align() uint32 {
	if c.FixedAlign != 0 {
		return c.FixedAlign
	}
	return c.MinAlign
}

// Has reports whether the contract includes the ABI's function of that name.
func (c Contract) Has(function string) bool {
	if c.Functions == nil {
		return slices.Contains(functionNames(c.ABI), function)
	}
	return slices.Contains(c.Functions, function)
}

// ExportName returns the name under which the module exports the function; in an
// object, its symbol.
func (c Contract) ExportName(function string) string {
	if name, ok := c.Export[function]; ok {
		return name
	}
	return c.ownName(function)
}

// LinkedRealloc is the symbol in an object of core's realloc, which has other
// parameters than the one that every libc defines.
const LinkedRealloc = "genalloc_realloc"

// ownName is the name of a function that nobody has renamed.
func (c Contract) ownName(function string) string {
	if function == "realloc" && c.HeapBase.Linker && c.ABI.Includes(Core) {
		return LinkedRealloc
	}
	return function
}
