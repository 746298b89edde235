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
	if strategyOf(c) == nil {
		return Hints{}, Supports(c)
	}
	h, err := strategyOf(c).guess(m, c, state(m, c))
	if imports := m.Imported(wasm.KindGlobal); err == nil && c.HeapBase.Linker && len(imports) == 0 {
		h.Placed = linked(m, c, h.Top)
	}
	return h, err
}

// state lists the cells that may hold the state of a module that the emitter made: its
// mutable globals. Where a linker has been or will be, these are among others, and
// those of an object are in the memory.
func state(m *wasm.Module, c contract.Contract) (cells []Cell) {
	reached := reachable(m)
	used := func(i uint32) bool {
		return !c.HeapBase.Linker || slices.ContainsFunc(reached, func(f *wasm.Func) bool { return sets(f, Cell{Global: i}) })
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
	load, _ := wordAccess(m)
	var words []uint32
	for _, f := range reached {
		for i, in := range f.Body {
			if in.Op == load && i > 0 {
				if at, ok := constantOf(f.Body[i-1]); ok {
					words = append(words, uint32(at)+uint32(in.Mem.Offset))
				}
			}
		}
	}
	slices.Sort(words)
	for _, at := range slices.Compact(words) {
		cells = append(cells, Cell{Global: at, Memory: true})
	}
	return cells
}

// headsOf finds where the lists' heads lie in an object that a linker has placed: at the
// constant to which the code adds the number of a head before it reads that.
func headsOf(m *wasm.Module, c contract.Contract) uint32 {
	for _, f := range reachable(m) {
		var stack []*uint32 // what is known to be constant
		for i, in := range f.Body {
			sig, ok := m.Signature(f, in)
			left := len(stack) - len(sig.Params)
			if !ok || left < 0 {
				stack = nil
				continue
			}
			if in.Op == wasm.OpI32Add && f.Body[i+1].Op == wasm.OpI32Load && stack[left] != nil {
				return *stack[left] + c.PointerSize()*c.FirstHead()
			}
			stack = append(stack[:left], make([]*uint32, len(sig.Results))...)
			if v, ok := constantOf(in); ok {
				at := uint32(v)
				stack[left] = &at
			}
		}
	}
	return 0
}

// linked finds where a linker has put the heap of a program: the constant that the first
// call makes the top of. It is 0 if the program does not look as it does with an object
// of genalloc's.
func linked(m *wasm.Module, c contract.Contract, top Cell) Placement {
	var p Placement
	limits, _ := m.Memory(0)
	_, store := wordAccess(m)
	for _, f := range reachable(m) {
		for i, in := range f.Body {
			if v, ok := constantOf(in); ok && v == limits.Min*wasm.PageSize {
				p.End = uint32(v)
			}
			if c.SetsErrno() && in.Op == wasm.OpIf && i > 0 { // it stores only where there is one
				if test, at := f.Body[i-1], f.Body[i+1]; test.Op == wasm.OpI32Const && at.Op == test.Op && at.Value == test.Value {
					p.Errno = uint32(at.Value)
				}
			}
			end := i
			if end > 1 && f.Body[end-1].Op == wasm.OpI32And { // of lists, rounded
				end -= 2
			}
			before := f.Body[max(0, end-4):end] // the address of a store, perhaps, and what is stored
			n := len(before)
			global := in.Op == wasm.OpGlobalSet && !top.Memory && in.Index == top.Global
			at := uint64(top.Global) - in.Mem.Offset
			word := in.Op == store && top.Memory && slices.ContainsFunc(before, func(in wasm.Instr) bool {
				v, ok := constantOf(in)
				return ok && v == at
			})
			switch {
			case !global && !word || n < 2:
			case before[n-1].Op == wasm.OpI32Sub || before[n-1].Op == wasm.OpI64Sub:
				if v, ok := constantOf(before[n-2]); ok {
					p.Base = uint32(v)
				}
			default:
				if v, ok := constantOf(before[n-1]); ok {
					p.Base = -uint32(v)
				}
			}
		}
	}
	return p
}
