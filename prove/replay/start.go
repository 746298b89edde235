// SPDX-License-Identifier: MIT OR Apache-2.0

package replay

import (
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/wasm"
)

// Start returns the state of m after instantiation: imported globals are 0, and
// the memory is as small as m allows.
func Start(m *wasm.Module) (State, error) {
	bare, err := lay(m)
	if err != nil {
		return State{}, err
	}
	for i, g := range m.Globals {
		bare.Globals[m.NumImported(wasm.KindGlobal)+i].Init = g.Init
	}
	for i := range bare.Memories {
		limits, err := m.Memory(uint32(i))
		if err != nil {
			return State{}, err
		}
		bare.Memories[i].Min = limits.Min
	}
	c, err := compile(bare, len(bare.Globals))
	if err != nil {
		return State{}, err
	}
	defer c.Close()
	store := engine.Default().NewStore()
	defer store.Close()
	in, err := store.Instantiate(c.code, nil)
	if err != nil {
		return State{}, err
	}
	return c.state(in), nil
}
