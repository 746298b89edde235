// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings

import (
	"fmt"
	"strings"

	"github.com/genalloc/genalloc/contract"
)

// A function is one that the binding declares.
type function struct {
	contract.Function
	Symbol string // the name in the language
}

// isAlign reports whether a parameter has to be a power of two. The functions of C
// answer other alignments themselves.
func (f function) isAlign(p contract.Param) bool {
	return p.Role == contract.AlignParam && f.ABI != contract.C
}

// Alignments lists the parameters that have to be powers of two.
func (f function) Alignments() []string {
	var list []string
	for _, p := range f.Params {
		if f.isAlign(p) {
			list = append(list, local(p.Name))
		}
	}
	return list
}

// defaultAlign is the alignment in bytes where JavaScript leaves it out: that of the
// largest element of a typed array.
const defaultAlign = 8

// JS writes the function's parameters for JavaScript: in its declaration, in a type,
// and checked as arguments. An alignment that comes last can be left out.
func (f function) JS() (js struct{ Params, Types, Args string }) {
	var params, types, args []string
	for i, p := range f.Params {
		name, check, typ, given, optional := local(p.Name), "u32", "number", "", ""
		if p.Type == contract.I64 {
			check, typ = "u64", "number | bigint"
		}
		if f.isAlign(p) {
			check = "powerOfTwo"
			if i == len(f.Params)-1 {
				given, optional = fmt.Sprint(" = ", defaultAlign), "?"
			}
		}
		params = append(params, name+given)
		types = append(types, name+optional+": "+typ)
		args = append(args, fmt.Sprintf("%s(%q, %s)", check, name, name))
	}
	js.Params, js.Types, js.Args = strings.Join(params, ", "), strings.Join(types, ", "), strings.Join(args, ", ")
	return js
}

// Answer writes what JavaScript makes of the function's result: before and behind the
// call, and its type. An engine takes an i32 for a signed number. An address of 64 bits
// becomes a number, which is exact for every memory that there is; a mark is any number.
func (f function) Answer() (js struct{ Before, Behind, Type string }) {
	switch {
	case len(f.Results) == 0:
		js.Type = "void"
	case f.Results[0] == contract.I64 && f.Result == contract.MarkResult:
		js.Type = "bigint"
	case f.Results[0] == contract.I64:
		js.Before, js.Behind, js.Type = "Number(BigInt.asUintN(64, ", "))", "number"
	case f.Result == contract.CountResult:
		js.Type = "number"
	default:
		js.Behind, js.Type = " >>> 0", "number"
	}
	return js
}

// types are the types of an address, of a size and of a mark, in declarations of the
// form "TYPE NAME" or "NAME: TYPE".
var types = map[string]struct {
	pointer, size, mark string
	before              bool
	none                string // in place of no parameters
}{
	"c":  {"void *", "size_t ", "size_t ", true, "void"},
	"rs": {"*mut u8", "usize", "usize", false, ""},
	"ts": {"usize", "usize", "usize", false, ""},
	"go": {" uint32", " uint32", " Mark", false, ""},
}

// counterTypes declare the parameter of the function that stores counters.
var counterTypes = map[string]string{"c": "struct genalloc_counters *out", "rs": "out: *mut super::Counters"}

// params writes a parameter list in a language of the table types.
func (m *model) params(language string, f function) string {
	t := types[language]
	var list []string
	for _, p := range f.Params {
		typ := t.size
		switch {
		case p.Role == contract.BlockParam, p.Role == contract.OutParam:
			typ = t.pointer
		case p.Role == contract.MarkParam:
			typ = t.mark
		}
		switch {
		case f.Role == contract.Counts && counterTypes[language] != "":
			list = append(list, counterTypes[language])
		case p.Role == contract.OutParam && language == "c":
			list = append(list, "void **"+p.Name)
		case t.before:
			list = append(list, typ+p.Name)
		case language == "go":
			list = append(list, local(p.Name)+typ)
		default:
			list = append(list, p.Name+": "+typ)
		}
	}
	if len(list) == 0 {
		return t.none
	}
	return strings.Join(list, ", ")
}

// errnos are the types of an error number, where it is not the size's.
var errnos = map[string]string{"c": "int ", "rs": "i32"}

// result writes the type of a function's result.
func result(language string, f function) string {
	t := types[language]
	switch errno := errnos[language]; {
	case f.Result == contract.CountResult && language == "go":
		return " int32"
	case f.Result == contract.CountResult && errno != "":
		return errno
	case f.Result == "":
		return ""
	case f.Result == contract.BlockResult:
		return t.pointer
	case f.Result == contract.MarkResult:
		return t.mark
	case f.Result == contract.ErrnoResult && errno != "":
		return errno
	}
	return t.size
}

// args lists the parameters' names, each between before and after.
func args(before, after string, f function) string {
	var list []string
	for _, p := range f.Params {
		list = append(list, before+local(p.Name)+after)
	}
	return strings.Join(list, ", ")
}

// camel writes alloc_zeroed as AllocZeroed.
func camel(name string) string {
	var b strings.Builder
	for _, word := range strings.Split(name, "_") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// local writes old_size as oldSize.
func local(name string) string {
	c := camel(name)
	return strings.ToLower(c[:1]) + c[1:]
}
