// SPDX-License-Identifier: MIT OR Apache-2.0

package sym

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/prove/replay"
	"github.com/genalloc/genalloc/prove/sat"
	"github.com/genalloc/genalloc/wasm"
)

func assemble(t *testing.T, wat string) *wasm.Module {
	t.Helper()
	file, err := wasmtime.Wat2Wasm(wat)
	if err != nil {
		t.Fatal(err)
	}
	m, err := wasm.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func load(t *testing.T, name string) *wasm.Module {
	t.Helper()
	wat, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return assemble(t, string(wat))
}

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

// TestAgainstEngine calls every exported function from states that the host
// sets. Exactly one path is enabled each time, and it foretells the outcome: the
// results or the trap, the globals, the size of the memory and its bytes. Only a
// loop whose rounds do not add up to one effect may leave several, one of them right.
func TestAgainstEngine(t *testing.T) {
	for _, tt := range []struct {
		file  string
		calls int
		small bool // memory must be looked at, since loads read it
	}{
		{"page.wat", 6000, false},
		{"page.wat", 100, true},
		{"control.wat", 100, true},
		{"loops.wat", 100, true},
	} {
		m := load(t, tt.file)
		engine, err := replay.Compile(m)
		if err != nil {
			t.Fatal(err)
		}
		defer engine.Close()
		for _, e := range m.Exports {
			if e.Kind != wasm.KindFunc {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s/%v", tt.file, e.Name, tt.small), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(3, uint64(e.Index)))
				n := newBench(t, m, engine, e.Index)
				for i := range tt.calls {
					if i%200 == 199 { // substitution fills the builder
						taken, skipped := n.taken, n.skipped
						n = newBench(t, m, engine, e.Index)
						n.taken, n.skipped = taken, skipped
					}
					n.once(n.world(rng, tt.small))
				}
				t.Logf("%d paths, %d of them taken, %d calls left out", len(n.paths), len(n.taken), n.skipped)
				if n.skipped > tt.calls/3 {
					t.Errorf("%d of %d calls left out", n.skipped, tt.calls)
				}
			})
		}
	}
}

// TestNumeric tries every instruction on integers, the divisions' traps included.
func TestNumeric(t *testing.T) {
	for op := wasm.OpI32Eqz; op <= wasm.OpI64Extend32S; op++ {
		name := op.String()
		m := &wasm.Module{}
		sig, ok := m.Signature(nil, wasm.Instr{Op: op})
		if !ok || strings.Contains(name, "f32") || strings.Contains(name, "f64") {
			continue
		}
		m.Types = []wasm.FuncType{sig}
		var body []wasm.Instr
		for i := range sig.Params {
			body = append(body, wasm.Instr{Op: wasm.OpLocalGet, Index: uint32(i)})
		}
		m.Funcs = []wasm.Func{{Body: append(body, wasm.Instr{Op: op}, wasm.End())}}
		b := bv.NewBuilder()
		var args []*bv.Term
		for i, p := range sig.Params {
			args = append(args, b.Var(fmt.Sprint(i), width(p)))
		}
		_, err := New(b, m).Call(0, args, State{Pages: b.Const(36, 0)})
		if err != nil {
			if name != "i32.div_s" && name != "i32.rem_s" && name != "i64.div_s" && name != "i64.rem_s" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		t.Run(name, func(t *testing.T) {
			engine, err := replay.Compile(m)
			if err != nil {
				t.Fatal(err)
			}
			defer engine.Close()
			rng := rand.New(rand.NewPCG(1, uint64(op)))
			n := newBench(t, m, engine, 0)
			for range 60 {
				w := world{}
				for _, p := range sig.Params {
					v := number(rng)
					if p == wasm.I32 {
						v = uint64(uint32(v))
					}
					w.args = append(w.args, v)
				}
				n.once(w)
			}
		})
	}
}

func TestUnsupported(t *testing.T) {
	for wat, want := range map[string]string{
		`(module (func (result f32) (f32.const 1)))`:                                                      `func[0] offset 0x17: type f32 is not supported`,
		`(module (func (drop (f64.const 1))))`:                                                            `func[0] offset 0x17: f64.const is not supported`,
		`(module (import "a" "b" (func)) (func call 0))`:                                                  `func[1] offset 0x20: a call of the imported func[0] is not supported`,
		`(module (memory 1 1 shared) (func (drop (i32.atomic.load (i32.const 0)))))`:                      `func[0] offset 0x1f: i32.atomic.load is not supported`,
		`(module (memory 1) (memory 1) (func (memory.fill 1 (i32.const 0) (i32.const 0) (i32.const 0))))`: `func[0] offset 0x24: a second memory is not supported`,
		`(module (global f32 (f32.const 0)) (func (drop (global.get 0))))`:                                `func[0] offset 0x22: a global that is not an integer is not supported`,
		`(module (table 1 funcref) (func (call_indirect (i32.const 0))))`:                                 `func[0] offset 0x1f: call_indirect is not supported`,
	} {
		m := assemble(t, wat)
		b := bv.NewBuilder()
		st := State{Pages: b.Const(36, 1), Globals: make([]*bv.Term, len(m.Globals))}
		_, err := New(b, m).Call(uint32(m.NumImported(wasm.KindFunc)), nil, st)
		if fmt.Sprint(err) != want {
			t.Errorf("%s:\n got %v\nwant %s", wat, err, want)
		}
	}
}
