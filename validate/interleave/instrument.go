// SPDX-License-Identifier: MIT OR Apache-2.0

package interleave

import (
	"fmt"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// The imports of an instrumented module: step is called before each access of the memory,
// with the number of its site and up to three operands, and saw behind it, with the result.
const (
	hostModule = "interleave"
	stepName   = "step"
	sawName    = "saw"
)

// mostOperands is how many operands an access takes.
const mostOperands = 3

var (
	stepType = wasm.FuncType{Params: []wasm.ValType{wasm.I32, wasm.I64, wasm.I64, wasm.I64}}
	sawType  = wasm.FuncType{Params: []wasm.ValType{wasm.I64}}
)

// A site is an instruction that accesses the memory or its size.
type site struct {
	instr wasm.Instr
	sig   wasm.FuncType
}

// exchanges reports whether the instruction compares what it reads with an operand.
func (s site) exchanges() bool { return strings.Contains(s.instr.Op.String(), ".cmpxchg") }

// instrument returns a module of which each access calls the host, and the sites by their
// numbers. Each instruction is replaced by the call of a function that has it, so that its
// operands need no room in the function around it.
func instrument(file []byte, c contract.Contract) ([]byte, []site, error) {
	m, err := wasm.Decode(file)
	if err != nil {
		return nil, nil, err
	}
	if len(m.Imported(wasm.KindMemory)) != 1 {
		return nil, nil, fmt.Errorf("the module does not import its memory, so no two instances share one")
	}
	m.Customs = nil
	step := addImports(m,
		wasm.Import{Module: hostModule, Name: stepName, Kind: wasm.KindFunc, Type: typeOf(m, stepType)},
		wasm.Import{Module: hostModule, Name: sawName, Kind: wasm.KindFunc, Type: typeOf(m, sawType)})
	var sites []site
	for f := range m.Funcs {
		for i, in := range m.Funcs[f].Body {
			if !accesses(in) {
				continue
			}
			sig, ok := m.Signature(&m.Funcs[f], in)
			if !ok || !explored(in, sig) {
				return nil, nil, fmt.Errorf("func[%d]: %s is not explored: it waits or notifies, or its values are no integers", f+int(step), in)
			}
			m.Funcs[f].Body[i] = wasm.Instr{Op: wasm.OpCall, Index: uint32(m.NumImported(wasm.KindFunc) + len(m.Funcs))}
			m.Funcs = append(m.Funcs, wrapper(m, step, len(sites), in, sig))
			sites = append(sites, site{in, sig})
		}
	}
	out, err := m.Encode()
	return out, sites, err
}

// accesses reports whether an instruction reads or writes a memory or its size.
func accesses(in wasm.Instr) bool {
	switch in.Op.Info().Imm {
	case wasm.ImmMem, wasm.ImmMemLane, wasm.ImmMemory, wasm.ImmDataMemory, wasm.ImmMemoryMemory:
		return true
	}
	return false
}

// explored reports whether the host can follow an access: no thread waits for others in the
// engine, or is woken there.
func explored(in wasm.Instr, sig wasm.FuncType) bool {
	for _, t := range append(sig.Params[:len(sig.Params):len(sig.Params)], sig.Results...) {
		if t != wasm.I32 && t != wasm.I64 {
			return false
		}
	}
	return !strings.HasPrefix(in.Op.String(), "memory.atomic.")
}

// wrapper returns a function that does what an instruction does, and tells the host.
func wrapper(m *wasm.Module, step uint32, number int, in wasm.Instr, sig wasm.FuncType) wasm.Func {
	get := func(i int) wasm.Instr { return wasm.Instr{Op: wasm.OpLocalGet, Index: uint32(i)} }
	wide := func(body []wasm.Instr, t wasm.ValType) []wasm.Instr {
		if t == wasm.I32 {
			body = append(body, wasm.Instr{Op: wasm.OpI64ExtendI32U})
		}
		return body
	}
	body := []wasm.Instr{wasm.I32Const(int32(number))}
	for i := range mostOperands {
		if i < len(sig.Params) {
			body = wide(append(body, get(i)), sig.Params[i])
		} else {
			body = append(body, wasm.I64Const(0))
		}
	}
	body = append(body, wasm.Instr{Op: wasm.OpCall, Index: step})
	for i := range sig.Params {
		body = append(body, get(i))
	}
	f := wasm.Func{Type: typeOf(m, sig)}
	body = append(body, in)
	if len(sig.Results) > 0 {
		result := len(sig.Params)
		f.Locals = []wasm.Local{{Count: 1, Type: sig.Results[0]}}
		body = wide(append(body, wasm.Instr{Op: wasm.OpLocalTee, Index: uint32(result)}), sig.Results[0])
		body = append(body, wasm.Instr{Op: wasm.OpCall, Index: step + 1}, get(result))
	}
	f.Body = append(body, wasm.End())
	return f
}

// typeOf returns the index of a type, which it adds if it is new.
func typeOf(m *wasm.Module, t wasm.FuncType) uint32 {
	equal := func(o wasm.FuncType) bool {
		return slices.Equal(o.Params, t.Params) && slices.Equal(o.Results, t.Results)
	}
	if i := slices.IndexFunc(m.Types, equal); i >= 0 {
		return uint32(i)
	}
	m.Types = append(m.Types, t)
	return uint32(len(m.Types) - 1)
}

// addImports adds functions behind those that a module imports, and returns the index of
// the first. Those that the module defines move up.
func addImports(m *wasm.Module, list ...wasm.Import) uint32 {
	first, more := uint32(m.NumImported(wasm.KindFunc)), uint32(len(list))
	m.Imports = append(m.Imports, list...)
	move := func(index *uint32) {
		if *index >= first {
			*index += more
		}
	}
	moveAll := func(body []wasm.Instr) {
		for i := range body {
			if body[i].Op.Info().Imm == wasm.ImmFunc {
				move(&body[i].Index)
			}
		}
	}
	for _, f := range m.Funcs {
		moveAll(f.Body)
	}
	for _, g := range m.Globals {
		moveAll(g.Init)
	}
	for _, e := range m.Elements {
		for i := range e.Funcs {
			move(&e.Funcs[i])
		}
		for _, x := range e.Exprs {
			moveAll(x)
		}
	}
	for i := range m.Exports {
		if m.Exports[i].Kind == wasm.KindFunc {
			move(&m.Exports[i].Index)
		}
	}
	if m.Start != nil {
		move(m.Start)
	}
	return first
}
