// SPDX-License-Identifier: MIT OR Apache-2.0

package sym

import (
	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/wasm"
)

// step executes one instruction of r.
func (e *exploration) step(r *run) error {
	f := r.top()
	if f.pc == len(f.code.body) {
		e.leave(r)
		return nil
	}
	in := f.code.body[f.pc]
	f.pc++
	switch in.Op {
	case wasm.OpNop:
	case wasm.OpUnreachable:
		e.trap(r, "unreachable")
	case wasm.OpBlock, wasm.OpLoop, wasm.OpIf, wasm.OpElse, wasm.OpEnd,
		wasm.OpBr, wasm.OpBrIf, wasm.OpBrTable, wasm.OpReturn:
		return e.control(r, in)
	case wasm.OpCall:
		if _, apart := e.Opaque[in.Index]; apart {
			return e.pass(r, in.Index)
		}
		return e.enter(r, in.Index, r.at())
	case wasm.OpReturnCall:
		return e.tailCall(r, in.Index)
	case wasm.OpDrop:
		r.pop()
	case wasm.OpSelect, wasm.OpSelectT:
		c, b, a := e.truth(r.pop()), r.pop(), r.pop()
		r.push(e.B.Ite(c, a, b))
	case wasm.OpLocalGet:
		r.push(f.locals[in.Index])
	case wasm.OpLocalSet:
		f.locals[in.Index] = r.pop()
	case wasm.OpLocalTee:
		f.locals[in.Index] = r.stack[len(r.stack)-1]
	case wasm.OpGlobalGet:
		if r.State.Globals[in.Index] == nil {
			return &Unsupported{r.at(), "a global that is not an integer"}
		}
		r.push(r.State.Globals[in.Index])
	case wasm.OpGlobalSet:
		r.State.Globals[in.Index] = r.pop()
	default:
		if known, err := e.memory(r, in); known || err != nil {
			return err
		}
		return e.numeric(r, in)
	}
	return nil
}

// truth is an i32 read as a condition: anything but 0 is true.
func (e *exploration) truth(t *bv.Term) *bv.Term { return e.B.Ne(t, e.B.Const(t.Width, 0)) }

// condition takes a condition off the stack. A product of two numbers, neither of
// which is 0, can be 0 as a machine word; where it is so in no sample, a product
// counts as "both", which is so much simpler, and a lemma makes sure. Rounds of
// a loop that are only tried out have no lemmas.
func (e *exploration) condition(r *run) *bv.Term {
	b, t := e.B, r.pop()
	if t.Op != bv.OpMul || e.probe != nil || e.Literal {
		return e.truth(t)
	}
	both := b.And(e.truth(t.Args[0]), e.truth(t.Args[1]))
	claim := b.Eq(e.truth(t), both)
	if !never(e.samples(), b.Not(claim)) {
		return e.truth(t)
	}
	r.Lemmas = append(r.Lemmas, Lemma{Name: Product, Assume: r.Conds[:len(r.Conds):len(r.Conds)], Goal: claim, At: r.at()})
	return both
}

func (e *exploration) control(r *run, in wasm.Instr) error {
	f := r.top()
	switch in.Op {
	case wasm.OpBlock:
		return e.block(r, in)
	case wasm.OpLoop:
		return e.loop(r, in)
	case wasm.OpIf:
		yes, no := e.split(r, e.condition(r))
		if no != nil {
			if err := e.otherwise(no, in); err != nil {
				return err
			}
		}
		if yes == nil {
			return nil
		}
		if no != nil {
			e.work = append(e.work, no)
		}
		return e.block(yes, in)
	case wasm.OpElse: // the end of the then part: on to what follows the if
		f.pc = f.labels[len(f.labels)-1].target
		f.labels = f.labels[:len(f.labels)-1]
	case wasm.OpEnd:
		if len(f.labels) > 1 { // the function's own label is for branches
			f.labels = f.labels[:len(f.labels)-1]
		}
	case wasm.OpBr:
		e.branch(r, in.Index)
	case wasm.OpBrIf:
		e.branchIf(r, e.condition(r), in.Index)
	case wasm.OpBrTable:
		i := r.pop()
		for k, l := range in.Labels {
			if !e.branchIf(r, e.B.Eq(i, e.B.Const(32, uint64(k))), l) {
				return nil
			}
		}
		e.branch(r, in.Index)
	case wasm.OpReturn:
		e.branch(r, uint32(len(f.labels)-1))
	}
	return nil
}

// block opens a block, or the then part of an if, whose instruction was just read.
func (e *exploration) block(r *run, in wasm.Instr) error {
	f := r.top()
	sig, err := e.Module.BlockSignature(in.Block)
	if err != nil {
		return err
	}
	span := f.code.spans[f.pc-1]
	f.labels = append(f.labels, label{
		start: -1, target: span.End + 1, arity: len(sig.Results), height: len(r.stack) - len(sig.Params),
	})
	return nil
}

// otherwise goes to the else part of an if whose instruction was just read, or
// past the if.
func (e *exploration) otherwise(r *run, in wasm.Instr) error {
	f := r.top()
	span := f.code.spans[f.pc-1]
	if span.Else < 0 {
		f.pc = span.End + 1
		return nil
	}
	err := e.block(r, in)
	f.pc = span.Else + 1
	return err
}

// branch goes to the label depth levels out.
func (e *exploration) branch(r *run, depth uint32) {
	f := r.top()
	i := len(f.labels) - 1 - int(depth)
	l := &f.labels[i]
	r.stack = append(r.stack[:l.height], r.stack[len(r.stack)-l.arity:]...)
	switch {
	case l.start < 0:
		f.pc, f.labels = l.target, f.labels[:max(i, 1)]
	case l.header > 0:
		r.Forgets = r.Headers[l.header-1].Forgets
		e.arrive(r, r.Headers[l.header-1].At, l.header-1)
	case l.cut != nil: // the round is complete; the next one is like any other
		if l.cut == e.probe {
			e.rounds = append(e.rounds, r)
		}
		r.over = true
	case l.rounds == e.Unroll:
		e.finish(r, Unwound)
	default:
		l.rounds++
		f.pc, f.labels = l.start+1, f.labels[:i+1]
	}
}

// branchIf branches where cond holds, and tells whether a rest goes on. r is
// that rest; if there is none, r is what branched.
func (e *exploration) branchIf(r *run, cond *bv.Term, depth uint32) (goesOn bool) {
	rest, taken := e.split(r, e.B.Not(cond))
	if taken != nil {
		e.branch(taken, depth)
		if rest != nil {
			e.work = append(e.work, taken)
		}
	}
	return rest != nil
}

// tailCall replaces the innermost function by fn.
func (e *exploration) tailCall(r *run, fn uint32) error {
	from, f := r.at(), r.top()
	typ, err := e.Module.FuncType(fn)
	if err != nil {
		return err
	}
	r.stack = append(r.stack[:f.height], r.stack[len(r.stack)-len(typ.Params):]...)
	r.frames = r.frames[:len(r.frames)-1]
	return e.enter(r, fn, from)
}
