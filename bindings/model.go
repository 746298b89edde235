// SPDX-License-Identifier: MIT OR Apache-2.0

package bindings

import (
	"fmt"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"unicode"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/plain"
)

// A model is the data of the templates.
type model struct {
	Command  string // makes the module again
	File     string // the module's or the object's name
	Stem     string // without its ending
	Package  string // Stem as an identifier
	Object   bool
	Module   string // from which the functions are imported; empty for an object
	Memory   string // the export name of the memory; empty where it is imported
	HeapBase string // bytes; empty where it is not a number
	Align    uint32 // bytes, of every block
	Fixed    bool   // there is no align parameter
	Traps    bool   // out of memory traps
	Imports  []contract.Import

	Functions []function
}

// A function is one that the binding declares.
type function struct {
	contract.Function
	Symbol string // the name in the language
}

// Core returns the function of the core ABI, or nil where it is left out.
func (m *model) Core(name string) *function {
	for i, f := range m.Functions {
		if f.ABI == contract.Core && f.Name == name {
			return &m.Functions[i]
		}
	}
	return nil
}

// identifier matches identifiers of every language.
var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// keywords are the reserved words of the languages.
var keywords = map[Language][]string{
	C: strings.Fields(`auto break case char const continue default do double else enum extern float for goto if
		inline int long register restrict return short signed sizeof static struct switch typedef union unsigned
		void volatile while`),
	Rust: strings.Fields(`abstract as async await become box break const continue crate do dyn else enum extern
		false final fn for if impl in let loop macro match mod move mut override priv pub ref return self Self
		static struct super trait true try type typeof unsafe unsized use virtual where while yield`),
	Zig: strings.Fields(`addrspace align allowzero and anyframe anytype asm async await break callconv catch
		comptime const continue defer else enum errdefer error export extern fn for if inline linksection noalias
		noinline nosuspend opaque or orelse packed pub resume return struct suspend switch test threadlocal try
		union unreachable usingnamespace var volatile while`),
}

// newModel derives the model. It refuses export names that are no identifiers of the
// language, except in JavaScript and Go, whose bindings use the ABI's names.
func newModel(l Language, c contract.Contract, file string) (*model, error) {
	stem := strings.TrimSuffix(file, path.Ext(file))
	m := &model{
		Command: "genalloc", File: file, Stem: stem, Module: Module,
		Object: c.HeapBase.Linker,
		Align:  c.Align(), Fixed: c.FixedAlign != 0, Traps: c.OOM == contract.OOMTrap,
	}
	if text := c.String(); text != "" {
		m.Command += " " + comment(text)
	}
	m.Package = strings.ToLower(strings.Map(func(r rune) rune {
		if r == '_' || r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return -1
	}, stem))
	if l == Go && strings.HasSuffix(stem, "_test") {
		return nil, fmt.Errorf("%q makes a file of tests: name the output differently", file)
	}
	if !identifier.MatchString(m.Package) || token.IsKeyword(m.Package) {
		return nil, fmt.Errorf("%q makes no name of a package: name the output with a letter first, and not as a word of Go", file)
	}
	if !m.Object {
		m.Imports = c.Imports()
		if c.Memory == contract.ExportMemory {
			m.Memory = c.MemoryName
		}
		if !c.HeapBase.Imported() {
			m.HeapBase = fmt.Sprint(c.HeapBase.Address)
		}
	}
	for _, f := range c.Signatures() {
		symbol := f.Export
		switch {
		case l == JS || l == Go:
			symbol = f.Name
		case l == C && f.ABI == contract.Core && slices.ContainsFunc(contract.C.Functions(), func(g contract.Function) bool {
			return g.Role == contract.Resizes && g.Name == symbol
		}):
			symbol = contract.LinkedRealloc // C knows a realloc of its own
		}
		if !identifier.MatchString(symbol) || slices.Contains(keywords[l], symbol) {
			return nil, fmt.Errorf("%q is no name of a function in %s: choose another for %s with --export", symbol, l, f.Name)
		}
		m.Functions = append(m.Functions, function{f, symbol})
	}
	return m, nil
}

// comment escapes a text so that it cannot end a comment.
func comment(text string) string { return strings.ReplaceAll(plain.ASCII(text), "*/", `*\/`) }

// words are the functions of the templates.
func (m *model) words() template.FuncMap {
	return template.FuncMap{
		"camel":   camel,
		"quote":   strconv.QuoteToASCII,
		"params":  m.params,
		"args":    args,
		"result":  result,
		"upper":   strings.ToUpper,
		"returns": func(f function) bool { return len(f.Results) > 0 },
	}
}

// isPointer reports whether a parameter is an address.
func isPointer(p contract.Param) bool {
	return p.Role == contract.BlockParam || p.Role == contract.OutParam
}

// types are the types of an address and of a size, in declarations of the form
// "TYPE NAME" or "NAME: TYPE".
var types = map[string]struct {
	pointer, size string
	before        bool
	none          string // in place of no parameters
}{
	"c":  {"void *", "size_t ", true, "void"},
	"rs": {"*mut u8", "usize", false, ""},
	"ts": {"usize", "usize", false, ""},
	"js": {"number", "number", false, ""},
	"go": {" uint32", " uint32", false, ""},
}

// params writes a parameter list in a language of the table types.
func (m *model) params(language string, f function) string {
	t := types[language]
	var list []string
	for _, p := range f.Params {
		typ := t.size
		if isPointer(p) {
			typ = t.pointer
		}
		switch {
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
	case f.Result == "":
		return ""
	case f.Result == contract.BlockResult:
		return t.pointer
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
