// SPDX-License-Identifier: MIT OR Apache-2.0

package sym

import (
	"fmt"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/wasm"
)

// Header is the header of a loop that a path was cut at. One path ends there as Arrived,
// and another goes on with any values of what the loop changes. So a statement about the
// header that holds on every path that arrives, from outside or after a round, may be
// assumed on every path that goes on.
type Header struct {
	Name    string // unlike those of the path's other headers
	At      Position
	Entry   []*bv.Term // the locals when it was reached from outside
	Locals  []*bv.Term // the same with any values for those that the loop assigns
	State   State      // likewise
	Effects int        // how many effects come before
	Forgets bool       // the loop writes, so that bytes of the memory may have changed
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
	h := Header{Name: fmt.Sprintf("header%d.%x", len(r.Headers), r.at().Offset), At: r.at(), Entry: slices.Clone(f.locals), Effects: len(r.Effects), Forgets: c.writes}
	e.arrive(r.clone(), h.At, -1)
	any := func(kind string, i uint32, old *bv.Term) *bv.Term {
		return e.B.Var(fmt.Sprintf("%s.%s%d", h.Name, kind, i), old.Width)
	}
	for _, i := range c.locals {
		f.locals[i] = any("local", i, f.locals[i])
	}
	for _, i := range c.globals {
		r.State.Globals[i] = any("global", i, r.State.Globals[i])
	}
	h.Locals = slices.Clone(f.locals)
	h.State = State{Globals: slices.Clone(r.State.Globals), Pages: r.State.Pages}
	r.Headers = append(r.Headers, h)
	f.labels[len(f.labels)-1].header = len(r.Headers)
	return nil
}

// arrive ends r at a header; back is the one of its headers that a round came back to,
// or -1.
func (e *exploration) arrive(r *run, at Position, back int) {
	r.Locals, r.Back = slices.Clone(r.top().locals), back
	e.finish(r, Arrived)
	r.At = at
}
