// SPDX-License-Identifier: MIT OR Apache-2.0

package interleave

import (
	"errors"
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/internal/engine"
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
	holds   bool      // it has claimed some of the memory
	awaits  int       // the block without which it cannot go on; script.Null for none
	clock   clock
	history uint64 // of all that it has read
	steps   int    // at which others could have gone on
	site    *site  // the instruction that is being made
	shown   bool   // its line lacks the result
	// What was read atomically since the last exchange, what that one expects to find, and
	// the race that there is if what was read is used.
	reads    []word
	expected uint64
	doubt    *report.Failure
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
	t.doAll(t.calls)
}

// doAll makes calls, until one fails.
func (t *thread) doAll(calls []script.Call) {
	for _, c := range calls {
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
		for other := range x.threads {
			if kind := c.with(a, other, now); other != t.number && kind != ordered {
				x.found = x.e.open.add(w) || x.found
				t.met(kind, w, a, x.threads[other])
			}
		}
		c.enter(a, t.number, &t.clock)
		if a.atomic && a.read && !a.write {
			t.reads = append(t.reads, w)
		}
	}
	return nil
}

// met notes that the order of an access to another thread's is open.
func (t *thread) met(kind conflict, w word, a access, other *thread) {
	found := func() *report.Failure {
		return &report.Failure{Rule: "race", Call: t.x.call(t), Expected: "atomic accesses where threads meet",
			Got: fmt.Sprintf("a plain one at %#x, whose order to another thread's is open", uint64(w)*4), Schedule: t.x.schedule()}
	}
	switch {
	case kind == race && t.x.race == nil:
		t.x.race = found()
	case kind == doubt && a.atomic && t.doubt == nil:
		t.doubt = found()
	case kind == doubt && !a.atomic && other.doubt == nil && slices.Contains(other.reads, w):
		other.doubt = found()
	}
}

// decide ends the doubt about what a thread has read: it was thrown away, or used.
func (t *thread) decide(used bool) {
	if used && t.doubt != nil && t.x.race == nil {
		t.x.race = t.doubt
	}
	t.doubt, t.reads = nil, nil
}

// stepped is called by the module before each access.
func (t *thread) stepped(args []uint64) ([]uint64, error) {
	x := t.x
	if x.free {
		return nil, nil
	}
	s := x.e.sites[args[0]]
	t.site, t.expected = &s, args[2]
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
		t.grew(args[0])
		if t.site.exchanges() {
			t.decide(args[0] == t.expected)
		}
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
