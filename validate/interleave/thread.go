// SPDX-License-Identifier: MIT OR Apache-2.0

package interleave

import (
	"errors"
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/report"
	"github.com/genalloc/genalloc/validate/script"
)

// A thread is an instance of the module, and a goroutine while the program runs. It has
// the turn from what resume receives to its next word on arrived.
type thread struct {
	x       *execution
	number  int
	calls   []script.Call
	in      engine.Instance
	resume  chan bool // false: this execution is over
	parked  bool      // it has a next step
	over    bool      // its call was stopped
	awaits  int       // the block without which it cannot go on; script.Null for none
	clock   clock
	history uint64 // of all that it has read
	steps   int    // at which others could have gone on
	site    *site  // the instruction that is being made
	shown   bool   // its line lacks the result
}

// errOver ends a call of an execution that is over.
var errOver = errors.New("the execution is over")

// mostSteps is how many steps a thread may make: one that waits for another makes more.
const mostSteps = 2000

// run makes the thread's calls. It begins with a step, and has ended when it has arrived
// without being parked.
func (t *thread) run() {
	defer func() { t.parked = false; t.x.arrived <- struct{}{} }()
	if err := t.park(script.Null); err != nil {
		return
	}
	if others := t.calls[0].Op == script.OpGrow; t.in == nil && !others && t.start() != nil {
		return
	}
	for _, c := range t.calls {
		if t.do(c) != nil || t.x.failure != nil {
			return
		}
	}
}

// start makes the instance, with what its active data segments write.
func (t *thread) start() error {
	t.x.note(t, "starts")
	for _, a := range t.x.e.segments {
		if err := t.reach(a); err != nil {
			return err
		}
	}
	in, err := t.x.store.Instantiate(t.x.e.code, t.x.imports(t.number))
	if full := t.x.memory.Pages() == t.x.limit; full && errors.Is(err, engine.Unreachable) {
		t.x.note(t, "finds no memory to start with")
		return err
	}
	if err != nil && !t.over {
		t.x.broke(report.Instance, "", "the module starts", "%v", err)
	}
	t.in = in
	return err
}

// park lets the scheduler choose who goes on.
func (t *thread) park(awaits int) error {
	t.parked, t.awaits = true, awaits
	t.x.arrived <- struct{}{}
	if !<-t.resume {
		t.over = true
		return errOver
	}
	t.steps++
	if t.steps > mostSteps {
		t.x.broke(report.Endless, "", "the call returns", "thread %d still running after %d accesses", t.number+1, mostSteps)
		t.over = true
		return errOver
	}
	return nil
}

// reach makes an access, after a step if its order to another thread's is open.
func (t *thread) reach(a access) error {
	x := t.x
	if x.free {
		return nil
	}
	if x.e.open.has(a) {
		if err := t.park(script.Null); err != nil {
			return err
		}
	}
	t.clock[t.number]++
	now := t.clock
	for w := a.first; w <= a.last; w++ {
		c := x.cells[w]
		if c == nil {
			c = new(cell)
			x.cells[w] = c
		}
		open, race := c.open(a, t.number, now)
		if open && x.e.open.add(w) {
			x.found = true
		}
		if race && x.race == nil {
			x.race = &report.Failure{Rule: "race", Call: x.call(t), Expected: "atomic accesses where threads meet",
				Got: fmt.Sprintf("a plain one at %#x, whose order to another thread's is open", uint64(w)*4), Schedule: x.schedule()}
		}
		c.enter(a, t.number, &t.clock)
	}
	return nil
}

// stepped is called by the module before each access.
func (t *thread) stepped(args []uint64) ([]uint64, error) {
	x := t.x
	if x.free {
		return nil, nil
	}
	s := x.e.sites[args[0]]
	t.site = &s
	shown := false
	for _, a := range s.accessesOf(args[1:]) {
		if err := t.reach(a); err != nil {
			return nil, err
		}
		shown = shown || x.e.open.has(a)
	}
	t.read(args...)
	if shown {
		x.access(t, s, args[1:])
	}
	return nil, nil
}

// saw is called with the result of each access.
func (t *thread) saw(args []uint64) ([]uint64, error) {
	if x := t.x; !x.free {
		t.read(args[0])
		x.grew(*t.site, args[0])
		x.result(t, args[0])
	}
	return nil, nil
}

// read adds to the thread's history.
func (t *thread) read(values ...uint64) {
	for _, v := range values {
		t.history = mix(t.history, v)
	}
}

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
		if old = x.blocks[c.Block]; old == nil { // it was refused
			x.known[c.Made] = x.known[c.Made] || c.Op.Names()
			return nil
		}
		t.clock.join(old.made)
	}
	if !ok {
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
		x.judgeRefusal(c.String(), c.Size)
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
	operands := map[contract.ParamRole]uint64{
		contract.SizeParam: c.Size, contract.AlignParam: c.Align, contract.CountParam: 1,
	}
	if old != nil {
		operands[contract.BlockParam], operands[contract.OldSizeParam], operands[contract.AlignParam] = old.From, old.Size(), old.align
	}
	return judge.Arguments(f, operands)
}
