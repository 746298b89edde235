// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/sym"
	"github.com/genalloc/genalloc/wasm"
)

// strategy is what the prover knows about one strategy. Safety is not part of it:
// safety.go states it once for all.
type strategy interface {
	// guess returns the hints for a module that the emitter made; mutable is its state,
	// in the emitter's order.
	guess(m *wasm.Module, c contract.Contract, mutable []Cell) (Hints, error)

	// view says what a state means.
	view(s *system, st sym.State) view

	// invariant is what holds between calls. It has to imply
	// 0 < base ≤ top ≤ clean and top ≤ end ≤ size, and base ≤ floor ≤ top.
	invariant(s *system, v view) term

	// place is where a new block has to lie.
	place(k *call) place

	// resize is where a block that is resized has to lie.
	resize(k *call) resizing

	// gives returns the obligations about what dealloc gives back, beyond safety.
	gives(k *call) []Obligation
}

// strategies has a row for each strategy. A third-party module is held to bump's
// placement.
var strategies = map[contract.Strategy]strategy{
	contract.Bump:  bump{},
	contract.Stack: stack{},
	contract.Lists: &lists{},
	contract.Any:   bump{},
}

// threaded are those of modules for threads.
var threaded = map[contract.Strategy]strategy{contract.Bump: chunks{}}

// strategyOf is the strategy that a contract's modules are held to; nil if there is none.
func strategyOf(c contract.Contract) strategy {
	if c.Threads {
		return threaded[c.Strategy]
	}
	return strategies[c.Strategy]
}

// keeper is a strategy that keeps a state in the memory. It states all obligations of
// a call itself.
type keeper interface {
	strategy

	// under returns the strategy for a contract.
	under(c contract.Contract, h Hints) strategy

	// dataEnd is the end of what the strategy keeps among a program's data, 0 for nothing. The
	// error says that it is not as it has to be at the start.
	dataEnd(s *system) (uint64, error)

	// origin is the constant from which code reaches that.
	origin() uint32

	// facts are what is known along a path beyond its conditions, such as what loads read.
	facts(k *call, o outcome) []term

	obligations(k *call) []Obligation

	// usages are those of a function.
	usages(f contract.Function) []usage

	// opaque are the functions that the executor does not enter in a call, as
	// sym.Executor.Opaque.
	opaque(k *call) map[uint32]bool
}

// view is what a state means. Every live block lies in [base, top); the bytes in
// [top, end) are free, and those in [clean, end) are 0 as well unless the contract
// says that memory may be dirty.
type view struct {
	top   term // T, an address
	clean term // C, an address: no block ever had a byte from here up to end
	end   term // O: the end of the memory that the allocator owns, an address
	floor term // F, an address: see arena.go; nil if the contract has no marks
	size  term // M: the memory's size in bytes
	pages term // p
	fresh term // no block was handed out yet, not even an empty one; nil if nothing tells
	own   term // what else the hints ask of the globals
}

func (s *system) view(st sym.State) view { return s.strategy.view(s, st) }

func (s *system) invariant(v view) term { return s.strategy.invariant(s, v) }

// free are the bytes that the allocator can hand out without growing the memory: those
// above the top, and once marks are released, those above the floor.
func (s spec) free(v view) block {
	from := v.top
	if v.floor != nil {
		from = v.floor
	}
	return block{from, s.Sub(v.end, from)}
}

// live says that b is a live block: it was handed out and not given back.
func (s *system) live(v view, b block) term {
	return s.And(s.lies(v, b), s.divides(s.align, b.at))
}

// lies says that b lies where blocks do.
func (s *system) lies(v view, b block) term {
	if s.contract.Threads {
		return s.among(v, b)
	}
	some := s.Bool(true)
	if v.fresh != nil {
		some = s.Not(v.fresh)
	}
	return s.All(some, s.le(s.base, b.at), s.le(s.end(b), v.top), s.beside(v, b))
}
