// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"github.com/genalloc/genalloc/prove/sym"
	"github.com/genalloc/genalloc/wasm"
)

// start says that the invariant holds after instantiation, and that the allocator
// then owns the memory that the contract gives it.
func (s *system) start() ([]Obligation, error) {
	st, err := s.firstState()
	if err != nil {
		return nil, err
	}
	v := s.view(st)
	given := []term{s.le(s.pmin, st.Pages, s.pmax)}
	if s.contract.HeapBase.Imported() { // the importer's duty
		given = append(given, s.lt(s.num(0), s.base), s.le(s.base, v.size))
	}
	if s.heapEnd != nil {
		given = append(given, s.le(s.heapEnd, v.size))
	}
	given = append(given, s.linkers...)
	one := func(name, text string, goal term) Obligation {
		return Obligation{Name: name, Text: text, Cases: []Case{{Name: "instantiation", Assume: given, Goal: goal}}}
	}
	invariant := one("start.invariant", "the invariant holds after instantiation", s.invariant(v))
	if s.contract.Threads && s.module.NumImported(wasm.KindMemory) > 0 {
		return []Obligation{invariant, one("start.end", "an instance that imports the memory has no chunk yet", s.Eq(v.top, v.end))}, nil
	}
	return []Obligation{
		invariant,
		one("start.end", "the allocator owns the initial pages and the page that the base lies in", s.Eq(v.end, s.firstEnd())),
	}, nil
}

// elsewhere says that a memory.grow by somebody else changes nothing for the
// allocator.
func (s *system) elsewhere() []Obligation {
	before := s.anyState()
	after := sym.State{Globals: before.Globals, Pages: s.Var("pages.after", s.wide)}
	v, w := s.view(before), s.view(after)
	given := append([]term{s.invariant(v), s.le(v.pages, w.pages, s.pmax)}, s.linkers...)
	one := func(name, text string, goal term) Obligation {
		return Obligation{Name: name, Text: text, Cases: []Case{{Name: "memory.grow", Assume: given, Goal: goal}}}
	}
	return []Obligation{
		one("elsewhere.invariant", "the invariant survives a growth by somebody else", s.invariant(w)),
		one("elsewhere.end", "the allocator does not own pages that somebody else adds", s.All(s.Eq(w.end, v.end), s.Eq(w.top, v.top), s.sameFloor(w, v))),
	}
}
