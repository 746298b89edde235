// SPDX-License-Identifier: MIT OR Apache-2.0

package record

import (
	"regexp"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// What the functions of other allocators have that no ABI of ours has.
const (
	log2Param  contract.ParamRole  = "log2 of align"
	otherParam contract.ParamRole  = "other"
	boolResult contract.ResultRole = "bool" // whether the block was resized where it is
)

// A family is a set of names that toolchains give to the functions of an allocator.
type family struct {
	pattern   *regexp.Regexp // the group is the name of one of the functions
	functions []contract.Function
	exported  bool // these names are too common for a function that is not exported
}

// families are those that are told by their names. Where a program has one of them, the
// generic ones, whose names mean anything, are not looked for.
var families = []family{
	{pattern: regexp.MustCompile(`^(?:dl|__libc_|emscripten_builtin_|mi_|je_)?(\w+)$`), functions: slices.Concat(contract.C.Functions(), memalign)},
	// Plain, in the v0 mangling, or demangled.
	{pattern: regexp.MustCompile(`(?:^|\d_|::)__(?:rust|rdl|rg)_(\w+)$`), functions: contract.Core.Functions()},
	{pattern: regexp.MustCompile(`^(cabi_realloc)(?:_\w+)?$`), functions: contract.CABI.Functions()},
	{pattern: regexp.MustCompile(`^(\w+)$`), functions: slices.Concat(contract.WasmBindgen.Functions(), contract.ProxyWasm.Functions())},
	{pattern: regexp.MustCompile(`^heap\.(?:\w+\.)*(?:(?:Wasm|WasmPage|Page|Smp)Allocator|(?:GeneralPurpose|Debug)Allocator\(.*\))\.(\w+)$`), functions: zig},
	{pattern: regexp.MustCompile(`^~lib/rt/(?:\w+/)*__(\w+)$`), functions: assemblyScript},
}

var generic = []family{
	{pattern: regexp.MustCompile(`^(\w+)$`), functions: short(contract.Core.Functions()), exported: true},
	{pattern: regexp.MustCompile(`^(\w+)$`), functions: contract.Arena.Functions(), exported: true},
}

// memalign has the operands of aligned_alloc.
var memalign = renamed(func(f contract.Function) bool {
	return f.Role == contract.Allocates && f.Result == contract.BlockResult && f.Param(contract.AlignParam) >= 0
}, "memalign")

// assemblyScript are the functions behind its garbage collector.
var assemblyScript = slices.Concat(
	renamed(func(f contract.Function) bool { return f.Role == contract.Allocates && len(f.Params) == 1 }, "alloc"),
	renamed(func(f contract.Function) bool { return f.Role == contract.Resizes }, ""),
	renamed(func(f contract.Function) bool { return f.Role == contract.Frees }, ""),
)

// renamed returns the functions of C that are asked for, under a name unless it is "".
func renamed(which func(contract.Function) bool, name string) (list []contract.Function) {
	for _, f := range contract.C.Functions() {
		if which(f) {
			if name != "" {
				f.Name = name
			}
			list = append(list, f)
		}
	}
	return list
}

// zig are the functions of std.mem.Allocator's table. A slice is passed as address and
// length.
var zig = []contract.Function{
	zigFunction("alloc", contract.Allocates, contract.BlockResult, contract.SizeParam, log2Param),
	zigFunction("resize", contract.Resizes, boolResult, contract.BlockParam, contract.OldSizeParam, log2Param, contract.SizeParam),
	zigFunction("remap", contract.Resizes, contract.BlockResult, contract.BlockParam, contract.OldSizeParam, log2Param, contract.SizeParam),
	zigFunction("free", contract.Frees, contract.NoResult, contract.BlockParam, contract.OldSizeParam, log2Param),
}

// zigFunction makes a function, whose first operand is the allocator's state and whose
// last is the address to return to.
func zigFunction(name string, role contract.Role, result contract.ResultRole, params ...contract.ParamRole) contract.Function {
	f := contract.Function{Name: name, Role: role, Result: result}
	for _, p := range slices.Concat([]contract.ParamRole{otherParam}, params, []contract.ParamRole{otherParam}) {
		f.Params = append(f.Params, contract.Param{Role: p})
	}
	if result != contract.NoResult {
		f.Results = []contract.ValueType{contract.I32}
	}
	return f
}

// short adds what programs export that have no alignments or no sizes: functions that
// take the first operands alone.
func short(functions []contract.Function) []contract.Function {
	list := slices.Clone(functions)
	for _, f := range functions {
		for n := len(f.Params) - 1; n > 0 && f.Role != contract.Resizes; n-- {
			f.Params = f.Params[:n]
			list = append(list, f)
		}
	}
	return list
}

// compilerSuffix is what compilers put behind a name to tell copies apart.
var compilerSuffix = regexp.MustCompile(`\.llvm\.\d+$`)

// match finds the function that a name and a type stand for.
func (f family) match(name string, t wasm.FuncType, exported bool) (contract.Function, bool) {
	found := f.pattern.FindStringSubmatch(compilerSuffix.ReplaceAllString(name, ""))
	if found == nil || f.exported && !exported {
		return contract.Function{}, false
	}
	return among(f.functions, found[1], t)
}

// among finds the function with a name and as many operands and results as a type has,
// all of them i32.
func among(functions []contract.Function, name string, t wasm.FuncType) (contract.Function, bool) {
	if slices.ContainsFunc(slices.Concat(t.Params, t.Results), func(v wasm.ValType) bool { return v != wasm.I32 }) {
		return contract.Function{}, false
	}
	for _, f := range functions {
		if f.Name == name && len(f.Params) == len(t.Params) && len(f.Results) == len(t.Results) && f.Role != contract.Measures {
			return f, true
		}
	}
	return contract.Function{}, false
}

// byHand are the functions that a user may name: those of every family.
func byHand() (list []contract.Function) {
	for _, f := range slices.Concat(families, generic) {
		list = append(list, f.functions...)
	}
	return list
}

// likely reports whether a name could be that of an allocator's function.
func likely(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"alloc", "free", "grow", "sbrk"}, func(part string) bool { return strings.Contains(name, part) })
}
