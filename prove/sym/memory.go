// SPDX-License-Identifier: MIT OR Apache-2.0

package sym

import (
	"fmt"
	"strings"

	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/wasm"
)

const outOfBounds = "out of bounds memory access"

// memory executes an instruction that has to do with the memory, and tells
// whether it was one.
func (e *exploration) memory(r *run, in wasm.Instr) (known bool, err error) {
	switch in.Op {
	case wasm.OpMemorySize, wasm.OpMemoryGrow, wasm.OpMemoryFill, wasm.OpMemoryCopy:
		if in.Index != 0 || in.Index2 != 0 {
			return true, &Unsupported{r.at(), "a second memory"}
		}
	}
	switch in.Op {
	case wasm.OpMemorySize:
		e.meet(r)
		r.push(e.B.Extract(r.State.Pages, 0, e.AddrWidth()))
	case wasm.OpMemoryGrow:
		e.meet(r)
		e.grow(r)
	case wasm.OpMemoryFill, wasm.OpMemoryCopy:
		e.bulk(r, in.Op)
	default:
		if in.Op.Info().Imm != wasm.ImmMem {
			return false, nil
		}
		return true, e.access(r, in)
	}
	return true, nil
}

// wide extends an address or a count to Wide bits, where sums do not wrap.
func (e *exploration) wide(t *bv.Term) *bv.Term { return e.B.Zext(t, e.Wide()) }

func (e *exploration) number(v uint64) *bv.Term { return e.B.Const(e.Wide(), v) }

// beyond tells whether [addr, addr+n) ends behind the memory.
func (e *exploration) beyond(r *run, addr, n *bv.Term) *bv.Term {
	size := e.B.Mul(r.State.Pages, e.number(wasm.PageSize))
	return e.B.Ult(size, e.B.Add(addr, n))
}

// meet lets the other threads grow a shared memory, to any size from what it has up to the
// limit.
func (e *exploration) meet(r *run) {
	if !e.Shared {
		return
	}
	b, had := e.B, r.State.Pages
	want := b.Var(fmt.Sprintf("others%d.pages", len(r.Meets)), e.Wide())
	r.Meets = append(r.Meets[:len(r.Meets):len(r.Meets)], want)
	may := b.And(b.Ule(had, want), b.Ule(want, e.number(e.MaxPages())))
	r.State.Pages = b.Ite(may, want, had)
}

// grow goes two ways: the host and the limits allow it, or nothing happens and
// the result is -1. A growth by 0 is always allowed (it is memory.size).
func (e *exploration) grow(r *run) {
	b, w := e.B, e.AddrWidth()
	delta := e.wide(r.pop())
	ok := b.Var(fmt.Sprintf("grow%d.ok", r.Grows), 1)
	r.Grows++
	sum := b.Add(r.State.Pages, delta)
	allowed := b.Or(ok, b.Eq(delta, e.number(0)))
	fits := b.Ule(sum, e.number(e.MaxPages()))
	effect := Effect{Kind: Grow, Len: delta, OK: ok, At: r.at(), Where: b.Bool(true)}
	yes, no := e.split(r, b.And(fits, allowed))
	if no != nil {
		no.Effects = append(no.Effects, effect)
		no.push(b.Neg(b.Const(w, 1)))
		if yes != nil {
			e.work = append(e.work, no)
		}
	}
	if yes != nil {
		effect.Grown, effect.From = true, yes.State.Pages
		yes.Effects = append(yes.Effects, effect)
		yes.push(b.Extract(yes.State.Pages, 0, w))
		yes.State.Pages = sum
	}
}

// bulk is memory.fill or memory.copy: all or nothing, checked in advance.
func (e *exploration) bulk(r *run, op wasm.Opcode) {
	n, second, dst := e.wide(r.pop()), r.pop(), e.wide(r.pop())
	effect := Effect{Kind: Fill, Addr: dst, Len: n, Value: second, At: r.at(), Where: e.B.Bool(true)}
	out := e.beyond(r, dst, n)
	if op == wasm.OpMemoryCopy {
		effect.Kind, effect.From, effect.Value = Copy, e.wide(second), nil
		out = e.B.Or(out, e.beyond(r, effect.From, n))
	}
	if e.trapIf(r, out, outOfBounds) {
		r.Effects = append(r.Effects, effect)
	}
}

// access is a load or a store. What a load reads is not known: a variable.
func (e *exploration) access(r *run, in wasm.Instr) error {
	typ, name, _ := strings.Cut(in.Op.String(), ".")
	if in.Op>>8 != 0 || typ != "i32" && typ != "i64" {
		return &Unsupported{r.at(), in.Op.String()}
	}
	if in.Mem.Memory != 0 {
		return &Unsupported{r.at(), "a second memory"}
	}
	b := e.B
	size := 1 << in.Op.Info().Align // bytes
	effect := Effect{Kind: Load, Len: e.number(uint64(size)), At: r.at(), Where: b.Bool(true)}
	if strings.HasPrefix(name, "store") {
		effect.Kind, effect.Value = Store, b.Extract(r.pop(), 0, 8*size)
	}
	effect.Addr = b.Add(e.wide(r.pop()), e.number(in.Mem.Offset))
	if !e.trapIf(r, e.beyond(r, effect.Addr, effect.Len), outOfBounds) {
		return nil
	}
	switch i, part := e.word(effect); {
	case part && effect.Kind == Store:
		return &Unsupported{r.at(), "a store over a part of the state"}
	case i >= 0 && effect.Kind == Store:
		r.State.Globals[i] = effect.Value
		return nil
	case i >= 0:
		e.loaded(r, typ, name, r.State.Globals[i])
		return nil
	}
	if effect.Kind == Load {
		effect.Value = b.Var(fmt.Sprintf("load%d", r.loads), 8*size)
		r.loads++
		e.loaded(r, typ, name, effect.Value)
	}
	r.Effects = append(r.Effects, effect)
	return nil
}

// loaded pushes what a load has read.
func (e *exploration) loaded(r *run, typ, name string, value *bv.Term) {
	full := map[string]int{"i32": 32, "i64": 64}[typ]
	if strings.HasSuffix(name, "_s") {
		r.push(e.B.Sext(value, full))
	} else {
		r.push(e.B.Zext(value, full))
	}
}

// word returns the index in State.Globals of the word that the effect reads or writes
// whole, or -1; part says that it reads or writes more or less than one. The address has
// to be a constant.
func (e *exploration) word(f Effect) (index int, part bool) {
	for i, at := range e.Words {
		word := e.number(uint64(at))
		switch {
		case f.Addr == word && f.Len == e.number(e.WordBytes()):
			return e.globals() + i, false
		case e.B.Ult(f.Addr, e.B.Add(word, e.number(e.WordBytes()))).IsTrue() && e.B.Ult(word, e.B.Add(f.Addr, f.Len)).IsTrue():
			part = true
		}
	}
	return -1, part
}

// globals is the number of the module's globals, imports included.
func (x *Executor) globals() int {
	return x.Module.NumImported(wasm.KindGlobal) + len(x.Module.Globals)
}
