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
	Strategy contract.StrategyRow
	Fixed    bool   // there is no align parameter
	Wide     bool   // addresses have 64 bits
	Threads  bool   // the memory is shared, and each thread has an instance
	Traps    bool   // out of memory traps
	Errno    string // what becomes of it; empty without functions of C
	Imports  []contract.Import

	Functions []function
	Faults    []contract.Fault // those that the module calls its host for
	History   *function        // tells which allocation a block is of
	Stats     *stats           // nil where nothing is counted
	Inline    *inlining        // nil where every function is the module's
	Scope     *scope           // nil where a function that it needs is left out
}

// stats is the function that tells what was counted.
type stats struct {
	function
	Size     uint32 // bytes that it stores
	Counters []counter
}

type counter struct {
	contract.Counter
	Offset int // bytes
}

func newStats(f function) *stats {
	s := &stats{function: f, Size: contract.CountersSize}
	for i, c := range contract.Counters {
		s.Counters = append(s.Counters, counter{c, i * contract.CounterSize})
	}
	return s
}

// A scope is made of the functions that mark and release.
type scope struct{ Mark, Release *function }

// marks is what a binding says of marks, a line each.
var marks = []string{
	"A mark is opaque, and belongs to the instance that returned it. When it is released,",
	"the blocks that were made since are dead. So are younger marks: they are stale. Do not",
	"release a stale mark: it changes nothing if it lies above what is in use then, but",
	"frees whatever lies above it otherwise.",
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

// ofRole returns the first function with the role, or nil.
func (m *model) ofRole(r contract.Role) *function {
	for i, f := range m.Functions {
		if f.Role == r {
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

// refusals say why a language's binding does not take a module with 64-bit addresses or
// with threads.
var refusals = map[Language]struct{ wide, threads string }{
	Go:             {"wazero, which the binding for Go runs the module in, has no 64-bit memories", "the binding for go makes one instance with a memory of its own"},
	AssemblyScript: {"AssemblyScript has no 64-bit memories", "the binding for assemblyscript makes one instance with a memory of its own"},
}

// newModel derives the model. It refuses export names that are no identifiers of the
// language, except in JavaScript and Go, whose bindings use the ABI's names.
func newModel(l Language, c contract.Contract, file string) (*model, error) {
	stem := strings.TrimSuffix(file, path.Ext(file))
	m := &model{
		Command: "genalloc", File: file, Stem: stem, Module: Module,
		Object: c.HeapBase.Linker,
		Align:  c.Align(), Strategy: c.Strategy.Row(), Fixed: c.FixedAlign != 0, Wide: c.Memory64, Threads: c.Threads, Traps: c.OOM == contract.OOMTrap,
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
	switch why := refusals[l]; {
	case m.Wide && why.wide != "":
		return nil, fmt.Errorf("%s: drop --memory64, or choose another language", why.wide)
	case m.Threads && why.threads != "":
		return nil, fmt.Errorf("%s: drop --threads, or choose another language", why.threads)
	}
	if l == Go && strings.HasSuffix(stem, "_test") {
		return nil, fmt.Errorf("%q makes a file of tests: name the output differently", file)
	}
	if !identifier.MatchString(m.Package) || token.IsKeyword(m.Package) {
		return nil, fmt.Errorf("%q makes no name of a package: name the output with a letter first, and not as a word of Go", file)
	}
	if !m.Object {
		m.Imports = slices.DeleteFunc(c.Imports(), func(im contract.Import) bool { return im.Event == contract.Found }) // which the binding supplies
		if c.Memory == contract.ExportMemory {
			m.Memory = c.MemoryName
		}
		if !c.HeapBase.Imported() {
			m.HeapBase = fmt.Sprint(c.HeapBase.Address)
		}
	}
	if c.ABI.Includes(contract.C) {
		m.Errno = "No function sets errno."
		if c.SetsErrno() {
			m.Errno = "A function that returns null sets errno, if libc keeps it in a variable, as wasi-libc does."
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
		if f.Role == contract.Counts {
			if m.Stats = newStats(function{f, symbol}); l == JS || l == Go {
				continue // a method of its own reads what the function stores
			}
		}
		m.Functions = append(m.Functions, function{f, symbol})
	}
	if c.Debug == contract.DebugCall {
		m.Faults, m.History = contract.Faults, m.ofRole(contract.Numbers)
	}
	if s := (scope{m.ofRole(contract.Marks), m.ofRole(contract.Releases)}); s.Mark != nil && s.Release != nil {
		m.Scope = &s
	}
	return m, nil
}

// comment escapes a text so that it cannot end a comment.
func comment(text string) string { return strings.ReplaceAll(plain.ASCII(text), "*/", `*\/`) }

// words are the functions of the templates.
func (m *model) words() template.FuncMap {
	return template.FuncMap{
		"camel":  camel,
		"local":  local,
		"number": func() string { return pick(m.Wide, "number | bigint", "number") },
		"exported": func() string {
			return pick(m.Wide, "unchecked, with a bigint for each number of 64 bits.", "unchecked, with addresses from 2 GiB on negative (>>> 0 mends that).")
		},
		"macro":   func(s string) string { return strings.ToUpper(strings.ReplaceAll(s, " ", "_")) },
		"quote":   strconv.QuoteToASCII,
		"comment": comment,
		"params":  m.params,
		"args":    args,
		"result":  result,
		"upper":   strings.ToUpper,
		"returns": func(f function) bool { return len(f.Results) > 0 },
		"doc":     m.doc,
		"inlined": m.inlined,
		"marks":   func() []string { return marks },
		"aligned": func() bool {
			return slices.ContainsFunc(m.Functions, func(f function) bool { return slices.ContainsFunc(f.Params, f.isAlign) })
		},
	}
}

func pick(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}

// doc says what the function does, when memory runs out too, and what becomes of a
// block that is given back. Functions that trap in every contract say so themselves.
func (m *model) doc(f function) string {
	outOfMemory := "; 0 (null) when out of memory"
	if f.Role == contract.Resizes {
		outOfMemory += ", and the block stays as it is"
	}
	if m.Traps {
		outOfMemory = "; traps when out of memory"
	}
	switch {
	case f.ABI == contract.CABI || f.ABI == contract.WasmBindgen:
		outOfMemory = ""
	case f.Result != contract.BlockResult && !(f.Result == contract.ErrnoResult && m.Traps):
		outOfMemory = ""
	}
	if f.Role == contract.Frees {
		return f.Doc + fmt.Sprintf("; --strategy %s reuses %s", m.Strategy.Name, m.Strategy.Reuse)
	}
	return f.Doc + outOfMemory
}
