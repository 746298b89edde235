// SPDX-License-Identifier: MIT OR Apache-2.0

package parallel

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/report"
)

// A block is one that a thread got.
type block struct {
	ledger.Span
	align uint64
	byte  uint64 // its owner filled it with
}

// A thread has an instance of the module, and hands: code that fills and looks.
type thread struct {
	w         *world
	number    int
	allocator engine.Instance
	hands     engine.Instance
	store     engine.Store
	random    *rand.Rand
	blocks    []block
	inbox     chan block // what the thread before hands over
	calls     int
	failure   *report.Failure
}

// broke keeps the first promise that was broken.
func (t *thread) broke(rule, call, expected, format string, args ...any) {
	if t.failure == nil {
		t.failure = &report.Failure{Rule: rule, Call: fmt.Sprintf("thread %d: %s", t.number+1, call), Expected: expected, Got: fmt.Sprintf(format, args...)}
	}
}

// hand calls a function of the hands, which only a wrong address stops.
func (t *thread) hand(function string, args ...uint64) uint64 {
	got, err := t.hands.Call(function, args...)
	if err != nil {
		t.broke("bounds", function, "an address in the memory", "%v for %#x", err, args)
	}
	if len(got) == 0 {
		return 0
	}
	return got[0]
}

// call calls a function of the module by its role, and reports what it returned: 0 for null,
// and for a trap where the contract says that there is one.
func (t *thread) call(role contract.Role, size, align uint64, old *block) (text string, ptr uint64) {
	f := t.w.function(role)
	var held block
	if old != nil {
		held, align = *old, old.align
	}
	args := judge.Operands(f, size, align, held.Span)
	text = fmt.Sprintf("%s%d", f.Name, args)
	t.calls++
	got, err := t.allocator.Call(f.Export, args...)
	switch {
	case err == nil && len(got) > 0:
		return text, got[0]
	case err != nil && !(role.Makes() && t.w.contract.OOM == contract.OOMTrap && errors.Is(err, engine.Unreachable)):
		t.broke("trap", text, "the call returns", "%v", err)
	}
	return text, 0
}

// function returns the function that threads call for a role.
func (w *world) function(role contract.Role) contract.Function {
	if role == contract.Allocates {
		f, _ := judge.Maker(w.contract)
		return f
	}
	f, _ := w.contract.Function(role)
	return f
}

// make asks for a block, or for a resized one, and fills it. It reports whether there is one.
func (t *thread) make(role contract.Role, size, align uint64, old *block) bool {
	text, ptr := t.call(role, size, align, old)
	if ptr == 0 {
		start := judge.Unclaimed(t.w.contract, t.w.base, func(at uint64) uint64 { return t.hand("word", at) })
		if b := judge.Left(t.w.contract, size, align, t.hand("pages"), t.w.limit, start); b != nil {
			t.broke(b.Rule, text, b.Expected, "%s", b.Got)
		}
		return false
	}
	b := block{Span: ledger.Span{From: ptr, To: ptr + size}}
	b.align, _ = judge.Shape(t.w.contract, t.w.function(role), align)
	switch {
	case old != nil:
		b.align, b.byte = old.align, old.byte
		t.look("contents", text, block{ledger.Span{From: ptr, To: ptr + min(size, old.Size())}, b.align, old.byte})
	case role == contract.AllocatesZeroed:
		t.look("zeroing", text, b)
	}
	if f := judge.Lies(b.Span, b.align, t.w.base, t.hand("pages")*contract.PageSize); f != nil {
		t.broke(f.Rule, text, f.Expected, "%s", f.Got)
	}
	b.byte = t.mark()
	t.hand("fill", b.From, b.byte, b.Size())
	t.blocks = append(t.blocks, b)
	return true
}

// mark returns a byte that is not 0 and that no other thread fills a block with.
func (t *thread) mark() uint64 {
	threads := len(t.w.threads)
	return uint64(1 + t.number + threads*(t.calls%(254/threads)))
}

// look judges that a block contains what it was filled with.
func (t *thread) look(rule, call string, b block) {
	if at := t.hand("differs", b.From, b.byte, b.Size()); at != 0 {
		at += b.From - 1
		t.broke(rule, call, fmt.Sprintf("%#x all over the block at %#x", b.byte, b.From), "%#x at %#x", t.hand("byte", at), at)
	}
}

// take removes a block from the thread's.
func (t *thread) take(i int) block {
	b := t.blocks[i]
	last := len(t.blocks) - 1
	t.blocks[i] = t.blocks[last]
	t.blocks = t.blocks[:last]
	return b
}

// mostKept is how many blocks a thread keeps.
const mostKept = 400

// step makes one call at random.
func (t *thread) step() {
	select {
	case b := <-t.inbox:
		t.look("contents", "a block handed over", b)
		t.blocks = append(t.blocks, b)
	default:
	}
	size, align := uint64(t.random.IntN(200)), uint64(8)
	if t.random.IntN(100) == 0 {
		size = uint64(t.random.IntN(20_000))
	}
	if t.random.IntN(10) == 0 {
		align <<= t.random.IntN(4)
	}
	k := t.random.IntN(100)
	if len(t.blocks) > mostKept {
		k = 50 + k/2
	}
	switch {
	case k < 45 || len(t.blocks) == 0:
		t.make(contract.Allocates, size, align, nil)
	case k < 50 && t.w.contract.HasRole(contract.AllocatesZeroed):
		t.make(contract.AllocatesZeroed, size, align, nil)
	case k < 60 && t.w.contract.HasRole(contract.Resizes):
		i := t.random.IntN(len(t.blocks))
		if old := t.blocks[i]; t.make(contract.Resizes, size+1, 0, &old) {
			t.take(i)
		}
	case k < 80 && t.w.contract.HasRole(contract.Frees):
		b := t.take(t.random.IntN(len(t.blocks)))
		t.look("contents", "a block to be freed", b)
		t.call(contract.Frees, 0, 0, &b)
	default:
		i := t.random.IntN(len(t.blocks))
		select {
		case t.w.threads[(t.number+1)%len(t.w.threads)].inbox <- t.blocks[i]:
			t.take(i)
		default: // the other has enough to do
		}
	}
}
