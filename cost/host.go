// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"errors"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/contract"
)

// Host returns a [Config.Import] that supplies what an allocator under c may
// import: a memory of the contract's size, the heap base in whatever global is
// asked for, and functions that trap, since calling one is not an allocator's
// business.
func Host(c contract.Contract) func(*wasmtime.Store, *wasmtime.ImportType) (wasmtime.AsExtern, error) {
	return func(s *wasmtime.Store, im *wasmtime.ImportType) (wasmtime.AsExtern, error) {
		t := im.Type()
		if mem := t.MemoryType(); mem != nil {
			return memoryFor(s, mem, c)
		}
		if g := t.GlobalType(); g != nil {
			return wasmtime.NewGlobal(s, g, baseValue(g, c))
		}
		if f := t.FuncType(); f != nil {
			return wasmtime.NewFunc(s, f, func(*wasmtime.Caller, []wasmtime.Val) ([]wasmtime.Val, *wasmtime.Trap) {
				return nil, wasmtime.NewTrap("an import was called")
			}), nil
		}
		return nil, errors.New("only memories, globals and functions are supplied")
	}
}

// memoryFor makes a memory that the import accepts: of the contract's size or
// of the import's, whichever is more.
func memoryFor(s *wasmtime.Store, mem *wasmtime.MemoryType, c contract.Contract) (wasmtime.AsExtern, error) {
	if mem.Is64() || mem.IsShared() {
		return nil, errors.New("only an unshared 32-bit memory is supplied")
	}
	pages := max(mem.Minimum(), uint64(c.InitialPages))
	declared, limit := mem.Maximum()
	if !declared {
		limit = contract.MaxPages
	}
	t, err := wasmtime.NewMemoryType(uint32(pages), declared, uint32(limit), false)
	if err != nil {
		return nil, err
	}
	return wasmtime.NewMemory(s, t)
}

// baseValue is what an imported global holds: the contract's heap base or,
// where that is the import itself, the default's.
func baseValue(g *wasmtime.GlobalType, c contract.Contract) wasmtime.Val {
	address := int64(contract.Default().HeapBase.Address)
	if !c.HeapBase.Imported() {
		address = int64(c.HeapBase.Address)
	}
	if g.Content().Kind() == wasmtime.KindI64 {
		return wasmtime.ValI64(address)
	}
	return wasmtime.ValI32(int32(address))
}
