// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"fmt"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/contract"
)

// edgeSizes runs the driver's edge_cases over a host function that knows no
// more than where the next block goes, and returns the sizes it is asked for.
func edgeSizes() ([]uint32, error) {
	b := &binding{calls: map[contract.Role]form{contract.Allocates: {export: "place", places: []int{0}, results: 1}}}
	text, err := b.driver()
	if err != nil {
		return nil, err
	}
	file, err := wasmtime.Wat2Wasm(text)
	if err != nil {
		return nil, fmt.Errorf("driver: %w", err)
	}
	store := wasmtime.NewStore(timing())
	defer store.Close()
	t, err := wasmtime.NewMemoryType(1, false, 0, false)
	if err != nil {
		return nil, err
	}
	memory, err := wasmtime.NewMemory(store, t)
	if err != nil {
		return nil, err
	}
	var sizes []uint32
	next := uint64(contract.Default().HeapBase.Address)
	alloc := wasmtime.WrapFunc(store, func(size int32) int32 {
		sizes = append(sizes, uint32(size))
		ptr := next
		next += uint64(uint32(size))
		if pages := (next + contract.PageSize - 1) / contract.PageSize; pages > memory.Size(store) {
			if _, err := memory.Grow(store, pages-memory.Size(store)); err != nil {
				return 0
			}
		}
		return int32(uint32(ptr))
	})
	d, err := startDriver(store, file, func(im *wasmtime.ImportType) wasmtime.AsExtern {
		if im.Type().FuncType() != nil {
			return alloc
		}
		return memory
	})
	if err != nil {
		return nil, err
	}
	w := &Workload{function: edgeCases}
	failed, err := d.call(w, amount{1, 1}, false)
	if err != nil || failed != 0 {
		return nil, fmt.Errorf("driver: edge_cases fails at assertion %d: %w", failed, err)
	}
	return sizes, nil
}
