// SPDX-License-Identifier: MIT OR Apache-2.0

package replay

import (
	"github.com/bytecodealliance/wasmtime-go/v39"

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
	least := uint64(0)
	for i := range bare.Memories {
		limits, err := m.Memory(uint32(i))
		if err != nil {
			return State{}, err
		}
		bare.Memories[i].Min = limits.Min
		least = max(least, limits.Min)
	}
	c, err := compile(bare, len(bare.Globals))
	if err != nil {
		return State{}, err
	}
	defer c.Close()
	store := wasmtime.NewStore(c.engine)
	defer store.Close()
	inst, err := wasmtime.NewInstance(store, c.module, nil)
	if err != nil {
		return State{}, err
	}
	st := State{Pages: least}
	for i := range c.types {
		st.Globals = append(st.Globals, bits(inst.GetExport(store, globalName(i)).Global().Get(store)))
	}
	return st, nil
}
