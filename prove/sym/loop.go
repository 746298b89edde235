// SPDX-License-Identifier: MIT OR Apache-2.0

package sym

import (
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/wasm"
)

// cut marks the control stack of a loop that is cut at its header.
type cut struct{ frames, labels int }

// left tells whether r is outside of the loop.
func (c *cut) left(r *run) bool {
	return len(r.frames) < c.frames || len(r.frames) == c.frames && len(r.top().labels) < c.labels
}

// loop opens a loop whose instruction was just read: one effect if its body only moves
// bytes and counts, and cut at its header or unrolled otherwise.
func (e *exploration) loop(r *run, in wasm.Instr) error {
	f := r.top()
	sig, err := e.Module.BlockSignature(in.Block)
	if err != nil {
		return err
	}
	f.labels = append(f.labels, label{start: f.pc - 1, arity: len(sig.Params), height: len(r.stack) - len(sig.Params)})
	modified, plain := assigned(f.code, f.pc-1)
	plain = plain && !(e.Shared && meets(f.code, f.pc-1)) // what others do has no closed form
	if len(sig.Params) > 0 {
		return nil
	}
	if loops := r.loops; plain && !e.Literal {
		if err := e.cutLoop(r, modified); err != nil || r.loops > loops {
			return err
		}
	}
	if !e.Headers {
		return nil
	}
	return e.cutHeader(r, f.pc-1)
}

// assigned returns the locals that the loop at start assigns, and whether that
// and reading and writing memory is all it does.
func assigned(c *code, start int) (locals []uint32, plain bool) {
	seen := map[uint32]bool{}
	for _, in := range c.body[start:c.spans[start].End] {
		switch in.Op {
		case wasm.OpLocalSet, wasm.OpLocalTee:
			if !seen[in.Index] {
				seen[in.Index] = true
				locals = append(locals, in.Index)
			}
		case wasm.OpGlobalSet, wasm.OpMemoryGrow, wasm.OpCall, wasm.OpReturnCall:
			return nil, false
		}
	}
	return locals, true
}

// meets reports whether the loop at start looks at the memory's size.
func meets(c *code, start int) bool {
	return slices.ContainsFunc(c.body[start:c.spans[start].End], func(in wasm.Instr) bool { return in.Op == wasm.OpMemorySize })
}

// closedForm describes the locals of a loop when it is in some round, counted
// from 0: start + stride * round for those with a stride, anything for the rest.
type closedForm struct {
	id       int
	modified []uint32
	start    []*bv.Term          // all locals at entry
	stride   map[uint32]bv.Value // modulo 2^AddrWidth
	free     map[*bv.Term]bool   // the variables made for the rest
}

// cutLoop replaces all rounds but the last by a closed form.
//
// The induction: let x be the locals at entry. Claim: when the header is reached
// for the k-th time (k from 0), the locals have their closed form for k, and
// k <= bound. It holds for k = 0. A round that starts in the closed form for k
// and comes back to the header ends in the one for k + 1 (the lemma "stride"),
// and k < bound held (the lemma "bound"), so k + 1 <= bound. Globals, words and the
// memory's size do not change, since no round changes them. As no
// round is reached with k > bound, the loop ends.
//
// So every execution leaves the loop, or traps in it, in some round k <= bound
// that starts in the closed form: that round is what r goes on with, k being a
// variable. The complete rounds before it have left their effects.
//
// Strides and bounds are guessed from values; the lemmas make sure.
func (e *exploration) cutLoop(r *run, modified []uint32) error {
	c := closedForm{id: r.loops, modified: modified, start: append([]*bv.Term(nil), r.top().locals...), free: map[*bv.Term]bool{}}
	anywhere := e.enterRound(r, &c, nil, "any")
	rounds, err := e.comeBack(anywhere)
	if err != nil || len(rounds) == 0 || stores(r, rounds) { // without a way back it is a block
		return err
	}
	lemmas := e.strides(r, &c, anywhere, rounds)
	j := e.B.Var(fmt.Sprintf("loop%d.round", c.id), e.AddrWidth())
	if rounds, err = e.comeBack(e.enterRound(r, &c, j, "round")); err != nil {
		return err
	}
	bound := e.bound(r, &c, j, rounds)
	if bound == nil || stores(r, rounds) {
		return nil // unrolled
	}
	for _, back := range rounds {
		lemmas = append(lemmas, Lemma{
			Name: "loop bound", Assume: append(back.Conds[:len(back.Conds):len(back.Conds)], e.B.Ule(j, bound)),
			Goal: e.B.Ult(j, bound), At: r.at(),
		})
	}
	k := e.B.Var(fmt.Sprintf("loop%d.last", c.id), e.AddrWidth())
	last := e.enterRound(r, &c, k, "last")
	last.Conds = append(last.Conds, e.B.Ule(k, bound))
	last.Lemmas = append(last.Lemmas, lemmas...)
	rest := summary{exploration: e, r: r, form: &c, j: j, k: k, bound: bound}
	rest.add(last, rounds)
	for i := len(r.Lemmas); i < len(last.Lemmas); i++ {
		last.Lemmas[i].Passed = r.Headers[:len(r.Headers):len(r.Headers)]
	}
	last.loops++
	*r = *last
	return nil
}

// enterRound copies r into round k of the loop, or for k = nil into a state with
// any values of the assigned locals.
func (e *exploration) enterRound(r *run, c *closedForm, k *bv.Term, name string) *run {
	n := r.clone()
	f := n.top()
	for _, v := range c.modified {
		x := c.start[v]
		if s, ok := c.stride[v]; ok && k != nil {
			f.locals[v] = e.B.Add(x, e.B.Mul(k, e.B.Value(x.Width, s)))
			continue
		}
		f.locals[v] = e.B.Var(fmt.Sprintf("loop%d.%s.local%d", c.id, name, v), x.Width)
		c.free[f.locals[v]] = true
	}
	f.labels[len(f.labels)-1].cut = &cut{frames: len(n.frames), labels: len(f.labels)}
	return n
}

// stores reports whether a round stores at one of the Words.
func stores(r *run, rounds []*run) bool {
	return slices.ContainsFunc(rounds, func(back *run) bool { return !slices.Equal(back.State.Globals, r.State.Globals) })
}

// comeBack runs a loop's body from its header and returns the runs that come back to it.
func (e *exploration) comeBack(header *run) ([]*run, error) {
	f := header.top()
	probe := &exploration{Executor: e.Executor, probe: f.labels[len(f.labels)-1].cut}
	err := probe.explore(header.clone())
	if probe.nested {
		return nil, err
	}
	return probe.rounds, err
}

// strides finds the locals that change by the same amount in every round.
func (e *exploration) strides(r *run, c *closedForm, header *run, rounds []*run) (lemmas []Lemma) {
	c.stride = map[uint32]bv.Value{}
	samples := e.samples()
	for _, v := range c.modified {
		before := header.top().locals[v]
		if before.Width != e.AddrWidth() {
			continue
		}
		var found []Lemma
		stride, ok := e.difference(samples, rounds[0].top().locals[v], before)
		for _, back := range rounds {
			after := back.top().locals[v]
			s, same := e.difference(samples, after, before)
			ok = ok && same && s == stride
			found = append(found, Lemma{
				Name: "loop stride", Assume: back.Conds, At: r.at(),
				Goal: e.B.Eq(after, e.B.Add(before, e.B.Value(before.Width, stride))),
			})
		}
		if ok {
			c.stride[v] = stride
			lemmas = append(lemmas, found...)
		}
	}
	return lemmas
}

// bound guesses the round in which the loop is left at the latest: the one in
// which a local that counts by one arrives at 0 or at a local that stands still,
// or the one before. It returns nil if no guess is good.
func (e *exploration) bound(r *run, c *closedForm, j *bv.Term, rounds []*run) *bv.Term {
	b := e.B
	again := b.Bool(false)
	for _, back := range rounds {
		again = b.Or(again, b.All(back.Conds[len(r.Conds):]...))
	}
	targets := []*bv.Term{b.Const(e.AddrWidth(), 0)}
	for v, x := range c.start {
		if _, moves := c.stride[uint32(v)]; !moves && x.Width == e.AddrWidth() && x == r.top().locals[v] {
			targets = append(targets, x)
		}
	}
	samples := e.samples()
	for _, v := range c.modified {
		for _, to := range targets {
			n := b.Sub(to, c.start[v])
			switch {
			case c.stride[v] == bv.U(1):
			case b.Value(e.AddrWidth(), c.stride[v]) == b.Neg(b.Const(e.AddrWidth(), 1)):
				n = b.Neg(n)
			default:
				continue
			}
			for _, n := range []*bv.Term{n, b.Sub(n, b.Const(n.Width, 1))} {
				if never(samples, b.Substitute(again, map[*bv.Term]*bv.Term{j: n})) {
					return n
				}
			}
		}
	}
	return nil
}
