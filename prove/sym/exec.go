// SPDX-License-Identifier: MIT OR Apache-2.0

package sym

import (
	"fmt"

	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/wasm"
)

// Unsupported says which construct the executor does not know, and where.
type Unsupported struct {
	At   Position
	What string
}

func (e *Unsupported) Error() string { return fmt.Sprintf("%v: %s is not supported", e.At, e.What) }

// maxRuns bounds the number of paths.
const maxRuns = 4096

// Executor runs functions of one module on terms. The module has to be valid:
// let an engine compile it first.
type Executor struct {
	B      *bv.Builder
	Module *wasm.Module
	Unroll int // how often a loop that cannot be cut is gone round again, and a function calls itself

	// Literal makes no use of lemmas: products are multiplied, and loops are unrolled.
	Literal bool

	// Headers cuts paths at the headers of loops that have no closed form and do not grow
	// the memory, instead of unrolling them. See Header.
	Headers bool

	// Opaque are functions that calls do not enter; the first call does. See Header. True
	// are those that trap instead of returning 0.
	Opaque map[uint32]bool

	// Silent are imported functions that are taken to return and to change nothing.
	Silent map[uint32]bool

	// Shared lets other threads grow the memory: before each memory.size and memory.grow it
	// has any number of pages, from those that this thread saw before up to the limit. That
	// is enough, although they may do so at any time: the memory never shrinks, so an access
	// within what was seen is within the memory, and one beyond it is taken to trap.
	Shared bool

	// Words are addresses of WordBytes each that are state like the globals, behind which
	// State has them. A load or a store of one at a constant address is no Effect. All
	// others are: whoever relies on the Words has to prove that no other Effect writes
	// them.
	Words []uint32

	codes map[uint32]*code
}

// New returns an Executor that unrolls loops twice.
func New(b *bv.Builder, m *wasm.Module) *Executor {
	return &Executor{B: b, Module: m, Unroll: 2, codes: map[uint32]*code{}}
}

// AddrWidth is the width in bits of addresses of memory 0.
func (x *Executor) AddrWidth() int {
	if mem, err := x.Module.Memory(0); err == nil && mem.Is64 {
		return 64
	}
	return 32
}

// Wide is AddrWidth plus 4: wide enough that no sum of a specification wraps.
func (x *Executor) Wide() int { return x.AddrWidth() + 4 }

// WordBytes is the size of one of the Words: an address's.
func (x *Executor) WordBytes() uint64 { return uint64(x.AddrWidth()) / 8 }

// MaxPages is the limit in pages that memory.grow keeps whatever the host says:
// the declared maximum, or what addresses can reach (core specification 3.0,
// 3.2 Types: limits within 2^16 pages, or 2^48 under 64-bit addresses).
func (x *Executor) MaxPages() uint64 {
	limit := uint64(1) << 16
	if x.AddrWidth() == 64 {
		limit = 1 << 48
	}
	if mem, err := x.Module.Memory(0); err == nil && mem.HasMax {
		limit = min(limit, mem.Max)
	}
	return limit
}

// Call runs function fn and returns every path through it.
func (x *Executor) Call(fn uint32, args []*bv.Term, st State) ([]Path, error) {
	e := &exploration{Executor: x}
	r := &run{Path: Path{State: st}, stack: append([]*bv.Term(nil), args...)}
	r = r.clone() // the caller's slices stay its own
	if err := e.enter(r, fn, Position{Func: fn}); err != nil {
		return nil, err
	}
	if err := e.explore(r); err != nil {
		return nil, err
	}
	paths := make([]Path, len(e.done))
	for i, r := range e.done {
		paths[i] = r.Path
	}
	return paths, nil
}

// exploration is the tree of the paths that start at one run.
type exploration struct {
	*Executor
	work, done []*run
	runs       int
	probe      *cut // set while a loop's body is tried out: leaving it ends a run
	rounds     []*run
	nested     bool // the probe has met a loop that has no closed form
}

func (e *exploration) explore(first *run) error {
	e.work = append(e.work, first)
	for len(e.work) > 0 {
		r := e.work[len(e.work)-1]
		e.work = e.work[:len(e.work)-1]
		if e.runs++; e.runs > maxRuns {
			return &Unsupported{r.at(), fmt.Sprintf("code with more than %d paths", maxRuns)}
		}
		for !r.over {
			if err := e.step(r); err != nil {
				return err
			}
			r.over = r.over || e.probe != nil && e.probe.left(r)
		}
	}
	return nil
}

// finish ends r as a path of its own.
func (e *exploration) finish(r *run, end End) {
	r.End, r.over = end, true
	if len(r.frames) > 0 {
		r.At = r.at()
	}
	if e.probe == nil { // a probe looks for rounds only
		e.done = append(e.done, r)
	}
}

func (e *exploration) trap(r *run, why string) {
	r.Why = why
	e.finish(r, Trap)
}

// split returns r where cond holds and a copy where it does not; nil for a side
// that cannot be because cond or its negation is settled already.
func (e *exploration) split(r *run, cond *bv.Term) (yes, no *run) {
	not := e.B.Not(cond)
	for _, c := range r.Conds {
		if c == cond {
			return r, nil
		}
		if c == not {
			return nil, r
		}
	}
	switch {
	case cond.IsTrue():
		return r, nil
	case cond.IsFalse():
		return nil, r
	}
	no = r.clone()
	r.Conds = append(r.Conds, cond)
	no.Conds = append(no.Conds, not)
	return r, no
}

// trapIf ends the part of r where cond holds, and tells whether a rest goes on.
// r is that rest.
func (e *exploration) trapIf(r *run, cond *bv.Term, why string) (goesOn bool) {
	no, yes := e.split(r, e.B.Not(cond))
	if yes != nil {
		e.trap(yes, why)
	}
	return no != nil
}

// enter starts function fn with its arguments on the stack.
func (e *exploration) enter(r *run, fn uint32, from Position) error {
	c, err := e.code(fn, from)
	if err != nil {
		return err
	}
	active := 0
	for _, f := range r.frames {
		if f.fn == fn {
			active++
		}
	}
	if active > e.Unroll {
		e.finish(r, Unwound)
		return nil
	}
	n := len(c.typ.Params)
	f := frame{fn: fn, code: c, height: len(r.stack) - n}
	f.locals = append(f.locals, r.stack[f.height:]...)
	for _, t := range c.types[n:] {
		f.locals = append(f.locals, e.B.Const(width(t), 0))
	}
	r.stack = r.stack[:f.height]
	f.labels = []label{{start: -1, target: len(c.body), arity: len(c.typ.Results), height: f.height}}
	r.frames = append(r.frames, f)
	return nil
}

// leave returns from the innermost function with its results on the stack.
func (e *exploration) leave(r *run) {
	f := r.top()
	n := len(f.code.typ.Results)
	results := r.stack[len(r.stack)-n:]
	if len(r.frames) == 1 {
		r.Results = append([]*bv.Term(nil), results...)
		e.finish(r, Return)
		return
	}
	r.stack = append(r.stack[:f.height], results...)
	r.frames = r.frames[:len(r.frames)-1]
}

// code looks function fn up and checks that its types are known.
func (x *Executor) code(fn uint32, from Position) (*code, error) {
	if c, ok := x.codes[fn]; ok {
		return c, nil
	}
	f, err := x.Module.Func(fn)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", from, err)
	}
	switch {
	case f == nil && x.Silent[fn]:
		f = &wasm.Func{Body: []wasm.Instr{wasm.End()}}
	case f == nil:
		return nil, &Unsupported{from, fmt.Sprintf("a call of the imported func[%d]", fn)}
	}
	c := &code{body: f.Body}
	if c.typ, err = x.Module.FuncType(fn); err != nil {
		return nil, fmt.Errorf("%v: %w", from, err)
	}
	if c.spans, err = wasm.Spans(f.Body); err != nil {
		return nil, fmt.Errorf("%v: %w", from, err)
	}
	c.types = append(c.types, c.typ.Params...)
	for _, l := range f.Locals {
		if l.Count > 1<<16 {
			return nil, &Unsupported{Position{fn, f.Offset}, fmt.Sprintf("a function with %d locals", l.Count)}
		}
		for range l.Count {
			c.types = append(c.types, l.Type)
		}
	}
	for _, t := range append(append([]wasm.ValType(nil), c.types...), c.typ.Results...) {
		if width(t) == 0 {
			return nil, &Unsupported{Position{fn, f.Offset}, fmt.Sprintf("type %v", t)}
		}
	}
	x.codes[fn] = c
	return c, nil
}

// width is the width in bits of an integer type, 0 for any other.
func width(t wasm.ValType) int {
	switch t {
	case wasm.I32:
		return 32
	case wasm.I64:
		return 64
	}
	return 0
}
