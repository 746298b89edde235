// SPDX-License-Identifier: MIT OR Apache-2.0

package record

import (
	"slices"

	"github.com/genalloc/genalloc/wasm"
)

// ownData returns the bytes of static data that only the allocator refers to, in whole
// multiples of what linkers align the heap to. Another allocator takes its place, and the
// heap begins earlier. It is 0 where the data of the program is among it.
//
// The data begins at the least and ends behind the greatest address that code of the
// allocator alone has for an offset, as compilers write it for a static variable.
func ownData(m *wasm.Module, found []Found, base uint32) uint32 {
	const heapAlign = 16 // of wasm-ld
	mine := alone(m, found)
	var own, others []uint32
	for i, f := range m.Funcs {
		index := uint32(m.NumImported(wasm.KindFunc) + i)
		for _, in := range f.Body {
			if at := in.Mem.Offset; at < firstData || at >= uint64(base) {
				continue
			} else if mine[index] {
				own = append(own, uint32(at))
			} else {
				others = append(others, uint32(at))
			}
		}
	}
	own = slices.DeleteFunc(own, func(at uint32) bool { return slices.Contains(others, at) })
	if len(own) == 0 {
		return 0
	}
	first, last := slices.Min(own), slices.Max(own)
	if slices.ContainsFunc(others, func(at uint32) bool { return first < at && at < last }) {
		return 0
	}
	return (last - first + heapAlign - 1) &^ (heapAlign - 1)
}

// firstData is where linkers put data at the earliest. An offset below is one into a
// structure.
const firstData = 1024

// alone returns the functions of the allocator, and those that only they call.
func alone(m *wasm.Module, found []Found) map[uint32]bool {
	mine := map[uint32]bool{}
	for _, f := range found {
		mine[f.Index] = true
	}
	callers := map[uint32][]uint32{}
	for i, f := range m.Funcs {
		for _, in := range f.Body {
			if in.Op == wasm.OpCall {
				callers[in.Index] = append(callers[in.Index], uint32(m.NumImported(wasm.KindFunc)+i))
			}
		}
	}
	for more := true; more; {
		more = false
		for f, by := range callers {
			if !mine[f] && !slices.ContainsFunc(by, func(caller uint32) bool { return !mine[caller] && caller != f }) {
				mine[f], more = true, true
			}
		}
	}
	return mine
}
