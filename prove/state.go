// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/prove/replay"
	"github.com/genalloc/genalloc/prove/sym"
	"github.com/genalloc/genalloc/wasm"
)

// system is a module under a contract, as terms.
type system struct {
	spec
	strategy strategy
	module   *wasm.Module
	contract contract.Contract
	guessed  Hints // as they were given
	hints    Hints // the words among them with an index behind the globals
	executor *sym.Executor
	engine   func() (*replay.Module, error) // compiled at the first counterexample

	functions []contract.Function      // that are called
	inner     map[contract.Role]uint32 // those of them that are not exported

	base       term   // the heap base, an address
	errnoAt    term   // the address of errno, 0 if there is none; nil where no function sets it
	heapEnd    term   // the end of the memory that the linker knows of, an address, 0 for none; nil unless it decides
	align      term   // the contract's own alignment in bytes
	linkers    []term // the duties of who decides where the heap lies
	pmin, pmax term   // the memory's limits in pages
}

func newSystem(m *wasm.Module, c contract.Contract, h Hints) (*system, error) {
	if err := c.Settled(); err != nil {
		return nil, err
	}
	if err := Supports(c); err != nil {
		return nil, err
	}
	b := bv.NewBuilder()
	x := sym.New(b, m)
	x.Silent = silent(m, c)
	x.Shared = c.Threads
	s := &system{
		spec:     spec{Builder: b, width: x.AddrWidth(), wide: x.Wide()},
		strategy: strategyOf(c), module: m, contract: c, executor: x,
		inner:  map[contract.Role]uint32{},
		engine: sync.OnceValues(func() (*replay.Module, error) { return replay.Compile(m, x.Silent) }),
	}
	s.guessed, s.hints = h, s.resolve(h)
	if k, ok := s.strategy.(keeper); ok {
		s.strategy, x.Headers = k.under(c, h), true
	}
	s.wrapped()
	mem, err := m.Memory(0)
	if err != nil {
		return nil, err
	}
	s.pmin, s.pmax = s.num(mem.Min), s.num(x.MaxPages())
	s.align = s.num(uint64(c.Align()))
	s.base = s.num(uint64(c.HeapBase.Address))
	if c.HeapBase.Imported() {
		s.base = s.of(s.Var("base", s.width))
	}
	if c.HeapBase.Linker {
		s.heapEnd = s.of(s.Var("end", s.width))
	}
	if c.SetsErrno() {
		s.errnoAt = s.of(s.Var("errno", s.width))
	}
	if p := h.Placed; p.Base != 0 {
		s.base, s.heapEnd = s.num(uint64(p.Base)), s.num(uint64(p.End))
		if s.errnoAt != nil {
			s.errnoAt = s.num(uint64(p.Errno))
		}
	}
	return s, s.check()
}

// silent are the imported functions that tell a host something. What it does then is its
// own affair; the assumption is that it neither calls the module nor writes its memory.
func silent(m *wasm.Module, c contract.Contract) map[uint32]bool {
	fs := map[uint32]bool{}
	n := uint32(0)
	for _, im := range m.Imports {
		if im.Kind != wasm.KindFunc {
			continue
		}
		fs[n] = slices.ContainsFunc(c.Imports(), func(known contract.Import) bool {
			return known.Event != contract.Never && known.Module == im.Module && known.Name == im.Name
		})
		n++
	}
	return fs
}

// check returns an error for modules that the method does not cover.
func (s *system) check() error {
	m := s.module
	if m.Start != nil {
		return fmt.Errorf("start function: the state after it is not known")
	}
	data, err := s.dataEnd()
	if err != nil {
		return err
	}
	if !s.base.IsConst() {
		s.linkers = append(s.linkers, s.le(s.num(data), s.base))
	}
	if s.heapEnd != nil {
		s.linkers = append(s.linkers, s.divides(s.num(wasm.PageSize), s.heapEnd))
		if _, ok := s.strategy.(keeper); ok {
			s.linkers = append(s.linkers, s.Or(s.Eq(s.heapEnd, s.num(0)), s.le(s.base, s.heapEnd)))
		}
	}
	if s.errnoAt != nil { // among the program's data
		is := s.le(s.Add(s.errnoAt, s.num(4)), s.base)
		for _, at := range s.executor.Words {
			is = s.And(is, s.apart(block{s.errnoAt, s.num(4)}, block{s.num(uint64(at)), s.num(s.executor.WordBytes())}))
		}
		s.linkers = append(s.linkers, s.Or(s.Eq(s.errnoAt, s.num(0)), is))
	}
	if slices.ContainsFunc(s.linkers, (*bv.Term).IsFalse) {
		return errors.New("hints: no linker places a heap there")
	}
	for _, e := range m.Exports {
		switch {
		case e.Kind == wasm.KindFunc && !s.knows(e):
			return fmt.Errorf("export %q: a function that is not in the contract: name its functions with --functions FUNC=NAME in a finished program", e.Name)
		case e.Kind == wasm.KindGlobal:
			if g, err := m.Global(e.Index); err != nil || g.Mutable {
				return fmt.Errorf("export %q: mutable state that others can write breaks every proof", e.Name)
			}
		}
	}
	for _, imp := range m.Imports {
		if imp.Kind == wasm.KindGlobal && imp.Global.Mutable {
			return fmt.Errorf("import %s.%s: mutable state that others can write breaks every proof", imp.Module, imp.Name)
		}
	}
	mem, err := m.Memory(0)
	if err == nil && mem.Shared && !s.contract.Threads {
		return fmt.Errorf("memory 0: a shared memory is not supported without --threads")
	}
	for _, c := range s.hints.cells() {
		if int(c.Global) >= numGlobals(m) && int(c.Global) < numGlobals(m)+len(s.executor.Words) {
			continue
		}
		g, err := m.Global(c.Global)
		if err != nil {
			return fmt.Errorf("hints: %w", err)
		}
		// A wider global may hold an address, but not a number of pages.
		inPages := s.hints.End.Kind == EndPages && c == s.hints.End.Cell
		if g.Type != mem.AddrType() && (g.Type != wasm.I64 || inPages) {
			return fmt.Errorf("hints: global %d is an %v, and addresses are %v", c.Global, g.Type, mem.AddrType())
		}
	}
	return s.alone()
}

// knows reports whether a function that is exported is in the contract, or is one of its
// functions under a second name.
func (s *system) knows(e wasm.Export) bool {
	return slices.ContainsFunc(s.contract.Signatures(), func(f contract.Function) bool {
		index, _, err := s.module.ExportedFunc(f.Export)
		return e.Name == f.Export || e.Name == f.Alias && err == nil && e.Index == index
	})
}

// globals returns the globals: mutable makes those that are, and the others have their
// initial values.
func (s *system) globals(mutable func(i uint32, width int) term) []term {
	var gs []term
	n := numGlobals(s.module)
	for i := range uint32(n) {
		g, _ := s.module.Global(i)
		width := map[wasm.ValType]int{wasm.I32: 32, wasm.I64: 64}[g.Type]
		value, known := constant(s.module, i)
		switch {
		case width == 0:
			gs = append(gs, nil)
		case g.Mutable:
			gs = append(gs, mutable(i, width))
		case known:
			gs = append(gs, s.Const(width, value))
		case s.linked(i) != "":
			gs = append(gs, s.Var(s.linked(i), width))
		default:
			gs = append(gs, s.Var(fmt.Sprintf("global%d", i), width))
		}
	}
	for i := range s.executor.Words {
		gs = append(gs, mutable(uint32(n+i), s.executor.AddrWidth()))
	}
	return gs
}

// linked is the name of what global i imports from who decides where the heap lies; empty
// for any other global.
func (s *system) linked(i uint32) string {
	h, imports := s.contract.HeapBase, s.module.Imported(wasm.KindGlobal)
	switch {
	case int(i) >= len(imports) || !h.Imported() || imports[i].Module != h.Module:
	case imports[i].Name == h.Name:
		return "base"
	case h.Linker && imports[i].Name == contract.LinkerEnd:
		return "end"
	case h.Linker && imports[i].Name == contract.LinkerErrno:
		return "errno"
	}
	return ""
}

// anyState is an unknown state.
func (s *system) anyState() sym.State {
	return sym.State{
		Globals: s.globals(func(i uint32, width int) term { return s.Var(fmt.Sprintf("global%d", i), width) }),
		Pages:   s.Var("pages", s.wide),
	}
}

// firstState is the state after instantiation. An imported memory may be larger than
// the module's minimum.
func (s *system) firstState() (sym.State, error) {
	var err error
	st := sym.State{Pages: s.pmin}
	if s.module.NumImported(wasm.KindMemory) > 0 {
		st.Pages = s.Var("pages", s.wide)
	}
	st.Globals = s.globals(func(i uint32, width int) term {
		v, ok := s.initial(i)
		if !ok {
			err = fmt.Errorf("global %d: an initial value that is not a constant is not supported", i)
		}
		return s.Const(width, v)
	})
	return st, err
}

// address reads a cell that holds an address. In a global that is wider than numbers
// are, the upper bits have to be 0.
func (s *system) address(v *view, st sym.State, c Cell) term {
	global := st.Globals[c.Global]
	if global.Width > s.wide && !c.Negated {
		above := s.Extract(global, s.wide, global.Width-s.wide)
		v.own = s.And(v.own, s.Eq(above, s.Const(above.Width, 0)))
		return s.Extract(global, 0, s.wide)
	}
	word := s.Extract(global, 0, s.width)
	if c.Negated {
		return s.minus(word)
	}
	return s.of(word)
}

// first is the top of an instance that has no blocks.
func (s *system) first() term {
	if s.hints.Aligned {
		return s.roundUp(s.base, s.align)
	}
	return s.base
}

// firstEnd is the end of the memory that the allocator owns at the start: the initial
// pages, or those that the linker knows of, or the page that the base lies in if that is
// higher.
func (s *system) firstEnd() term {
	initial := s.inBytes(s.pmin)
	if s.heapEnd != nil {
		initial = s.heapEnd
	}
	return s.larger(initial, s.roundUpPage(s.base))
}
