// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"slices"
	"strings"

	"github.com/genalloc/genalloc/wasm"
)

// Kind says what was done to an instruction.
type Kind string

// The kinds, in the order in which they are made at each instruction.
const (
	Operator Kind = "operator" // another operator of the same signature
	Constant Kind = "constant" // one more, one less, negated, 0
	Index    Kind = "index"    // another local, global, function or label
	Dropped  Kind = "dropped"  // left out
	Doubled  Kind = "doubled"  // done twice
	Swapped  Kind = "swapped"  // operands the wrong way round
	Flipped  Kind = "flipped"  // the condition inverted
)

// A Mutant is a module that differs from another in one instruction.
type Mutant struct {
	// Func is an index into Module.Funcs. Where it is -1, the instruction is
	// in the initialiser of Module.Globals[Global].
	Func, Global int
	Instr        int // index into the body
	Offset       int // of the instruction in the file, in bytes
	Kind         Kind
	Before       wasm.Instr
	After        []wasm.Instr
	locals       []wasm.ValType // that After uses besides the function's own
}

// Mutants lists every mutant of a module, in the order of the code. No two are
// the same module, and none is the original.
func Mutants(m *wasm.Module) []Mutant {
	var list []Mutant
	for g, global := range m.Globals {
		for i, in := range global.Init {
			s := site{m: m, in: in}
			list = s.collect(list, Mutant{Func: -1, Global: g, Instr: i, Offset: in.Offset, Before: in}, initialisers)
		}
	}
	for f := range m.Funcs {
		fn := &m.Funcs[f]
		depths := depths(fn.Body)
		for i, in := range fn.Body {
			s := site{m: m, f: fn, at: i, in: in, depth: depths[i]}
			list = s.collect(list, Mutant{Func: f, Instr: i, Offset: in.Offset, Before: in}, everywhere)
		}
	}
	return list
}

// Apply returns the mutant of m. It shares what did not change with m.
func (mu Mutant) Apply(m *wasm.Module) *wasm.Module {
	out := *m
	if mu.Func < 0 {
		out.Globals = slices.Clone(m.Globals)
		g := &out.Globals[mu.Global]
		g.Init = replaced(g.Init, mu.Instr, mu.After)
		return &out
	}
	out.Funcs = slices.Clone(m.Funcs)
	f := &out.Funcs[mu.Func]
	f.Body = replaced(f.Body, mu.Instr, mu.After)
	f.Locals = slices.Clone(f.Locals)
	for _, t := range mu.locals {
		f.Locals = append(f.Locals, wasm.Local{Count: 1, Type: t})
	}
	return &out
}

func replaced(body []wasm.Instr, at int, with []wasm.Instr) []wasm.Instr {
	return slices.Concat(body[:at], with, body[at+1:])
}

// A site is an instruction in its place.
type site struct {
	m     *wasm.Module
	f     *wasm.Func // nil in an initialiser
	at    int
	in    wasm.Instr
	depth uint32 // of labels: how many blocks are around the instruction
}

// An edit is what stands in the instruction's place.
type edit struct {
	with   []wasm.Instr
	locals []wasm.ValType
}

// A mutator makes the edits of one kind.
type mutator struct {
	kind Kind
	make func(site) []edit
}

var (
	initialisers = []mutator{{Constant, constants}}
	everywhere   = []mutator{
		{Operator, operators}, {Constant, constants}, {Index, indices}, {Dropped, drops},
		{Doubled, doubles}, {Swapped, swaps}, {Flipped, flips},
	}
)

// collect appends the mutants of a site that are new.
func (s site) collect(list []Mutant, mu Mutant, mutators []mutator) []Mutant {
	seen := map[string]bool{s.in.String(): true}
	for _, by := range mutators {
		for _, e := range by.make(s) {
			if text := Text(e.with); !seen[text] {
				seen[text] = true
				mu.Kind, mu.After, mu.locals = by.kind, e.with, e.locals
				list = append(list, mu)
			}
		}
	}
	return list
}

// Text writes instructions in one line.
func Text(list []wasm.Instr) string {
	if len(list) == 0 {
		return "nop"
	}
	var words []string
	for _, in := range list {
		words = append(words, in.String())
	}
	return strings.Join(words, "; ")
}

// depths returns for each instruction how many blocks are around it.
func depths(body []wasm.Instr) []uint32 {
	list := make([]uint32, len(body))
	depth := 0
	for i, in := range body {
		list[i] = uint32(depth)
		depth += in.Op.Nesting()
	}
	return list
}
