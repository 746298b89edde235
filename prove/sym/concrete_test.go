// SPDX-License-Identifier: MIT OR Apache-2.0

package sym

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/prove/replay"
	"github.com/genalloc/genalloc/prove/sat"
	"github.com/genalloc/genalloc/wasm"
)

// concrete follows a path in a world: it works out the host's answers and what
// loads read, in order, and replaces the variables by them.
type concrete struct {
	*bench
	path   Path
	known  map[*bv.Term]*bv.Term
	limit  uint64
	pages  uint64
	memory []byte
	dead   bool
}

func (n *bench) concrete(w world, p Path) *concrete {
	c := &concrete{bench: n, path: p, known: map[*bv.Term]*bv.Term{}, limit: w.limit, pages: w.state.Pages, memory: bytes.Clone(w.memory)}
	for i, a := range n.args {
		c.set(a, w.args[i])
	}
	for i, g := range n.state.Globals {
		c.set(g, w.state.Globals[i])
	}
	c.set(n.state.Pages, w.state.Pages)
	return c
}

func (c *concrete) set(v *bv.Term, x uint64) { c.known[v] = c.b.Const(v.Width, x) }

// eval gives t's value; where t has variables of a loop, the path's conditions
// are solved for them first.
func (c *concrete) eval(t *bv.Term) uint64 {
	r := c.b.Substitute(t, c.known)
	if !r.IsConst() {
		c.solve()
		if c.dead {
			return 0
		}
		if r = c.b.Substitute(t, c.known); !r.IsConst() {
			c.t.Fatalf("the conditions leave %v open", r.Op)
		}
	}
	return r.Val.Lo
}

// solve finds the variables that are still open, or that there are no values for them.
func (c *concrete) solve() {
	s := bv.NewBlaster()
	for _, cond := range c.path.Conds {
		s.Assert(c.b.Substitute(cond, c.known))
	}
	r, err := sat.Solve(c.t.Context(), s.Formula())
	if err != nil || r.Status == sat.Unknown {
		c.t.Fatalf("%v, %v", r.Status, err)
	}
	if c.dead = r.Status == sat.Unsat; c.dead {
		return
	}
	a := s.Assignment(r.Model)
	for _, v := range c.b.Vars() {
		if _, ok := c.known[v]; !ok {
			if x, ok := a[v.Name]; ok {
				c.known[v] = c.b.Value(v.Width, x)
			}
		}
	}
}

// enabled follows the effects and tells whether all conditions hold.
func (c *concrete) enabled() bool {
	for _, f := range c.path.Effects {
		if c.effect(f); c.dead {
			return false
		}
	}
	for _, cond := range c.path.Conds {
		if c.eval(cond) == 0 || c.dead {
			return false
		}
	}
	return true
}

func (c *concrete) effect(f Effect) {
	switch {
	case f.Round != nil:
		c.memory = nil // not followed round by round
	case f.Kind == Grow:
		d := c.eval(f.Len)
		if ok := c.pages+d <= c.limit; ok {
			c.set(f.OK, 1)
		} else {
			c.set(f.OK, 0)
		}
		if f.Grown {
			c.pages += d
			if c.memory != nil && d < 1000 {
				c.memory = append(c.memory, make([]byte, d*wasm.PageSize)...)
			}
		}
	case c.memory == nil: // whatever a load reads, solve may choose
	default:
		c.touch(f)
	}
}

func (c *concrete) touch(f Effect) {
	at, n := c.eval(f.Addr), c.eval(f.Len)
	if n == 0 {
		return // the conditions know whether that is allowed
	}
	if c.dead || at+n > uint64(len(c.memory)) {
		c.dead = true
		return
	}
	to := c.memory[at : at+n]
	switch f.Kind {
	case Load:
		c.set(f.Value, little(to))
	case Store:
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], c.eval(f.Value))
		copy(to, b[:])
	case Fill:
		v := byte(c.eval(f.Value))
		for i := range to {
			to[i] = v
		}
	case Copy:
		from := c.eval(f.From)
		if from+n > uint64(len(c.memory)) {
			c.dead = true
			return
		}
		copy(to, c.memory[from:from+n])
	}
}

func little(b []byte) uint64 {
	var full [8]byte
	copy(full[:], b)
	return binary.LittleEndian.Uint64(full[:])
}

func (c *concrete) outcome() string {
	out := replay.Outcome{State: replay.State{Pages: c.eval(c.path.State.Pages)}}
	for _, g := range c.path.State.Globals {
		out.State.Globals = append(out.State.Globals, c.eval(g))
	}
	if c.path.End == Trap {
		out.Trap = c.path.Why
	}
	for _, r := range c.path.Results {
		out.Results = append(out.Results, c.eval(r))
	}
	return fmt.Sprintf("%+v", out)
}
