// SPDX-License-Identifier: MIT OR Apache-2.0

package interleave

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/report"
	"github.com/genalloc/genalloc/validate/script"
	"github.com/genalloc/genalloc/wasm"
)

// Found is what the exploration of one program found.
type Found struct {
	Program  string
	Runs     int      // of the program, from its beginning
	States   int      // told apart
	Orders   *big.Int // interleavings of the accesses whose order is open
	Complete bool     // all of them were followed; otherwise those with few interruptions
	Failure  *report.Failure
}

// An explorer runs programs on one module.
type explorer struct {
	contract contract.Contract
	maker    contract.Function
	engine   engine.Engine
	code     engine.Module
	sites    []site
	imports  []wasm.Import // without the explorer's own
	types    []wasm.FuncType
	segments []access // what the active data segments write
	hosts    []engine.Instance
	setup    script.Setup
	program  ledger.Span // the bytes below the base, or below what the linker lays out there
	pages    uint64      // of the memory at the start
	most     uint64      // that the module declares

	memoryModule, memoryName string

	now  *execution
	open words
	lost map[claimed]uint64 // bytes that a program loses if no thread is interrupted
}

// words are those for which the order of two accesses is open.
type words struct{ list []word } // sorted

func (s *words) has(a access) bool {
	i, _ := slices.BinarySearch(s.list, a.first)
	return i < len(s.list) && s.list[i] <= a.last
}

// add reports whether the word is new.
func (s *words) add(w word) bool {
	i, found := slices.BinarySearch(s.list, w)
	if !found {
		s.list = slices.Insert(s.list, i, w)
	}
	return !found
}

// Explore runs a module's programs in every order, up to a number of runs for each. The
// error says why the module cannot be run.
func Explore(ctx context.Context, file []byte, c contract.Contract, programs []Program, runs int) ([]Found, error) {
	e, done, err := load(file, c)
	if err != nil {
		return nil, err
	}
	defer done()
	var all []Found
	for i := range programs {
		f, err := e.explore(ctx, &programs[i], runs)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// linkedBase is high enough for a program's data to lie in front of what the linker lays
// out for the allocator.
const linkedBase = 8192

// load readies a module. Wazero alone shows the host the bytes of a shared memory.
func load(file []byte, c contract.Contract) (e *explorer, done func(), err error) {
	maker, ok := judge.Maker(c)
	if !ok {
		return nil, nil, errors.New("no function returns a block")
	}
	e = &explorer{contract: c, maker: maker, engine: engine.NewWazero(), setup: script.DefaultSetup(c)}
	if c.HeapBase.Linker {
		e.setup.Base = linkedBase
	}
	e.program.To = e.setup.Base
	if own := ledger.LayoutOf(c, e.setup.Base, 0).Heads; own.Size() > 0 {
		e.program.To = min(e.program.To, own.From)
	}
	hosts := e.engine.NewStore()
	done = func() { hosts.Close(); e.engine.Close() }
	instrumented, sites, err := instrument(file, c)
	if err == nil {
		e.sites = sites
		e.code, err = e.engine.Compile(instrumented)
	}
	if err != nil {
		done()
		return nil, nil, err
	}
	m, _ := wasm.Decode(instrumented)
	e.types = m.Types
	for _, im := range m.Imports {
		if im.Module == hostModule {
			continue
		}
		e.imports = append(e.imports, im)
		if im.Kind == wasm.KindMemory {
			e.pages, e.most = im.Memory.Min, im.Memory.Max
			e.memoryModule, e.memoryName = im.Module, im.Name
		}
	}
	for _, d := range m.Data {
		if d.Flags != wasm.DataPassive && len(d.Offset) == 2 && len(d.Init) > 0 {
			a := wordsOf(uint64(uint32(d.Offset[0].Value)), uint64(len(d.Init)))
			a.write = true
			e.segments = append(e.segments, a)
		}
	}
	for i := range mostThreads {
		host, err := hosts.Host(map[string]engine.Func{
			stepName: {Type: stepType, Call: func(args []uint64) ([]uint64, error) { return e.now.threads[i].stepped(args) }},
			sawName:  {Type: sawType, Call: func(args []uint64) ([]uint64, error) { return e.now.threads[i].saw(args) }},
		})
		if err != nil {
			done()
			return nil, nil, err
		}
		e.hosts = append(e.hosts, host)
	}
	return e, done, nil
}

// A state is a moment at which the scheduler chooses.
type state struct {
	next []uint64 // the states that a choice leads to
	ways *big.Int // to the end, once they are counted
}

// A schedule is the choices that lead to a state, and one more.
type schedule struct {
	choices []int
	from    uint64 // the state before the last choice
}

// A queue has schedules by how often they interrupt a thread that could go on:
// what few interruptions show is found first, and is the easiest to read.
type queue [][]schedule

func (q *queue) push(switches int, s schedule) {
	for len(*q) <= switches {
		*q = append(*q, nil)
	}
	(*q)[switches] = append((*q)[switches], s)
}

func (q *queue) pop() (s schedule, switches int, ok bool) {
	for i, list := range *q {
		if len(list) > 0 {
			(*q)[i] = list[:len(list)-1]
			return list[len(list)-1], i, true
		}
	}
	return schedule{}, 0, false
}

// raceRuns is how often a program runs on after a race: what the race leads to says more.
const raceRuns = 200

// explore follows a program in every order. It begins again when a word turns out to have
// accesses whose order is open.
func (e *explorer) explore(ctx context.Context, p *Program, runs int) (Found, error) {
	found := Found{Program: p.Name}
	e.open, e.lost = words{}, map[claimed]uint64{}
	e.open.add(sizeWord)
	var race *report.Failure
again:
	states, todo := map[uint64]*state{}, queue{{{}}}
	root := uint64(0)
	for found.Runs < runs {
		s, switches, ok := todo.pop()
		if !ok {
			found.Complete = true
			break
		}
		if err := ctx.Err(); err != nil {
			return found, err
		}
		found.Runs++
		x, err := e.begin(p)
		if err != nil {
			return found, fmt.Errorf("program %q: %w", p.Name, err)
		}
		x.switches = switches
		x.follow(s, states, &todo)
		if len(s.choices) == 0 {
			root = x.root
		}
		x.end()
		if race == nil && x.race != nil {
			race, runs = x.race, min(runs, found.Runs+raceRuns)
		}
		if x.failure != nil {
			found.Failure = x.failure
			found.Failure.Schedule = x.schedule()
			break
		}
		if x.found {
			goto again
		}
	}
	if found.Failure == nil {
		found.Failure = race
	}
	found.States, found.Orders = len(states), ways(states, root)
	return found, nil
}

// follow makes the choices of a schedule, and then goes on with the thread that runs, as
// long as the states are new. Other choices are put off.
func (x *execution) follow(s schedule, states map[uint64]*state, todo *queue) {
	running, from := -1, s.from
	for depth := 0; x.failure == nil; depth++ {
		list := x.enabled()
		if depth < len(s.choices) {
			running = s.choices[depth]
			x.advance(running)
			continue
		}
		key := x.key()
		if depth == 0 {
			x.root = key
		} else {
			states[from].next = append(states[from].next, key)
		}
		if states[key] != nil {
			return
		}
		states[key] = new(state)
		if len(list) == 0 {
			x.judgeRest()
			return
		}
		switches := x.switches
		if slices.Contains(list, running) {
			switches++
		} else {
			running = list[0]
		}
		done := slices.Concat(s.choices, x.taken)
		for _, other := range list {
			if other != running {
				todo.push(switches, schedule{append(slices.Clone(done), other), key})
			}
		}
		x.taken = append(x.taken, running)
		x.advance(running)
		from = key
	}
}

// ways counts the ways from a state to the ends.
func ways(states map[uint64]*state, key uint64) *big.Int {
	s := states[key]
	if s == nil {
		return new(big.Int)
	}
	if s.ways == nil {
		s.ways = new(big.Int)
		if len(s.next) == 0 {
			s.ways.SetInt64(1)
		}
		for _, k := range s.next {
			s.ways.Add(s.ways, ways(states, k))
		}
	}
	return s.ways
}
