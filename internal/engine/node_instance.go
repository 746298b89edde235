// SPDX-License-Identifier: MIT OR Apache-2.0

package engine

import (
	"errors"
	"fmt"

	"github.com/genalloc/genalloc/wasm"
)

// nodeInstance is the exports of an instance in node, or host functions.
type nodeInstance struct {
	store   *nodeStore
	id      int
	module  *wasm.Module
	imports Imports
	host    map[string]Func // that its calls may lead to
}

// names are the names of types, as the text format has them.
func names(types []wasm.ValType) []string {
	list := []string{}
	for _, t := range types {
		list = append(list, t.String())
	}
	return list
}

func (in *nodeInstance) Exports(function string) bool {
	e, ok := in.module.Export(function)
	return ok && e.Kind == wasm.KindFunc
}

func (in *nodeInstance) Call(export string, args ...uint64) ([]uint64, error) {
	if !in.Exports(export) {
		return nil, errors.New("not exported")
	}
	e, _ := in.module.Export(export)
	t, err := in.module.FuncType(e.Index)
	if err != nil {
		return nil, err
	}
	if len(args) != len(t.Params) {
		return nil, fmt.Errorf("%d arguments, want %d", len(args), len(t.Params))
	}
	for _, p := range append(t.Params[:len(t.Params):len(t.Params)], t.Results...) {
		if _, number := kinds[p]; !number {
			return nil, errors.New("references cannot be passed")
		}
	}
	var results numbers
	err = in.store.run(&results, in.host, "call", in.id, export, names(t.Params), names(t.Results), numbers(args))
	return results, err
}

func (in *nodeInstance) Memory(name string) Memory {
	if e, ok := in.module.Export(name); ok && e.Kind == wasm.KindMemory {
		l, _ := in.module.Memory(e.Index)
		return &nodeMemory{in.store, in.id, name, l.AddrType().String()}
	}
	return in.imports.memory(name)
}

func (in *nodeInstance) Global(export string) Global {
	e, ok := in.module.Export(export)
	if !ok || e.Kind != wasm.KindGlobal {
		return nil
	}
	g, err := in.module.Global(e.Index)
	if _, number := kinds[g.Type]; err != nil || !number || !g.Mutable {
		return nil
	}
	return &nodeGlobal{in, export, g.Type.String()}
}

type nodeGlobal struct {
	in     *nodeInstance
	export string
	typ    string
}

func (g *nodeGlobal) Get() uint64 {
	var v number
	g.in.store.ask(&v, "get", g.in.id, g.export, g.typ)
	return uint64(v)
}

func (g *nodeGlobal) Set(to uint64) {
	g.in.store.ask(nil, "set", g.in.id, g.export, g.typ, number(to))
}

type nodeMemory struct {
	store *nodeStore
	id    int
	name  string
	typ   string // of addresses
}

func (m *nodeMemory) Pages() (pages uint64) {
	m.store.ask(&pages, "pages", m.id, m.name)
	return pages
}

func (m *nodeMemory) Bytes() []byte { return nil }

func (m *nodeMemory) Grow(delta uint64) bool {
	if n := m.Pages(); delta > m.store.limit || n+delta > m.store.limit {
		return false
	}
	return m.store.ask(nil, "grow", m.id, m.name, m.typ, number(delta)) == nil
}

func (m *nodeMemory) Read(at uint64, b []byte) {
	var got []byte
	m.store.ask(&got, "read", m.id, m.name, at, len(b))
	copy(b, got)
}

func (m *nodeMemory) Write(at uint64, b []byte) { m.store.ask(nil, "write", m.id, m.name, at, b) }
