// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

import "fmt"

// Imported returns the imports of a kind. They come first in its index space.
func (m *Module) Imported(kind ExternKind) []*Import {
	var list []*Import
	for i := range m.Imports {
		if m.Imports[i].Kind == kind {
			list = append(list, &m.Imports[i])
		}
	}
	return list
}

// NumImported returns how many items of a kind are imported, which is the index
// of the first one that the module defines.
func (m *Module) NumImported(kind ExternKind) int { return len(m.Imported(kind)) }

// lookup finds an index in an index space: imports of kind first, then defined.
func lookup[T, U any](m *Module, kind ExternKind, i uint32, fromImport func(*Import) U, defined []T, fromDefined func(*T) U) (u U, err error) {
	imports := m.Imported(kind)
	n := int64(i) - int64(len(imports))
	switch {
	case n < 0:
		return fromImport(imports[i]), nil
	case n < int64(len(defined)):
		return fromDefined(&defined[n]), nil
	}
	return u, fmt.Errorf("%s %d out of range: there are %d", kind, i, len(imports)+len(defined))
}

// Type returns Types[i].
func (m *Module) Type(i uint32) (FuncType, error) {
	if int64(i) >= int64(len(m.Types)) {
		return FuncType{}, fmt.Errorf("type %d out of range: there are %d", i, len(m.Types))
	}
	return m.Types[i], nil
}

// FuncType returns the type of function i, imports included.
func (m *Module) FuncType(i uint32) (FuncType, error) {
	t, err := lookup(m, KindFunc, i, func(im *Import) uint32 { return im.Type },
		m.Funcs, func(f *Func) uint32 { return f.Type })
	if err != nil {
		return FuncType{}, err
	}
	return m.Type(t)
}

// Func returns function i, imports included: nil if it is imported, with an
// error if there is none.
func (m *Module) Func(i uint32) (*Func, error) {
	return lookup(m, KindFunc, i, func(*Import) *Func { return nil },
		m.Funcs, func(f *Func) *Func { return f })
}

// Global returns the type of global i, imports included.
func (m *Module) Global(i uint32) (GlobalType, error) {
	return lookup(m, KindGlobal, i, func(im *Import) GlobalType { return im.Global },
		m.Globals, func(g *Global) GlobalType { return g.Type })
}

// Memory returns the limits of memory i, imports included.
func (m *Module) Memory(i uint32) (Limits, error) {
	return lookup(m, KindMemory, i, func(im *Import) Limits { return im.Memory },
		m.Memories, func(l *Limits) Limits { return *l })
}

// Table returns the type of table i, imports included.
func (m *Module) Table(i uint32) (TableType, error) {
	return lookup(m, KindTable, i, func(im *Import) TableType { return im.Table },
		m.Tables, func(t *Table) TableType { return *t })
}

// Export returns the export of that name.
func (m *Module) Export(name string) (Export, bool) {
	for _, x := range m.Exports {
		if x.Name == name {
			return x, true
		}
	}
	return Export{}, false
}

// ExportedFunc returns the index and type of the function exported as name.
func (m *Module) ExportedFunc(name string) (uint32, FuncType, error) {
	x, ok := m.Export(name)
	if !ok {
		return 0, FuncType{}, fmt.Errorf("export %q not found", name)
	}
	if x.Kind != KindFunc {
		return 0, FuncType{}, fmt.Errorf("export %q is a %s, want func", name, x.Kind)
	}
	t, err := m.FuncType(x.Index)
	if err != nil {
		return 0, FuncType{}, fmt.Errorf("export %q: %w", name, err)
	}
	return x.Index, t, nil
}

// Custom returns the payload of the first custom section of that name.
func (m *Module) Custom(name string) ([]byte, bool) {
	for _, c := range m.Customs {
		if c.Name == name {
			return c.Payload, true
		}
	}
	return nil, false
}

// LocalType returns the type of local i of f, parameters first.
func (m *Module) LocalType(f *Func, i uint32) (ValType, error) {
	t, err := m.Type(f.Type)
	if err != nil {
		return 0, err
	}
	n := uint64(len(t.Params))
	if uint64(i) < n {
		return t.Params[i], nil
	}
	for _, l := range f.Locals {
		if n += uint64(l.Count); uint64(i) < n {
			return l.Type, nil
		}
	}
	return 0, fmt.Errorf("local %d out of range: there are %d", i, n)
}

// Unshare returns a module of which the memories are not shared, so that a host can supply
// and read them in every engine. One instance behaves in the same way: atomic accesses of
// such a memory are valid, and do the same.
func Unshare(module []byte) ([]byte, error) {
	m, err := Decode(module)
	if err != nil {
		return nil, err
	}
	for i := range m.Imports {
		m.Imports[i].Memory.Shared = false
	}
	for i := range m.Memories {
		m.Memories[i].Shared = false
	}
	return m.Encode()
}
