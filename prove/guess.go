// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// Guess finds hints for a module that the emitter made, by its state and the initial
// values.
func Guess(m *wasm.Module, c contract.Contract) (Hints, error) {
	if err := c.Settled(); err != nil {
		return Hints{}, err
	}
	return strategies[c.Strategy].guess(m, c, state(m, c))
}

// state lists the cells that may hold the state of a module that the emitter made: its
// mutable globals. Where a linker has been or will be, these are among others, and
// those of an object are in the memory.
func state(m *wasm.Module, c contract.Contract) (cells []Cell) {
	reached := reachable(m)
	used := func(i uint32) bool {
		return !c.HeapBase.Linker || slices.ContainsFunc(reached, func(f *wasm.Func) bool { return sets(f, i) })
	}
	first := m.NumImported(wasm.KindGlobal)
	for i, g := range m.Globals {
		if n := uint32(first + i); g.Type.Mutable && used(n) {
			cells = append(cells, Cell{Global: n})
		}
	}
	if !c.HeapBase.Linker {
		return cells
	}
	var words []uint32
	for _, f := range reached {
		for i, in := range f.Body {
			if in.Op == wasm.OpI32Load && i > 0 && f.Body[i-1].Op == wasm.OpI32Const {
				words = append(words, uint32(f.Body[i-1].Value)+uint32(in.Mem.Offset))
			}
		}
	}
	slices.Sort(words)
	for _, at := range slices.Compact(words) {
		cells = append(cells, Cell{Global: at, Memory: true})
	}
	return cells
}

// sets reports whether a function sets a global.
func sets(f *wasm.Func, global uint32) bool {
	return slices.ContainsFunc(f.Body, func(in wasm.Instr) bool { return in.Op == wasm.OpGlobalSet && in.Index == global })
}

// reachable lists the functions that the exported ones call, and these.
func reachable(m *wasm.Module) (found []*wasm.Func) {
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
	for _, e := range m.Exports {
		if e.Kind == wasm.KindFunc {
			visit(e.Index)
		}
	}
	return found
}
