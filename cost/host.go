// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/wasm"
)

// Host returns a [Config.Host] that supplies what an allocator under c imports:
// a memory of the contract's size or the import's, whichever is more; the heap
// base in every global; functions that do nothing where the contract has them called, and
// others that trap.
func Host(module []byte, c contract.Contract) func(engine.Store) (engine.Imports, error) {
	base := c.HeapBase.Address
	if c.HeapBase.Imported() {
		base = contract.Default().HeapBase.Address
	}
	return func(s engine.Store) (engine.Imports, error) {
		m, err := wasm.Decode(module)
		if err != nil {
			return nil, err
		}
		var supplies []engine.Supply
		for _, im := range m.Imports {
			x := engine.Supply{Import: im, Value: uint64(base)}
			switch {
			case im.Kind == wasm.KindFunc:
				x.Func = m.Types[im.Type]
				if slices.ContainsFunc(c.Imports(), func(known contract.Import) bool {
					return known.Module == im.Module && known.Name == im.Name && known.Event != contract.Never
				}) {
					x.Call = func([]uint64) ([]uint64, error) { return nil, nil }
				}
			case im.Memory.Shared:
				return nil, fmt.Errorf("import %s.%s: only an unshared memory is supplied", im.Module, im.Name)
			case im.Kind == wasm.KindMemory:
				x.Memory.Min = max(im.Memory.Min, uint64(c.InitialPages))
			}
			supplies = append(supplies, x)
		}
		return engine.Provide(s, supplies)
	}
}
