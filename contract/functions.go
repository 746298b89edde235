// SPDX-License-Identifier: MIT OR Apache-2.0

package contract

import (
	"slices"
	"strings"
)

// ValueType is a WebAssembly value type, by its name in the text format.
type ValueType string

// The types of addresses, sizes and alignments: I32 in a 32-bit memory, I64 in a 64-bit
// one.
const (
	I32 ValueType = "i32"
	I64 ValueType = "i64"
)

// A Role is what a function does, whatever its ABI calls it. The stages go by roles:
// the names stand in the table of this file alone.
type Role string

// The roles.
const (
	Allocates       Role = "allocates"
	AllocatesZeroed Role = "allocates zeroed"
	Frees           Role = "frees"
	Resizes         Role = "resizes" // and allocates where an ABI's caller hands it no block
	Measures        Role = "measures"
	Marks           Role = "marks"      // returns a mark, which stands for the blocks that are live
	Releases        Role = "releases"   // ends the life of every block that was made after a mark
	Resets          Role = "resets"     // ends the life of every block
	Begins          Role = "begins"     // starts the heap anew, at an address
	Counts          Role = "counts"     // tells what was counted
	Examines        Role = "examines"   // looks for misuse
	Enumerates      Role = "enumerates" // reports the live blocks
	Numbers         Role = "numbers"    // tells which allocation gave a block out
)

// Makes reports whether a function with the role can return a block.
func (r Role) Makes() bool { return r == Allocates || r == AllocatesZeroed || r == Resizes }

// A ParamRole is what a parameter means, whatever its name.
type ParamRole string

// The roles of parameters.
const (
	SizeParam    ParamRole = "size"     // bytes wanted; of each element where there is a count
	AlignParam   ParamRole = "align"    // alignment in bytes
	BlockParam   ParamRole = "block"    // a block's address
	OldSizeParam ParamRole = "old size" // bytes that the block was asked for with
	CountParam   ParamRole = "count"    // elements wanted
	OutParam     ParamRole = "out"      // address of what receives the block's address, or counters
	MarkParam    ParamRole = "mark"     // a mark
	BaseParam    ParamRole = "base"     // where the heap starts
)

// A ResultRole is what a function returns.
type ResultRole string

// The roles of results.
const (
	NoResult    ResultRole = ""
	BlockResult ResultRole = "block" // a block's address, or 0
	ErrnoResult ResultRole = "errno" // 0, or an error's number
	SizeResult  ResultRole = "size"  // bytes
	CountResult ResultRole = "count" // a number
	MarkResult  ResultRole = "mark"  // a mark: it means nothing but to a function that releases
)

// A Param is a parameter of a function.
type Param struct {
	Name string
	Type ValueType
	Role ParamRole
}

// A Function is one function of an ABI.
type Function struct {
	ABI     ABI
	Name    string // the ABI's own name
	Export  string // the name under which the module exports it
	Alias   string // a second symbol by which a libc's own code calls it; "" for none
	Role    Role
	Params  []Param
	Result  ResultRole
	Results []ValueType
	Doc     string // one line
}

// Param returns the index of the parameter with the role, or -1.
func (f Function) Param(r ParamRole) int {
	return slices.IndexFunc(f.Params, func(p Param) bool { return p.Role == r })
}

// tables lists each ABI's functions in the order in which modules export them.
// Sizes and alignments are in bytes, i32 read as unsigned. The signatures are
// those of the consumers: Rust's GlobalAlloc for core; ISO C and POSIX for c; the
// Component Model's canonical ABI for cabi; wasm-bindgen's, cosmwasm-std's, the
// proxy-wasm specification's and OPA's (wasm/src/malloc.h) for the others. The aliases are
// wasi-libc's, and OPA's for many calls in a row.
var tables = []struct {
	abi       ABI
	functions []Function
}{
	{Core, []Function{
		fn(Allocates, BlockResult, "alloc", "size align", "returns the address of size fresh bytes, a multiple of align"),
		fn(AllocatesZeroed, BlockResult, "alloc_zeroed", "size align", "as alloc, and every byte is 0"),
		fn(Frees, NoResult, "dealloc", "ptr old_size=size align", "gives a block back"),
		fn(Resizes, BlockResult, "realloc", "ptr old_size align size=new_size", "resizes a block, in place where that is possible, and returns its address"),
	}},
	{C, []Function{
		fn(Allocates, BlockResult, "malloc", "size", "returns the address of size bytes, a multiple of 16").alias("__libc_malloc"),
		fn(Frees, NoResult, "free", "ptr", "gives a block back; ptr may be null").alias("__libc_free"),
		fn(AllocatesZeroed, BlockResult, "calloc", "count size", "as malloc of count times size bytes, every byte 0; null where the product overflows").alias("__libc_calloc"),
		fn(Resizes, BlockResult, "realloc", "ptr size", "resizes a block, in place where that is possible; ptr may be null"),
		fn(Allocates, BlockResult, "aligned_alloc", "align size", "as malloc, a multiple of align; null where that is not a power of two"),
		fn(Allocates, ErrnoResult, "posix_memalign", "out align size", "stores such an address at out; returns 0, 28 (EINVAL) or 48 (ENOMEM)"),
		fn(Measures, SizeResult, "malloc_usable_size", "ptr", "returns the block's size; 0 for null"),
	}},
	{CABI, []Function{
		fn(Resizes, BlockResult, "cabi_realloc", "ptr=old_ptr old_size align size=new_size", "allocates where old_size is 0, resizes otherwise; traps where it cannot"),
	}},
	{WasmBindgen, []Function{
		fn(Allocates, BlockResult, "__wbindgen_malloc", "size align", "allocates; traps where it cannot"),
		fn(Resizes, BlockResult, "__wbindgen_realloc", "ptr old_size size=new_size align", "resizes; traps where it cannot"),
		fn(Frees, NoResult, "__wbindgen_free", "ptr old_size=size align", "gives a block back"),
	}},
	{CosmWasmABI, []Function{
		fn(Allocates, BlockResult, "allocate", "size", "returns the address of a region {offset, capacity, length} with size bytes behind it"),
		fn(Frees, NoResult, "deallocate", "ptr=region", "gives a region and its bytes back"),
	}},
	{ProxyWasm, []Function{
		fn(Allocates, BlockResult, "proxy_on_memory_allocate", "size", "returns the address of size bytes for the host to write"),
	}},
	{OPA, []Function{
		fn(Allocates, BlockResult, "opa_malloc", "size", "returns the address of size bytes, a multiple of 8; traps where it cannot"),
		fn(Frees, NoResult, "opa_free", "ptr", "gives a block back").alias("opa_free_bulk"),
		fn(Resizes, BlockResult, "opa_realloc", "ptr size", "resizes a block, in place where that is possible; ptr may be null; traps where it cannot"),
		fn(Begins, NoResult, "opa_malloc_init", "base", "starts the heap at base, in all of the memory from there on"),
		fn(Marks, MarkResult, "opa_heap_ptr_get", "", "returns the first free address"),
		fn(Releases, NoResult, "opa_heap_ptr_set", "mark=ptr", "makes ptr the first free address, below which are live blocks and what the host wrote"),
	}},
	{Arena, []Function{
		fn(Marks, MarkResult, "mark", "", "returns a mark, to release what is allocated from now on"),
		fn(Releases, NoResult, "release", "mark", "frees every block that was allocated since the mark"),
		fn(Resets, NoResult, "reset", "", "frees every block"),
	}},
}

// paramRoles are the words by which the table tells the roles of parameters.
var paramRoles = map[string]ParamRole{
	"size": SizeParam, "align": AlignParam, "ptr": BlockParam, "old_size": OldSizeParam, "count": CountParam, "out": OutParam, "mark": MarkParam, "base": BaseParam,
}

// fn makes a row of the table. A parameter whose name does not tell its role is
// written as a word of paramRoles, an equals sign and the name.
func fn(role Role, result ResultRole, name, params, doc string) Function {
	f := Function{Name: name, Role: role, Result: result, Doc: doc}
	for _, word := range strings.Fields(params) {
		role, name, ok := strings.Cut(word, "=")
		if !ok {
			name = role
		}
		f.Params = append(f.Params, Param{name, I32, paramRoles[role]})
	}
	if result != NoResult {
		f.Results = []ValueType{I32}
	}
	return f
}

// alias gives a row its libc's second symbol.
func (f Function) alias(symbol string) Function {
	f.Alias = symbol
	return f
}

// Functions returns the ABI's functions under their own names, as the tables of
// the manual list them.
func (a ABI) Functions() []Function {
	var fs []Function
	for _, t := range tables {
		for _, f := range t.functions {
			if slices.Contains(a.List(), t.abi) {
				f.ABI, f.Export = t.abi, f.Name
				fs = append(fs, f)
			}
		}
	}
	return fs
}

// orABI says which ABI has a function that another lacks.
func orABI(function string) string {
	for _, t := range tables {
		if slices.ContainsFunc(t.functions, func(f Function) bool { return f.Name == function }) {
			return ", or say --abi " + string(t.abi)
		}
	}
	return ""
}

func namesOf(fs []Function) []string {
	names := []string{} // none is not all
	for _, f := range fs {
		names = append(names, f.Name)
	}
	return names
}

// signatures returns the functions of a settled order as its module exports them.
func (o Order) signatures() []Function {
	var fs []Function
	for _, f := range o.ABI.Functions() {
		if !slices.Contains(o.Functions, f.Name) {
			continue
		}
		f.Export = Contract{Order: o}.ExportName(f.Name)
		if o.FixedAlign != 0 {
			f = f.Unaligned()
		}
		if o.Memory64 {
			f = f.wide()
		}
		fs = append(fs, f)
	}
	return append(fs, o.watchers()...)
}

// Unaligned returns the function without the alignment as a parameter.
func (f Function) Unaligned() Function {
	f.Params = slices.DeleteFunc(slices.Clone(f.Params), func(p Param) bool { return p.Role == AlignParam })
	return f
}

// wide returns the function with 64-bit addresses. The number of an error has 32 bits.
func (f Function) wide() Function {
	f.Params = slices.Clone(f.Params)
	for i := range f.Params {
		f.Params[i].Type = I64
	}
	if len(f.Results) > 0 && f.Result != ErrnoResult {
		f.Results = []ValueType{I64}
	}
	return f
}

// SetsErrno reports whether functions that fail set libc's errno: those of C do, in an
// object, which alone can be linked with a libc. Where there are threads, errno is a
// variable of the thread, which has no address that a linker knows.
func (c Contract) SetsErrno() bool {
	sets := func(f Function) bool { return f.ABI == C && f.Role.Makes() }
	return c.HeapBase.Linker && !c.Threads && c.OOM == OOMNull && slices.ContainsFunc(c.Signatures(), sets)
}

// An Import is an import of the module, described as the text format does.
type Import struct {
	Module, Name string
	Kind         string // "memory", "global" or "func"
	Event        Event  // of a function: when the module calls it
}

// An Event is when a module calls a function that it imports.
type Event string

// The events.
const (
	Never Event = ""       // the host alone calls it
	Grown Event = "growth" // after each growth that the module makes, with the memory's index
	Found Event = "fault"  // for each misuse that the module finds; see Faults
)

// Params is the number of a function's parameters, each an i32. It has no results.
func (e Event) Params() int {
	if e == Found {
		return 3
	}
	return 1
}

// EmscriptenGrown is the function by which Emscripten's JavaScript learns of growth, in
// the module env.
const EmscriptenGrown = "emscripten_notify_memory_growth"

// The host function that Nitro calls before each memory.grow; a contract whose
// memory can grow must import it, and must not call it (Nitro,
// prover/programs/heap.rs).
const (
	StylusModule  = "vm_hooks"
	StylusPayFunc = "pay_for_memory_grow" // (param i32): pages
)

// LinkerData are the symbols of objects' own data, of which LinkerZeros returns one.
var LinkerData = []string{LinkerStacks, LinkerHeads, LinkerTaken}

// LinkerZeros returns the symbol of an object's own data, which is 0 at the start; "" if it
// has none.
func (c Contract) LinkerZeros() string {
	switch {
	case !c.HeapBase.Linker:
	case c.Strategy == Lists && c.Threads:
		return LinkerStacks
	case c.Strategy == Lists:
		return LinkerHeads
	case c.Threads:
		return LinkerTaken
	}
	return ""
}

// Imports returns everything that the module imports.
func (c Contract) Imports() []Import {
	if c.imports != nil {
		return c.imports
	}
	var imports []Import
	if c.Memory == ImportMemory {
		module, name, _ := SplitImport(c.MemoryName)
		imports = append(imports, Import{Module: module, Name: name, Kind: "memory"})
	}
	if c.HeapBase.Imported() {
		imports = append(imports, Import{Module: c.HeapBase.Module, Name: c.HeapBase.Name, Kind: "global"})
	}
	if c.HeapBase.Linker {
		imports = append(imports, Import{Module: LinkerModule, Name: LinkerEnd, Kind: "global"})
	}
	if zeros := c.LinkerZeros(); zeros != "" {
		imports = append(imports, Import{Module: LinkerModule, Name: zeros, Kind: "global"})
	}
	if c.SetsErrno() {
		imports = append(imports, Import{Module: LinkerModule, Name: LinkerErrno, Kind: "global"})
	}
	if c.Target == Stylus && c.MaxPages != c.InitialPages {
		imports = append(imports, Import{Module: StylusModule, Name: StylusPayFunc, Kind: "func"})
	}
	if c.Debug == DebugCall {
		imports = append(imports, Import{Module: FaultModule, Name: FaultName, Kind: "func", Event: Found})
	}
	if c.OnGrow != "" {
		module, name, _ := SplitImport(c.OnGrow)
		imports = append(imports, Import{Module: module, Name: name, Kind: "func", Event: Grown})
	}
	return imports
}
