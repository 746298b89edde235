// SPDX-License-Identifier: MIT OR Apache-2.0

package sym

import (
	"fmt"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/wasm"
)

// Header is where a path was cut: the header of a loop that a path was cut at. One path ends there as Arrived,
// and another goes on with any values of what the loop changes. So a statement about the
// header that holds on every path that arrives, from outside or after a round, may be
// assumed on every path that goes on.
type Header struct {
	Name    string // unlike those of the path's other headers
	At      Position
	Entry   []*bv.Term // the locals when it was reached from outside
	Locals  []*bv.Term // the same with any values for those that the loop assigns
	Caller  []*bv.Term // the locals of the function that called this one
	State   State      // the state, likewise
	Effects int        // how many effects come before
	Conds   int        // how many conditions
	Forgets bool       // it writes, so that bytes of the memory may have changed
	Call    *Called    // of a call; nil at a loop
}

// Called is a call of a function that is not entered.
type Called struct {
	Func          uint32
	Args, Results []*bv.Term
	Before        State
}

// changes is what a loop changes.
type changes struct {
	locals, globals []uint32
	grows, writes   bool
}

// scan adds what instructions change, and those of the functions that they call.
func (e *exploration) scan(body []wasm.Instr, inner bool, seen map[uint32]bool, c *changes, from Position) error {
	add := func(list *[]uint32, i uint32) {
		if !slices.Contains(*list, i) {
			*list = append(*list, i)
		}
	}
	for _, in := range body {
		switch in.Op {
		case wasm.OpLocalSet, wasm.OpLocalTee:
			if inner {
				add(&c.locals, in.Index)
			}
		case wasm.OpGlobalSet:
			add(&c.globals, in.Index)
		case wasm.OpMemoryGrow:
			c.grows = true
		case wasm.OpCall, wasm.OpReturnCall:
			if seen[in.Index] {
				continue
			}
			seen[in.Index] = true
			callee, err := e.code(in.Index, from)
			if err != nil {
				return err
			}
			if err := e.scan(callee.body, false, seen, c, from); err != nil {
				return err
			}
		default:
			if in.Op == wasm.OpMemorySize || in.Op.Info().Imm == wasm.ImmMem && strings.Contains(in.Op.String(), ".load") {
				continue
			}
			c.writes = c.writes || in.Op.Info().Imm == wasm.ImmMem || in.Op == wasm.OpMemoryFill || in.Op == wasm.OpMemoryCopy
		}
	}
	return nil
}

// cutHeader ends r at the header of the loop at start, and goes on from any state there.
func (e *exploration) cutHeader(r *run, start int) error {
	f := r.top()
	var c changes
	if err := e.scan(f.code.body[start:f.code.spans[start].End], true, map[uint32]bool{}, &c, r.at()); err != nil {
		return err
	}
	switch {
	case e.probe != nil:
		e.nested, r.over = true, true
		return nil
	case c.grows: // unrolled
		return nil
	}
	h := e.cutHere(r, nil, c)
	for _, i := range c.locals {
		f.locals[i] = e.anything(h.Name, "local", i, f.locals[i].Width)
	}
	h.Locals = slices.Clone(f.locals)
	r.Headers = append(r.Headers, h)
	f.labels[len(f.labels)-1].header = len(r.Headers)
	return nil
}

// cutHere ends r where it is, and goes on from any state.
func (e *exploration) cutHere(r *run, call *Called, c changes) Header {
	f := r.top()
	h := Header{
		Name: fmt.Sprintf("header%d.%x", len(r.Headers), r.at().Offset), At: r.at(), Entry: slices.Clone(f.locals),
		Effects: len(r.Effects), Conds: len(r.Conds), Forgets: c.writes, Call: call,
	}
	if n := len(r.frames); n > 1 {
		h.Caller = slices.Clone(r.frames[n-2].locals)
	}
	arrived := r.clone()
	arrived.Call, arrived.Caller, arrived.Forgets = call, h.Caller, c.writes
	e.arrive(arrived, h.At, -1)
	for _, i := range c.globals {
		r.State.Globals[i] = e.anything(h.Name, "global", i, r.State.Globals[i].Width)
	}
	if c.writes { // perhaps at one of the Words
		for i := range e.Words {
			g := e.globals() + i
			r.State.Globals[g] = e.anything(h.Name, "global", uint32(g), 32)
		}
	}
	if c.grows {
		r.State.Pages = e.anything(h.Name, "pages", 0, e.Wide())
	}
	h.State = State{Globals: slices.Clone(r.State.Globals), Pages: r.State.Pages}
	return h
}

func (e *exploration) anything(header, kind string, i uint32, width int) *bv.Term {
	return e.B.Var(fmt.Sprintf("%s.%s%d", header, kind, i), width)
}

// pass goes past a call of a function in Executor.Opaque.
func (e *exploration) pass(r *run, fn uint32) error {
	callee, err := e.code(fn, r.at())
	if err != nil {
		return err
	}
	var c changes
	if err := e.scan(callee.body, false, map[uint32]bool{fn: true}, &c, r.at()); err != nil {
		return err
	}
	if e.probe != nil {
		e.nested, r.over = true, true
		return nil
	}
	n := len(r.stack) - len(callee.typ.Params)
	call := &Called{Func: fn, Args: slices.Clone(r.stack[n:]), Before: State{slices.Clone(r.State.Globals), r.State.Pages}}
	h := e.cutHere(r, call, c)
	r.stack = r.stack[:n]
	done := *call
	for i, t := range callee.typ.Results {
		v := e.anything(h.Name, "result", uint32(i), width(t))
		done.Results = append(done.Results, v)
		r.push(v)
	}
	h.Call, h.Locals = &done, h.Entry
	r.Headers = append(r.Headers, h)
	if e.Opaque[fn] {
		e.trapIf(r, e.B.Not(e.truth(done.Results[0])), "unreachable")
	}
	return nil
}

// arrive ends r at a header; back is the one of its headers that a round came back to,
// or -1.
func (e *exploration) arrive(r *run, at Position, back int) {
	r.Back = back
	r.Locals = slices.Clone(r.top().locals)
	e.finish(r, Arrived)
	r.At = at
}
