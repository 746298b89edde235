// SPDX-License-Identifier: MIT OR Apache-2.0

package contract

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
	Name    string // the ABI's own name
	Export  string // the name under which the module exports it
	Params  []Param
	Results []ValueType
	Doc     string // one line
}

// alignParam is the parameter that --fixed-align takes away.
const alignParam = "align"

// functions lists each ABI's functions in the order in which modules export
// them. Sizes and alignments are in bytes, i32 read as unsigned.
var functions = map[ABI][]Function{
	Core: {
		{
			Name: "alloc", Params: params("size", alignParam), Results: []ValueType{I32},
			Doc: "returns the address of size fresh bytes, a multiple of align",
		},
		{
			Name: "alloc_zeroed", Params: params("size", alignParam), Results: []ValueType{I32},
			Doc: "as alloc, and every byte is 0",
		},
		{
			Name: "dealloc", Params: params("ptr", "size", alignParam),
			Doc: "gives a block back",
		},
		{
			Name: "realloc", Params: params("ptr", "old_size", alignParam, "new_size"), Results: []ValueType{I32},
			Doc: "resizes a block, in place where that is possible, and returns its address",
		},
	},
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
	for _, f := range functions[abi] {
		names = append(names, f.Name)
	}
	return names
}

// Signatures returns the functions that the module exports, in the ABI's order,
// with their export names and without the align parameter under FixedAlign.
func (c Contract) Signatures() []Function {
	var fs []Function
	for _, f := range functions[c.ABI] {
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
	if c.Target == Stylus && c.MaxPages != c.InitialPages {
		imports = append(imports, Import{StylusModule, StylusPayFunc, "func"})
	}
	return imports
}
