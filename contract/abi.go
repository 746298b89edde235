// SPDX-License-Identifier: MIT OR Apache-2.0

package contract

import (
	"slices"
	"strings"
)

// ValueType is a WebAssembly value type, by its name in the text format.
type ValueType string

// I32 is the type of every address, size and alignment of a 32-bit memory.
const I32 ValueType = "i32"

// A Param is a parameter of a function.
type Param struct {
	Name string
	Type ValueType
}

// A Function is one function of an ABI.
type Function struct {
	ABI     ABI
	Name    string // the ABI's own name
	Export  string // the name under which the module exports it
	Params  []Param
	Results []ValueType
	Doc     string // one line
}

// alignParam is the parameter that --fixed-align takes away.
const alignParam = "align"

// tables lists each ABI's functions in the order in which modules export them.
// Sizes and alignments are in bytes, i32 read as unsigned. The signatures are
// those of the consumers: Rust's GlobalAlloc for core; ISO C and POSIX for c; the
// Component Model's canonical ABI for cabi; wasm-bindgen's, cosmwasm-std's and the
// proxy-wasm specification's for the others.
var tables = []struct {
	abi       ABI
	functions []Function
}{
	{Core, []Function{
		fn("alloc", "size align", "returns the address of size fresh bytes, a multiple of align"),
		fn("alloc_zeroed", "size align", "as alloc, and every byte is 0"),
		proc("dealloc", "ptr size align", "gives a block back"),
		fn("realloc", "ptr old_size align new_size", "resizes a block, in place where that is possible, and returns its address"),
	}},
	{C, []Function{
		fn("malloc", "size", "returns the address of size bytes, a multiple of 16"),
		proc("free", "ptr", "gives a block back; ptr may be null"),
		fn("calloc", "count size", "as malloc of count times size bytes, every byte 0; null where the product overflows"),
		fn("realloc", "ptr size", "resizes a block, in place where that is possible; ptr may be null"),
		fn("aligned_alloc", "align size", "as malloc, a multiple of align; null where that is not a power of two"),
		fn("posix_memalign", "out align size", "stores such an address at out; returns 0, 28 (EINVAL) or 48 (ENOMEM)"),
		fn("malloc_usable_size", "ptr", "returns the block's size; 0 for null"),
	}},
	{CABI, []Function{
		fn("cabi_realloc", "old_ptr old_size align new_size", "allocates where old_size is 0, resizes otherwise; traps where it cannot"),
	}},
	{WasmBindgen, []Function{
		fn("__wbindgen_malloc", "size align", "allocates; traps where it cannot"),
		fn("__wbindgen_realloc", "ptr old_size new_size align", "resizes; traps where it cannot"),
		proc("__wbindgen_free", "ptr size align", "gives a block back"),
	}},
	{CosmWasmABI, []Function{
		fn("allocate", "size", "returns the address of a region {offset, capacity, length} with size bytes behind it"),
		proc("deallocate", "region", "gives a region and its bytes back"),
	}},
	{ProxyWasm, []Function{
		fn("proxy_on_memory_allocate", "size", "returns the address of size bytes for the host to write"),
	}},
}

func fn(name, ps, doc string) Function {
	return Function{Name: name, Params: params(strings.Fields(ps)...), Results: []ValueType{I32}, Doc: doc}
}

func proc(name, ps, doc string) Function {
	return Function{Name: name, Params: params(strings.Fields(ps)...), Doc: doc}
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

func params(names ...string) []Param {
	ps := make([]Param, len(names))
	for i, n := range names {
		ps[i] = Param{n, I32}
	}
	return ps
}

func functionNames(abi ABI) []string {
	var names []string
	for _, f := range abi.Functions() {
		names = append(names, f.Name)
	}
	return names
}

// Signatures returns the functions that the module exports, in the ABI's order,
// with their export names and without the align parameter under FixedAlign.
func (c Contract) Signatures() []Function {
	var fs []Function
	for _, f := range c.ABI.Functions() {
		if !c.Has(f.Name) {
			continue
		}
		f.Export = c.ExportName(f.Name)
		if c.FixedAlign != 0 {
			f.Params = withoutAlign(f.Params)
		}
		fs = append(fs, f)
	}
	return fs
}

func withoutAlign(ps []Param) []Param {
	var rest []Param
	for _, p := range ps {
		if p.Name != alignParam {
			rest = append(rest, p)
		}
	}
	return rest
}

// An Import is an import of the module, described as the text format does.
type Import struct {
	Module, Name string
	Kind         string // "memory", "global" or "func"
}

// The host function that Nitro calls before each memory.grow; a contract whose
// memory can grow must import it, and must not call it (Nitro,
// prover/programs/heap.rs).
const (
	StylusModule  = "vm_hooks"
	StylusPayFunc = "pay_for_memory_grow" // (param i32): pages
)

// Imports returns everything that the module imports.
func (c Contract) Imports() []Import {
	var imports []Import
	if c.Memory == ImportMemory {
		module, name, _ := SplitImport(c.MemoryName)
		imports = append(imports, Import{module, name, "memory"})
	}
	if c.HeapBase.Imported() {
		imports = append(imports, Import{c.HeapBase.Module, c.HeapBase.Name, "global"})
	}
	if c.HeapBase.Linker {
		imports = append(imports, Import{LinkerModule, LinkerEnd, "global"})
	}
	if c.Target == Stylus && c.MaxPages != c.InitialPages {
		imports = append(imports, Import{StylusModule, StylusPayFunc, "func"})
	}
	return imports
}
