// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
)

// The tests here drive modules by hand, so that an error in the judge and one in
// the emitter cannot hide each other.

const (
	page = contract.PageSize
	end  = uint64(1) << 32 // of a 32-bit memory, in bytes
)

var engine = sync.OnceValue(func() *wasmtime.Engine {
	config := wasmtime.NewConfig()
	config.SetConsumeFuel(true)
	return wasmtime.NewEngineWithConfig(config)
})

func parse(t testing.TB, text string) contract.Contract {
	t.Helper()
	c, err := contract.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func emit(t testing.TB, c contract.Contract) []byte {
	t.Helper()
	b, err := emitter.Emit(c)
	if err != nil {
		t.Fatalf("%s: %v", c, err)
	}
	return b
}

// A compiled module starts as often as a test likes.
type compiled struct {
	contract contract.Contract
	module   *wasmtime.Module
}

func compile(t testing.TB, text string) compiled {
	t.Helper()
	c := parse(t, text)
	m, err := wasmtime.NewModule(engine(), emit(t, c))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	t.Cleanup(m.Close)
	return compiled{c, m}
}

// A span is the bytes from from up to to.
type span struct{ from, to uint64 }

// A host runs one instance and keeps account of every byte that is spoken for.
type host struct {
	t      testing.TB
	c      contract.Contract
	store  *wasmtime.Store
	memory *wasmtime.Memory
	funcs  map[string]*wasmtime.Func
	base   uint64
	taken  []span // blocks, and pages that others grew
	calls  int
	asked  uint64 // bytes
}

// importedBase is the value of the global where the contract imports it.
const importedBase = 5000

// start instantiates the module in a world where memory may grow to so many
// pages; 0 for as many as the contract allows.
func (m compiled) start(t testing.TB, limit uint64) *host {
	t.Helper()
	store := wasmtime.NewStore(engine())
	t.Cleanup(store.Close)
	if limit != 0 {
		store.Limiter(int64(limit*page), -1, -1, -1, -1)
	}
	h := &host{t: t, c: m.contract, store: store, base: uint64(m.contract.HeapBase.Address), funcs: map[string]*wasmtime.Func{}}
	linker := wasmtime.NewLinker(engine())
	defer linker.Close()
	for _, im := range m.contract.Imports() {
		must(t, linker.Define(store, im.Module, im.Name, h.provide(im)))
	}
	must(t, store.SetFuel(1<<40))
	inst, err := linker.Instantiate(store, m.module)
	must(t, err)
	if h.memory == nil {
		h.memory = inst.GetExport(store, m.contract.MemoryName).Memory()
	}
	for _, f := range m.contract.Signatures() {
		h.funcs[f.Name] = inst.GetFunc(store, f.Export)
	}
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *host) provide(im contract.Import) wasmtime.AsExtern {
	switch im.Kind {
	case "memory":
		typ, err := wasmtime.NewMemoryType(h.c.InitialPages, h.c.MaxPages != 0, h.c.MaxPages, false)
		must(h.t, err)
		m, err := wasmtime.NewMemory(h.store, typ)
		must(h.t, err)
		h.memory = m
		return m
	case "global":
		h.base = importedBase
		g, err := wasmtime.NewGlobal(h.store, wasmtime.NewGlobalType(wasmtime.NewValType(wasmtime.KindI32), false), wasmtime.ValI32(importedBase))
		must(h.t, err)
		return g
	}
	return wasmtime.WrapFunc(h.store, func(int32) *wasmtime.Trap {
		return wasmtime.NewTrap("an allocator must not call " + im.Name)
	})
}

func (h *host) pages() uint64 { return h.memory.Size(h.store) }
func (h *host) bytes() []byte { return h.memory.UnsafeData(h.store) }

// call returns 0 where the contract says that running out of memory traps.
func (h *host) call(function string, args ...uint64) uint64 {
	h.t.Helper()
	h.calls++
	words := make([]any, len(args))
	for i, a := range args {
		words[i] = int32(uint32(a))
	}
	result, err := h.funcs[function].Call(h.store, words...)
	var trap *wasmtime.Trap
	if errors.As(err, &trap) && h.c.OOM == contract.OOMTrap {
		if code := trap.Code(); code != nil && *code == wasmtime.UnreachableCodeReached {
			return 0
		}
	}
	if err != nil {
		h.t.Fatalf("%s(%d): %v", function, args, err)
	}
	ptr, _ := result.(int32)
	return uint64(uint32(ptr))
}

// withAlign appends the align argument where functions have the parameter.
func (h *host) withAlign(args []uint64, align uint64) []uint64 {
	if h.c.FixedAlign != 0 {
		return args
	}
	return append(args, align)
}

// alloc calls alloc and holds what it returns against everything before.
func (h *host) alloc(size, align uint64) uint64 {
	h.t.Helper()
	return h.block("alloc", size, align)
}

// allocZeroed is alloc for alloc_zeroed, of whose block every byte is 0.
func (h *host) allocZeroed(size, align uint64) uint64 {
	h.t.Helper()
	return h.block("alloc_zeroed", size, align)
}

func (h *host) block(function string, size, align uint64) uint64 {
	h.t.Helper()
	h.asked += size
	ptr := h.call(function, h.withAlign([]uint64{size}, align)...)
	if ptr == 0 {
		return 0
	}
	h.fits(ptr, size, align)
	if function == "alloc_zeroed" {
		for i, b := range h.bytes()[ptr : ptr+size] {
			if b != 0 {
				h.t.Fatalf("%s(%d, %d) = %#x: byte %d is %d", function, size, align, ptr, i, b)
			}
		}
	}
	h.take(span{ptr, ptr + size})
	return ptr
}

// fits holds a new block against the promise.
func (h *host) fits(ptr, size, align uint64) {
	h.t.Helper()
	align = max(align, uint64(h.c.MinAlign))
	if h.c.FixedAlign != 0 {
		align = uint64(h.c.FixedAlign)
	}
	to, mem := ptr+size, h.pages()*page
	switch {
	case ptr%align != 0:
		h.t.Fatalf("block of %d bytes at %#x is not aligned to %d", size, ptr, align)
	case ptr < h.base:
		h.t.Fatalf("block of %d bytes at %#x is below the base %#x", size, ptr, h.base)
	case to > mem:
		h.t.Fatalf("block of %d bytes at %#x ends beyond the memory's %#x bytes", size, ptr, mem)
	}
	for _, s := range h.taken {
		if ptr < s.to && s.from < to {
			h.t.Fatalf("block of %d bytes at %#x lies on [%#x, %#x)", size, ptr, s.from, s.to)
		}
	}
}

// take marks the first and last byte of a span that is spoken for.
func (h *host) take(s span) {
	if s.to > s.from {
		mem := h.bytes()
		mem[s.from], mem[s.to-1] = 0xa5, 0xa5
		h.taken = append(h.taken, s)
	}
}

// intact checks that nobody has written to what is spoken for.
func (h *host) intact() {
	h.t.Helper()
	mem := h.bytes()
	for _, s := range h.taken {
		if mem[s.from] != 0xa5 || mem[s.to-1] != 0xa5 {
			h.t.Fatalf("[%#x, %#x) was written to", s.from, s.to)
		}
	}
}

// realloc resizes a block that has the marks of take, and moves them.
func (h *host) realloc(ptr, old, align, size uint64) uint64 {
	h.t.Helper()
	moved := h.call("realloc", append(h.withAlign([]uint64{ptr, old}, align), size)...)
	if moved == 0 {
		return 0
	}
	for i, s := range h.taken {
		if s == (span{ptr, ptr + old}) {
			h.taken = append(h.taken[:i], h.taken[i+1:]...)
			break
		}
	}
	h.fits(moved, size, align)
	if kept := min(old, size); kept > 0 && h.bytes()[moved] != 0xa5 {
		h.t.Fatalf("realloc(%#x, %d, %d, %d) = %#x lost the first byte", ptr, old, align, size, moved)
	} else if size >= old && old > 0 && h.bytes()[moved+old-1] != 0xa5 {
		h.t.Fatalf("realloc(%#x, %d, %d, %d) = %#x lost the last byte", ptr, old, align, size, moved)
	}
	h.take(span{moved, moved + size})
	return moved
}

func (h *host) dealloc(ptr, size, align uint64) {
	h.t.Helper()
	h.call("dealloc", h.withAlign([]uint64{ptr, size}, align)...)
}

// grow is memory.grow by somebody else, who writes to the pages.
func (h *host) grow(pages uint64) {
	h.t.Helper()
	old, err := h.memory.Grow(h.store, pages)
	must(h.t, err)
	h.take(span{old * page, (old + pages) * page})
}

// fuel returns the cost of f in wasmtime's units.
func (h *host) fuel(f func()) uint64 {
	before, err := h.store.GetFuel()
	must(h.t, err)
	f()
	after, err := h.store.GetFuel()
	must(h.t, err)
	return before - after
}

// must fails the test if the request was not met.
func (h *host) must(ptr uint64) uint64 {
	h.t.Helper()
	if ptr == 0 {
		h.t.Fatalf("call %d: nothing is returned, with %d pages", h.calls, h.pages())
	}
	return ptr
}

// refused fails the test if the request was met, or changed the memory.
func (h *host) refused(request func() uint64) {
	h.t.Helper()
	pages := h.pages()
	if ptr := request(); ptr != 0 {
		h.t.Fatalf("call %d: %#x is returned where nothing is left, with %d pages", h.calls, ptr, h.pages())
	}
	if h.pages() != pages {
		h.t.Fatalf("call %d fails, but the memory grows from %d to %d pages", h.calls, pages, h.pages())
	}
}
