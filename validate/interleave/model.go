// SPDX-License-Identifier: MIT OR Apache-2.0

package interleave

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/unit"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/report"
	"github.com/genalloc/genalloc/validate/script"
)

// A block is what a thread got; one that was refused is the empty one at 0.
type block struct {
	ledger.Span
	number int
	align  uint64
	byte   byte  // what its owner wrote, all over
	made   clock // what comes before its being handed over
}

// blocks are live, apart, and sorted by address.
type blocks []*block

// behind returns the index of the first block that begins where a block does, or behind it.
func (l blocks) behind(b *block) int {
	i, _ := slices.BinarySearchFunc(l, b, func(x, b *block) int { return cmp.Compare(x.From, b.From) })
	return i
}

func (l *blocks) add(b *block) { *l = slices.Insert(*l, l.behind(b), b) }

func (l *blocks) remove(b *block) {
	i := l.behind(b)
	*l = slices.Delete(*l, i, i+1)
}

// broke keeps the first promise that was broken.
func (x *execution) broke(rule, call, expected, format string, args ...any) {
	if x.failure == nil {
		x.failure = &report.Failure{Rule: rule, Call: call, Expected: expected, Got: fmt.Sprintf(format, args...)}
	}
}

// judgeBlock judges a block when it is handed out, and enters it.
func (x *execution) judgeBlock(call string, b *block) {
	if f := judge.Lies(b.Span, b.align, x.e.setup.Base, x.memory.Pages()*contract.PageSize); f != nil {
		x.broke(f.Rule, call, f.Expected, "%s", f.Got)
	}
	for _, f := range x.foreign {
		if f.Overlaps(b.Span) {
			x.broke("foreign", call, fmt.Sprintf("no byte of somebody else's pages, %#x to %#x", f.From, f.To), "a block from %#x to %#x", b.From, b.To)
		}
	}
	i := x.live.behind(b)
	for _, other := range x.live[max(i-1, 0):min(i+1, len(x.live))] {
		if other.Overlaps(b.Span) {
			x.broke("overlap", call, fmt.Sprintf("no byte of p%d, from %#x to %#x", other.number, other.From, other.To), "a block from %#x to %#x", b.From, b.To)
		}
	}
}

// write fills a block, and kept judges that its first bytes are what was written.
func (x *execution) write(b *block) {
	bytes := x.memory.Bytes()[b.From:b.To]
	for i := range bytes {
		bytes[i] = b.byte
	}
}

func (x *execution) kept(call string, b *block, at, size uint64) {
	for i, got := range x.memory.Bytes()[at : at+size] {
		if got != b.byte {
			x.broke("contents", call, fmt.Sprintf("the byte %#x, which was written to p%d", b.byte, b.number), "%#x at %#x", got, at+uint64(i))
			return
		}
	}
}

// programByte is what the program's data holds all over.
const programByte = 0xa5

// drained are the sizes by which the rest of the memory is used up: the first before the
// program's sizes, and the others behind.
var drained = []uint64{4096, 256, 8}

// judgeRest uses up the memory, a thread after the other, and judges how much of it was
// lost. A program that nothing interrupts, and that claims as often, says what is lost in any
// case.
func (x *execution) judgeRest() {
	for _, b := range x.live {
		if b.number >= 0 { // it was written to
			x.kept("at the end", b, b.From, b.Size())
		}
	}
	x.free = true
	if x.drain(); x.failure != nil {
		return
	}
	if at := slices.IndexFunc(x.memory.Bytes()[:x.e.program.To], func(b byte) bool { return b != programByte }); at >= 0 {
		x.broke("below-base", "at the end", fmt.Sprintf("the program's data untouched, which lies below %#x", x.e.program.To), "another byte at %#x", at)
	}
	lost := x.limit * contract.PageSize
	for _, b := range x.live {
		lost -= b.Size()
	}
	for _, f := range x.foreign {
		lost -= f.Size()
	}
	like := claimed{x.grown, x.holders()}
	if x.switches == 0 {
		x.e.lost[like] = max(x.e.lost[like], lost)
	}
	usual, ok := x.e.lost[like]
	_, lead := judge.Shape(x.e.contract, x.e.maker, 1)
	if owed := usual + uint64(x.grown)*x.program.gap(lead); ok && lost > owed {
		x.broke("lost", "all memory used up at the end", unit.Bytes(owed)+" lost at most", "%s", unit.Bytes(lost))
	}
}

// A claimed is how often the memory grew, and how many threads may keep some of it for
// themselves: from the start of their instances on, or from what they first claim.
type claimed struct{ growths, threads int }

func (x *execution) holders() (n int) {
	for _, t := range x.threads {
		if t.holds || t.in != nil && x.e.contract.LinkerZeros() != contract.LinkerStacks {
			n++
		}
	}
	return n
}

// drain uses up the memory.
func (x *execution) drain() {
	for _, t := range x.threads {
		for _, size := range slices.Concat(drained[:1], x.program.sizes(), drained[1:]) {
			for t.in != nil && x.failure == nil && t.drain(size) {
			}
		}
	}
}

// drain makes a block of the rest of the memory, and reports whether there was one.
func (t *thread) drain(size uint64) bool {
	x := t.x
	c := script.Call{Op: script.OpAlloc, Size: size, Align: 8}
	f := x.e.maker
	got, err := t.in.Call(f.Export, arguments(f, c, nil)...)
	if err != nil || got[0] == 0 {
		t.ended(c, err)
		return false
	}
	b := &block{Span: ledger.Span{From: got[0], To: got[0] + size}, number: -1, align: 8}
	if x.judgeBlock(fmt.Sprintf("alloc %d by thread %d at the end", size, t.number+1), b); x.failure == nil {
		x.live.add(b)
	}
	t.holds = true
	return true
}

// sizes returns the sizes of a program's blocks.
func (p *Program) sizes() (list []uint64) {
	seen := map[uint64]bool{}
	for _, calls := range p.all() {
		for _, c := range calls {
			if c.Op.Makes() && !seen[c.Size] {
				seen[c.Size] = true
				list = append(list, c.Size)
			}
		}
	}
	return list
}

// gap returns how many bytes a chunk may lose that the next one does not prolong: those
// that no block of the program fits in, with the bytes that lead it. What divides a page
// leaves none.
func (p *Program) gap(lead uint64) (most uint64) {
	for _, size := range p.sizes() {
		if size += lead; contract.PageSize%size != 0 {
			most = max(most, size)
		}
	}
	return most
}

// all returns the calls that make blocks.
func (p *Program) all() [][]script.Call {
	return append(p.Threads[:len(p.Threads):len(p.Threads)], p.Setup)
}
