// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// Locate finds an allocator in a finished program, and returns the program as a module
// that exports the contract's functions and no others. What the program does beside them
// is the client's part: it starts with the state after instantiation, and calls them.
// A function is found by the name given for it, or else by its own, among the exports and
// then in the name section; or by its index.
func Locate(m *wasm.Module, c contract.Contract, names map[string]string) (*wasm.Module, error) {
	program := *m
	program.Start = nil
	program.Exports = slices.DeleteFunc(slices.Clone(m.Exports), func(x wasm.Export) bool { return x.Kind == wasm.KindFunc })
	for _, f := range c.Signatures() {
		name := cmp.Or(names[f.Name], f.Export)
		index, err := named(m, name)
		if err != nil {
			return nil, fmt.Errorf("function %s: %w: name the one of the program with --functions %s=NAME", f.Name, err, f.Name)
		}
		program.Exports = append(program.Exports, wasm.Export{Name: f.Export, Index: index})
	}
	return &program, nil
}

// named returns the index of the function of that name.
func named(m *wasm.Module, name string) (uint32, error) {
	if index, _, err := m.ExportedFunc(name); err == nil {
		return index, nil
	}
	var found []uint32
	for _, f := range m.Names(wasm.KindFunc) {
		if f.Name == name && !slices.Contains(found, f.Index) {
			found = append(found, f.Index)
		}
	}
	switch len(found) {
	case 0:
		if n, err := strconv.ParseUint(name, 10, 32); err == nil && int64(n) < int64(m.NumImported(wasm.KindFunc)+len(m.Funcs)) {
			return uint32(n), nil
		}
		return 0, fmt.Errorf("the program has none that is called %q", name)
	case 1:
		return found[0], nil
	}
	return 0, fmt.Errorf("the program has %d that are called %q", len(found), name)
}

// alone returns an error if a function that the contract's do not call may write the state,
// as where a compiler has put the allocator's code into a caller's. A store to a word is
// known by its offset, or by the address as a constant: that much is looked at, and beyond
// it the client is trusted to write nowhere but in its own memory.
func (s *system) alone() error {
	reached, first := reachable(s.module), s.module.NumImported(wasm.KindFunc)
	cells := s.guessed.cells()
	if k, ok := s.strategy.(keeper); ok && s.contract.HeapBase.Linker {
		cells = append(cells, Cell{Global: k.origin(), Memory: true})
	}
	for i := range s.module.Funcs {
		f := &s.module.Funcs[i]
		if slices.Contains(reached, f) {
			continue
		}
		for _, c := range cells {
			if sets(f, c) {
				c.Negated = false
				return fmt.Errorf("func[%d]: writes %v, which is state, and no function of the contract calls it: name it with --functions if it is the allocator's, or keep the allocator from being inlined", first+i, c)
			}
		}
	}
	return nil
}

// sets reports whether a function sets a global, or may store at a word.
func sets(f *wasm.Func, c Cell) bool {
	return slices.ContainsFunc(f.Body, func(in wasm.Instr) bool {
		if !c.Memory {
			return in.Op == wasm.OpGlobalSet && in.Index == c.Global
		}
		if v, ok := constantOf(in); ok {
			return v == uint64(c.Global)
		}
		return in.Op.Info().Imm == wasm.ImmMem && in.Mem.Offset == uint64(c.Global)
	})
}

// reachable lists the functions that the exported ones call, and these.
func reachable(m *wasm.Module) []*wasm.Func {
	var exported []uint32
	for _, e := range m.Exports {
		if e.Kind == wasm.KindFunc {
			exported = append(exported, e.Index)
		}
	}
	return reachableFrom(m, exported...)
}

// reachableFrom lists the functions with these indices and those that they call.
func reachableFrom(m *wasm.Module, indices ...uint32) (found []*wasm.Func) {
	seen := map[uint32]bool{}
	var visit func(i uint32)
	visit = func(i uint32) {
		f, err := m.Func(i)
		if err != nil || f == nil || seen[i] {
			return
		}
		seen[i], found = true, append(found, f)
		for _, in := range f.Body {
			if in.Op == wasm.OpCall || in.Op == wasm.OpReturnCall {
				visit(in.Index)
			}
		}
	}
	for _, i := range indices {
		visit(i)
	}
	return found
}
