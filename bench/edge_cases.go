// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/wasm"
)

// edgeSizes runs the driver's edge_cases over a host function that knows only
// where the next block goes, in a memory of up to limit pages, and returns the
// sizes that it is asked for.
func edgeSizes(limit uint64) ([]uint64, error) {
	b := &binding{memory: "memory", calls: map[contract.Role]form{contract.Allocates: {export: "place", places: []int{0}, results: 1}}}
	text, err := b.driver()
	if err != nil {
		return nil, err
	}
	file, err := engine.Assemble(text)
	if err != nil {
		return nil, fmt.Errorf("driver: %w", err)
	}
	store := timing().NewStore()
	defer store.Close()
	store.Limit(limit)
	imports, err := engine.Provide(store, []engine.Supply{{Import: wasm.Import{
		Module: memoryModule, Name: b.memory, Kind: wasm.KindMemory, Memory: wasm.Limits{Min: 1},
	}}})
	if err != nil {
		return nil, err
	}
	memory := imports[memoryModule].Memory(b.memory)
	var sizes []uint64
	next := uint64(contract.Default().HeapBase.Address)
	functions, err := b.hosted(store, func(c call) ([]uint64, error) {
		size, _ := c.operand(contract.SizeParam)
		sizes = append(sizes, size)
		ptr := next
		next += size
		pages := (next + contract.PageSize - 1) / contract.PageSize
		if have := memory.Pages(); pages > have && !memory.Grow(pages-have) {
			return []uint64{0}, nil
		}
		return []uint64{ptr}, nil
	})
	if err != nil {
		return nil, err
	}
	host, err := growing(store, memory.Grow)
	if err != nil {
		return nil, err
	}
	d, err := engine.Instantiate(store, file, beside(functions, imports[memoryModule], host))
	if err != nil {
		return nil, fmt.Errorf("driver: %w", err)
	}
	failed, err := driver{d}.call(&Workload{function: edgeCases}, amount{1, 1}, false)
	if err != nil {
		return nil, fmt.Errorf("driver: edge_cases: %w", err)
	}
	if failed != 0 {
		return nil, fmt.Errorf("driver: edge_cases fails at assertion %d", failed)
	}
	return sizes, nil
}
