// SPDX-License-Identifier: MIT OR Apache-2.0

package interleave

import (
	"fmt"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/report"
	"github.com/genalloc/genalloc/wasm"
)

// An execution is one run of a program, in one order.
type execution struct {
	e       *explorer
	program *Program
	store   engine.Store
	memory  engine.Memory
	own     engine.Imports // the instance with the memory, and what else is imported
	limit   uint64         // pages
	threads []*thread
	arrived chan struct{} // the running thread is parked, or has ended
	free    bool          // one thread runs alone, and nobody chooses
	served  bool          // there is no other memory than what the setup gave back, enough for all

	cells map[word]*cell
	found bool // a word whose order is open, and that was not known to be

	live     blocks
	blocks   map[int]*block // the program's, by their numbers
	known    map[int]bool   // numbers of the blocks that were asked for
	foreign  []ledger.Span
	grown    int    // growths that succeeded
	switches int    // a thread was interrupted so often
	root     uint64 // the first state's key
	taken    []int  // choices made beyond the schedule's
	events   []event
	failure  *report.Failure
	race     *report.Failure
}

// begin makes the memory and the threads, and does the program's setup.
func (e *explorer) begin(p *Program) (*execution, error) {
	x := &execution{
		e: e, program: p, store: e.engine.NewStore(), limit: min(e.pages+p.More, e.most), arrived: make(chan struct{}),
		cells: map[word]*cell{}, blocks: map[int]*block{}, known: map[int]bool{},
	}
	e.now = x
	var supplies []engine.Supply
	for _, im := range e.imports {
		s := engine.Supply{Import: im, Value: judge.Global(e.contract, e.setup, im.Name)}
		switch im.Kind {
		case wasm.KindMemory:
			s.Memory.Min, s.Memory.Max = e.pages, x.limit
		case wasm.KindFunc:
			s.Func = e.types[im.Type]
			s.Call = func([]uint64) ([]uint64, error) { return make([]uint64, len(s.Func.Results)), nil }
		}
		supplies = append(supplies, s)
	}
	var err error
	if x.own, err = engine.Provide(x.store, supplies); err != nil {
		return nil, err
	}
	x.memory = x.own[e.memoryModule].Memory(e.memoryName)
	x.write(&block{Span: e.program, byte: programByte})
	for i, calls := range p.Threads {
		x.threads = append(x.threads, &thread{x: x, number: i, calls: calls, resume: make(chan bool), history: uint64(i)})
	}
	if len(p.Setup) > 0 {
		x.setUp()
	}
	for _, t := range x.threads {
		if len(t.calls) > 0 {
			go t.run()
			<-x.arrived
		}
	}
	return x, nil
}

// setUp does what comes before the threads run, with nobody to interrupt it.
func (x *execution) setUp() {
	x.free = true
	defer func() { x.free, x.events = false, nil }()
	first := x.threads[0]
	for i, t := range x.threads {
		if t.start() != nil {
			return
		}
		if i == 0 {
			first.doAll(x.program.Setup)
		} else {
			t.drain(drained[len(drained)-1]) // the first call may claim what the thread keeps
		}
	}
	x.served = len(x.blocks) > 0
	x.drain()
	first.doAll(x.program.Then)
}

// imports are those of a thread's instance: its calls of the host say who made them.
func (x *execution) imports(thread int) engine.Imports {
	all := engine.Imports{hostModule: x.e.hosts[thread]}
	for name, in := range x.own {
		all[name] = in
	}
	return all
}

// ended enters that a block's life ended.
func (x *execution) ended(b *block) {
	x.live.remove(b)
	delete(x.blocks, b.number)
}

// enabled returns the threads that can go on.
func (x *execution) enabled() (list []int) {
	for i, t := range x.threads {
		if t.parked && (t.awaits < 0 || x.known[t.awaits]) {
			list = append(list, i)
		}
	}
	return list
}

// advance lets a thread go on up to its next step.
func (x *execution) advance(thread int) {
	x.threads[thread].resume <- true
	<-x.arrived
}

// end stops all threads.
func (x *execution) end() {
	for _, t := range x.threads {
		if t.parked {
			t.resume <- false
			<-x.arrived
		}
	}
	x.store.Close()
}

// key tells the state apart from others.
func (x *execution) key() uint64 {
	k := mix(0, x.memory.Pages())
	for _, t := range x.threads {
		k = mix(mix(mix(k, t.history), uint64(t.steps)), uint64(t.awaits))
	}
	bytes := x.memory.Bytes()
	for _, w := range x.e.open.list {
		if from := uint64(w) * 4; from+4 <= uint64(len(bytes)) {
			for _, b := range bytes[from : from+4] {
				k = mix(k, uint64(b))
			}
		}
	}
	return k
}

// mix adds a value to a hash (splitmix64, the finalizer).
func mix(h, v uint64) uint64 {
	h = (h ^ v) + 0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// An event is a line of the schedule.
type event struct {
	thread int
	text   string
}

func (x *execution) note(t *thread, text string) {
	if !x.free {
		x.events = append(x.events, event{t.number, text})
	}
}

// access notes an access of what threads share; its result is added when it is known.
func (x *execution) access(t *thread, s site, operands []uint64) {
	name := s.instr.Op.String()
	in := s.instr.Op.Info()
	switch values := operands[1:max(len(s.sig.Params), 1)]; {
	case in.Imm != wasm.ImmMem:
		name += fmt.Sprintf(" %d", operands[:len(s.sig.Params)])
	case len(values) == 2:
		name += fmt.Sprintf(" %#x: %#x to %#x", operands[0]+s.instr.Mem.Offset, values[0], values[1])
	default:
		name += fmt.Sprintf(" %#x", operands[0]+s.instr.Mem.Offset)
		for _, v := range values {
			name += fmt.Sprintf(" to %#x", v)
		}
	}
	x.events = append(x.events, event{t.number, "  " + name})
	t.shown = true
}

// result adds what an access read to its line.
func (x *execution) result(t *thread, value uint64) {
	if t.shown {
		x.events[len(x.events)-1].text += fmt.Sprintf(", got %#x", value)
	}
	t.shown = false
}

// call returns the call that a thread makes.
func (x *execution) call(t *thread) string {
	for i := len(x.events) - 1; i >= 0; i-- {
		if e := x.events[i]; e.thread == t.number && !strings.HasPrefix(e.text, " ") {
			return e.text
		}
	}
	return ""
}

// schedule returns who did what, in order.
func (x *execution) schedule() []string {
	var lines []string
	for _, e := range x.events {
		lines = append(lines, fmt.Sprintf("thread %d  %s", e.thread+1, e.text))
	}
	return lines
}

// grew counts a growth by the module.
func (t *thread) grew(result uint64) {
	if t.site.instr.Op == wasm.OpMemoryGrow && uint32(result) < contract.MaxPages {
		t.x.grown++
		t.holds = true
	}
}
