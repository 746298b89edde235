// SPDX-License-Identifier: MIT OR Apache-2.0

package sym

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/prove/replay"
	"github.com/genalloc/genalloc/prove/sat"
	"github.com/genalloc/genalloc/wasm"
)

// bench holds one function's paths against the engine.
type bench struct {
	t      *testing.T
	b      *bv.Builder
	x      *Executor
	m      *wasm.Module
	engine *replay.Module
	fn     uint32
	paths  []Path
	args   []*bv.Term
	state  State
	taken  map[int]int

	skipped int // worlds in which a lemma does not hold
}

func newBench(t *testing.T, m *wasm.Module, engine *replay.Module, fn uint32) *bench {
	t.Helper()
	b := bv.NewBuilder()
	n := &bench{t: t, b: b, x: New(b, m), m: m, engine: engine, fn: fn, taken: map[int]int{}}
	typ, err := m.FuncType(fn)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range typ.Params {
		n.args = append(n.args, b.Var(fmt.Sprintf("arg%d", i), width(p)))
	}
	for i := range m.Globals {
		n.state.Globals = append(n.state.Globals, b.Var(fmt.Sprintf("global%d", i), width(m.Globals[i].Type.Type)))
	}
	n.state.Pages = b.Var("pages", n.x.Wide())
	if n.paths, err = n.x.Call(fn, n.args, n.state); err != nil {
		t.Fatal(err)
	}
	return n
}

// world is a concrete start.
type world struct {
	args   []uint64
	state  replay.State
	limit  uint64 // pages
	memory []byte // at the start; nil if the memory is too large to look at
}

// once runs one call both ways.
func (n *bench) once(w world) {
	n.t.Helper()
	var after []byte
	host := replay.Host{Limit: w.limit}
	if w.memory != nil {
		host.Before = func(b []byte) { copy(b, w.memory) }
		host.After = func(b []byte) { after = bytes.Clone(b) }
	}
	want, err := n.engine.Call(n.fn, w.args, w.state, host)
	if err != nil {
		n.t.Fatal(err)
	}
	if !n.lemmasHold(w) {
		n.skipped++
		return
	}
	enabled, loose := -1, false
	for i, p := range n.paths {
		c := n.concrete(w, p)
		if !c.enabled() {
			continue
		}
		for _, f := range p.Effects {
			loose = loose || f.Round != nil
		}
		if enabled >= 0 && !loose {
			n.t.Fatalf("%v %v limit %d: paths %d and %d are both enabled", w.args, w.state, w.limit, enabled, i)
		}
		if p.End == Unwound {
			enabled = i
			continue
		}
		got := c.outcome()
		if got != fmt.Sprintf("%+v", want) {
			if loose { // the rounds before are known one by one only, so more ends look possible
				continue
			}
			n.t.Fatalf("%v %v limit %d: path %d gives %s, engine %+v", w.args, w.state, w.limit, i, got, want)
		}
		enabled = i
		if c.memory != nil && want.Trap == "" && !bytes.Equal(c.memory, after) {
			n.t.Fatalf("%v %v: path %d leaves another memory than the engine", w.args, w.state, i)
		}
	}
	if enabled < 0 {
		n.t.Fatalf("%v %v limit %d: no path is enabled; engine says %+v", w.args, w.state, w.limit, want)
	}
	n.taken[enabled]++
}

// lemmasHold tells whether the paths mean anything in w.
func (n *bench) lemmasHold(w world) bool {
	for _, p := range n.paths {
		c := n.concrete(w, p)
		for _, l := range p.Lemmas {
			s := bv.NewBlaster()
			for _, a := range l.Assume {
				s.Assert(n.b.Substitute(a, c.known))
			}
			s.Assert(n.b.Not(n.b.Substitute(l.Goal, c.known)))
			if r, err := sat.Solve(n.t.Context(), s.Formula()); err != nil || r.Status != sat.Unsat {
				return false
			}
		}
	}
	return true
}

// number favours the edges: around 0, powers of two and 2^32.
func number(rng *rand.Rand) uint64 {
	switch rng.IntN(5) {
	case 0:
		return rng.Uint64() >> rng.IntN(64)
	case 1:
		return -rng.Uint64N(1 << 17)
	case 2:
		return uint64(1)<<rng.IntN(33) + rng.Uint64N(3) - 1
	case 3:
		return rng.Uint64N(300)
	default:
		return rng.Uint64N(1 << 18)
	}
}

// world makes a start at random. With small, the memory is one to look at and
// addresses and sizes are such that calls succeed now and then.
func (n *bench) world(rng *rand.Rand, small bool) world {
	max := n.x.MaxPages()
	w := world{state: replay.State{Pages: rng.Uint64N(max + 1)}}
	if rng.IntN(3) == 0 {
		w.state.Pages = max - rng.Uint64N(min(max, 4))
	}
	if small {
		w.state.Pages = rng.Uint64N(min(max, 3))
	}
	w.limit = min(max, w.state.Pages+rng.Uint64N(5))
	if rng.IntN(2) == 0 {
		w.limit = w.state.Pages + rng.Uint64N(max-w.state.Pages+1)
	}
	if small {
		w.limit = min(w.limit, w.state.Pages+20)
		w.memory = make([]byte, w.state.Pages*wasm.PageSize)
		for i := range w.memory {
			w.memory[i] = byte(rng.Uint32())
		}
	}
	pick := func(width int) uint64 {
		v := number(rng)
		if small && rng.IntN(8) > 0 && w.state.Pages > 0 {
			v = rng.Uint64N([]uint64{40, w.state.Pages * wasm.PageSize}[rng.IntN(2)])
		}
		if width == 32 {
			v = uint64(uint32(v))
		}
		return v
	}
	for _, a := range n.args {
		w.args = append(w.args, pick(a.Width))
	}
	for _, g := range n.state.Globals {
		w.state.Globals = append(w.state.Globals, pick(g.Width))
	}
	return w
}
