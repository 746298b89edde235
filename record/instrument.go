// SPDX-License-Identifier: MIT OR Apache-2.0

package record

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/trace"
	"github.com/genalloc/genalloc/wasm"
)

// A Program is a rewritten module and what was learned of it.
type Program struct {
	Module []byte
	Found  []Found
	Phases []string // the exports whose calls are reported, by their numbers
	Pages  uint32   // of its memory at the start
	Base   uint32   // address at which the heap begins without the allocator's own data; 0 where the program does not say

	decoded *wasm.Module
}

// The import by which an instrumented module reports: event takes a kind of operation as
// package trace numbers them, and address, size, alignment and old address of a block.
// Grow has its pages for a size, Phase the number of an export, and both nothing else.
const (
	importModule = "genalloc"
	importName   = "event"
)

// Instrument rewrites a program. Functions are what the user says about names: the name
// or the index, by the function that it is, such as malloc.
func Instrument(file []byte, functions map[string]string) (*Program, error) {
	m, err := wasm.Decode(file)
	if err != nil {
		return nil, err
	}
	memory, err := m.Memory(0)
	switch {
	case err != nil:
		return nil, errors.New("the program has no memory")
	case memory.Is64 || memory.Shared:
		return nil, errors.New("only programs with an unshared 32-bit memory are recorded")
	}
	if _, relocatable := m.Custom("linking"); relocatable && len(m.Exports) == 0 {
		return nil, errors.New("this is an object: link it first")
	}
	p := &Program{decoded: m, Pages: uint32(memory.Min), Base: heapBase(m)}
	if p.Found, err = find(m, functions); err != nil {
		return nil, err
	}
	p.Base -= ownData(m, p.Found, p.Base)
	r := newRewriter(m)
	r.redirect(p.Found)
	r.renumber()
	r.wrap(p.Found)
	p.Phases = r.wrapExports(p.Found)
	mendCustoms(m, r.names)
	if p.Module, err = m.Encode(); err != nil {
		return nil, fmt.Errorf("instrumented program: %w", err)
	}
	return p, nil
}

// heapBase returns the value of the linker's symbol, where the program has a global of
// that name; otherwise 0.
func heapBase(m *wasm.Module) uint32 {
	all := m.Names(wasm.KindGlobal)
	for _, x := range m.Exports {
		if x.Kind == wasm.KindGlobal {
			all = append(all, wasm.Naming{Index: x.Index, Name: x.Name})
		}
	}
	for _, g := range all {
		i := int(g.Index) - m.NumImported(wasm.KindGlobal)
		if g.Name != "__heap_base" || i < 0 || i >= len(m.Globals) {
			continue
		}
		if init := m.Globals[i].Init; len(init) == 2 && init[0].Op == wasm.OpI32Const {
			return uint32(init[0].Value)
		}
	}
	return 0
}

// A rewriter adds functions behind those of a module, and an import behind its imports,
// which moves every function that the module defines by one.
type rewriter struct {
	m        *wasm.Module
	imported uint32            // functions, the new one not included
	wrappers map[uint32]uint32 // of imported functions, by their index
	names    []wasm.Naming
	depth    uint32 // the global that counts the calls of the family in each other
	grow     uint32 // the function that grows the memory
}

func newRewriter(m *wasm.Module) *rewriter {
	r := &rewriter{m: m, imported: uint32(m.NumImported(wasm.KindFunc)), wrappers: map[uint32]uint32{}, names: m.Names(wasm.KindFunc)}
	r.depth = uint32(m.NumImported(wasm.KindGlobal) + len(m.Globals))
	m.Globals = append(m.Globals, wasm.Global{Type: wasm.GlobalType{Type: wasm.I32, Mutable: true}, Init: []wasm.Instr{wasm.I32Const(0), wasm.End()}})
	return r
}

// next returns the index of the next function to be added, once the import is there.
func (r *rewriter) next() uint32 { return r.imported + 1 + uint32(len(r.m.Funcs)) }

// add adds a function. It must not be called before renumber.
func (r *rewriter) add(name string, f wasm.Func) uint32 {
	index := r.next()
	r.m.Funcs = append(r.m.Funcs, f)
	r.names = append(r.names, wasm.Naming{Index: index, Name: name})
	return index
}

// redirect reserves wrappers for the functions that are imported: calls of them become
// calls of the wrappers, which are the first functions added.
func (r *rewriter) redirect(found []Found) {
	next := r.next()
	for _, f := range found {
		if f.Index < r.imported {
			r.wrappers[f.Index] = next
			next++
		}
	}
	r.grow = next
}

// index returns the new index of a function.
func (r *rewriter) index(old uint32) uint32 {
	if wrapper, ok := r.wrappers[old]; ok {
		return wrapper
	}
	if old >= r.imported {
		old++
	}
	return old
}

// renumber adds the import and rewrites every index of a function. A function that code
// refers to has to be mentioned elsewhere, which exports that are wrapped no longer do.
func (r *rewriter) renumber() {
	m := r.m
	referred := map[uint32]bool{}
	rewrite := func(body []wasm.Instr) {
		for i := range body {
			in := &body[i]
			switch {
			case in.Op.Info().Imm == wasm.ImmFunc:
				in.Index = r.index(in.Index)
				if in.Op == wasm.OpRefFunc {
					referred[in.Index] = true
				}
			case in.Op == wasm.OpMemoryGrow && in.Index == 0:
				*in = wasm.Instr{Op: wasm.OpCall, Index: r.grow}
			}
		}
	}
	for _, f := range m.Funcs {
		rewrite(f.Body)
	}
	for _, g := range m.Globals {
		rewrite(g.Init)
	}
	for _, e := range m.Elements {
		for i, f := range e.Funcs {
			e.Funcs[i] = r.index(f)
		}
		for _, x := range e.Exprs {
			rewrite(x)
		}
	}
	for i, x := range m.Exports {
		if x.Kind == wasm.KindFunc {
			m.Exports[i].Index = r.index(x.Index)
		}
	}
	if m.Start != nil {
		*m.Start = r.index(*m.Start)
	}
	for i, f := range r.names {
		if f.Index >= r.imported {
			r.names[i].Index++
		}
	}
	if len(referred) > 0 {
		m.Elements = append(m.Elements, wasm.Element{
			Flags: wasm.ElemPassive | wasm.ElemIndex, Type: wasm.FuncRef, Funcs: slices.Sorted(maps.Keys(referred)),
		})
	}
	five := []wasm.ValType{wasm.I32, wasm.I32, wasm.I32, wasm.I32, wasm.I32}
	m.Imports = append(m.Imports, wasm.Import{Module: importModule, Name: importName, Kind: wasm.KindFunc, Type: r.typeOf(wasm.FuncType{Params: five})})
	r.names = append(r.names, wasm.Naming{Index: r.imported, Name: importModule + "." + importName})
}

// typeOf returns the index of a type, which it adds.
func (r *rewriter) typeOf(t wasm.FuncType) uint32 {
	r.m.Types = append(r.m.Types, t)
	return uint32(len(r.m.Types) - 1)
}

// wrapExports makes every export of a function report its calls, but for those of the
// allocator, and returns their names.
func (r *rewriter) wrapExports(found []Found) (phases []string) {
	family := map[uint32]bool{}
	for _, f := range found {
		family[r.index(f.Index)] = true
	}
	for i, x := range r.m.Exports {
		if x.Kind != wasm.KindFunc || family[x.Index] || strings.HasSuffix(x.Name, "_initialize") {
			continue
		}
		f, err := r.m.Func(x.Index)
		if f == nil || err != nil {
			continue // exported again as it was imported
		}
		t, err := r.m.FuncType(x.Index)
		if err != nil {
			continue
		}
		c := code{r: r}
		c.event(trace.Phase, constant(uint32(len(phases))), constant(0), constant(0), constant(0))
		for p := range t.Params {
			c.add(wasm.Instr{Op: wasm.OpLocalGet, Index: uint32(p)})
		}
		c.add(wasm.Instr{Op: wasm.OpCall, Index: x.Index}, wasm.End())
		r.m.Exports[i].Index = r.add(x.Name+" (phase)", wasm.Func{Type: f.Type, Body: c.body})
		phases = append(phases, x.Name)
	}
	return phases
}
