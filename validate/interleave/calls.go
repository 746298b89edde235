// SPDX-License-Identifier: MIT OR Apache-2.0

package interleave

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/script"
)

// do makes one call, or grows the memory as somebody else.
func (t *thread) do(c script.Call) error {
	x := t.x
	if c.Op == script.OpGrow {
		return t.grow(c)
	}
	var old *block
	f, ok := x.e.maker, true
	if c.Op.Takes() {
		role := contract.Frees
		if c.Op == script.OpRealloc {
			role = contract.Resizes
		}
		f, ok = x.e.contract.Function(role)
		for !x.known[c.Block] {
			if err := t.park(c.Block); err != nil {
				return err
			}
		}
		if old = x.blocks[c.Block]; old != nil {
			t.clock.join(old.made)
		}
	}
	if !ok || c.Op.Takes() && old == nil { // it was refused
		x.known[c.Made] = x.known[c.Made] || c.Op.Names()
		return nil
	}
	x.note(t, c.String())
	if c.Op == script.OpFree {
		if err := t.user(old, false); err != nil {
			return err
		}
		x.kept(c.String(), old, old.From, old.Size())
		x.ended(old)
	}
	results, err := t.in.Call(f.Export, arguments(f, c, old)...)
	if !t.over {
		t.decide(true)
	}
	if t.ended(c, err) != nil {
		return err
	}
	if !c.Op.Makes() {
		return nil
	}
	ptr := uint64(0)
	if err == nil {
		ptr = results[0]
	}
	return t.got(c, f, old, ptr)
}

// ended judges an error of a call; a trap where there is no memory is none.
func (t *thread) ended(c script.Call, err error) error {
	trap := t.x.e.contract.OOM == contract.OOMTrap && errors.Is(err, engine.Unreachable) && c.Op.Makes()
	if err == nil || trap {
		return nil
	}
	if !t.over {
		t.x.broke("trap", c.String(), "the call returns", "%v", err)
	}
	return err
}

// got judges what a call returned, and writes to the block.
func (t *thread) got(c script.Call, f contract.Function, old *block, ptr uint64) error {
	x := t.x
	t.read(ptr)
	x.note(t, fmt.Sprintf("%s: %#x", c, ptr))
	x.known[c.Made] = true
	if ptr == 0 {
		if x.served && !x.free {
			x.broke("lost", c.String(), "one of the blocks that another thread gave back", "null")
		}
		start := judge.Unclaimed(x.e.contract, x.e.setup.Base, x.word)
		if b := judge.Left(x.e.contract, c.Size, max(c.Align, 1), x.memory.Pages(), x.limit, start); b != nil {
			x.broke(b.Rule, c.String(), b.Expected, "%s", b.Got)
		}
		return nil
	}
	b := &block{Span: ledger.Span{From: ptr, To: ptr + c.Size}, number: c.Made, byte: byte(c.Made%255) + 1}
	b.align, _ = judge.Shape(x.e.contract, f, max(c.Align, 1))
	if old != nil {
		b.align = old.align
		x.ended(old)
	}
	if x.judgeBlock(c.String(), b); x.failure != nil {
		return nil
	}
	if old != nil {
		x.kept(c.String(), old, b.From, min(old.Size(), b.Size()))
	}
	x.live.add(b)
	x.blocks[c.Made] = b
	if err := t.user(b, true); err != nil {
		return err
	}
	x.write(b)
	b.made = t.clock
	return nil
}

// word reads a word of the memory.
func (x *execution) word(at uint64) uint64 {
	return uint64(binary.LittleEndian.Uint32(x.memory.Bytes()[at:]))
}

// ends is how many bytes at each end of a block the program's accesses are followed for.
const ends = 16

// user is an access of the program to its own block.
func (t *thread) user(b *block, write bool) error {
	for _, a := range []access{
		wordsOf(b.From, min(b.Size(), ends)),
		wordsOf(b.To-min(b.Size(), ends), min(b.Size(), ends)),
	} {
		a.user, a.read, a.write = true, !write, write
		if err := t.reach(a); err != nil || b.Size() <= ends {
			return err
		}
	}
	return nil
}

// grow adds pages that are nobody's of the threads.
func (t *thread) grow(c script.Call) error {
	x := t.x
	if err := t.reach(access{first: sizeWord, last: sizeWord, read: true, write: true, atomic: true}); err != nil {
		return err
	}
	from := x.memory.Pages() * contract.PageSize
	t.read(from)
	if x.memory.Grow(c.Size) {
		x.foreign = append(x.foreign, ledger.Span{From: from, To: from + c.Size*contract.PageSize})
	}
	x.note(t, fmt.Sprintf("adds a page of its own at %#x", from))
	return nil
}

// arguments returns what a function is called with.
func arguments(f contract.Function, c script.Call, old *block) []uint64 {
	if old == nil {
		return judge.Operands(f, c.Size, c.Align, ledger.Span{})
	}
	return judge.Operands(f, c.Size, old.align, old.Span)
}
