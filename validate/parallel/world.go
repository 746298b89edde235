// SPDX-License-Identifier: MIT OR Apache-2.0

package parallel

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/report"
	"github.com/genalloc/genalloc/validate/script"
	"github.com/genalloc/genalloc/wasm"
)

// hands is the code that fills and looks at blocks, and grows the memory as somebody else.
const hands = `(module
	(import "genalloc.shared" "memory" (memory 0 65536 shared))
	(func (export "fill") (param $at i32) (param $byte i32) (param $size i32)
		(memory.fill (local.get $at) (local.get $byte) (local.get $size)))
	;; 1 more than the offset of the first other byte; 0 if there is none.
	(func (export "differs") (param $at i32) (param $byte i32) (param $size i32) (result i32)
		(local $i i32)
		(loop $next
			(if (i32.lt_u (local.get $i) (local.get $size))
				(then
					(if (i32.ne (i32.load8_u (i32.add (local.get $at) (local.get $i))) (local.get $byte))
						(then (return (i32.add (local.get $i) (i32.const 1)))))
					(local.set $i (i32.add (local.get $i) (i32.const 1)))
					(br $next))))
		(i32.const 0))
	(func (export "byte") (param $at i32) (result i32) (i32.load8_u (local.get $at)))
	(func (export "word") (param $at i32) (result i32) (i32.atomic.load (local.get $at)))
	(func (export "pages") (result i32) (memory.size))
	(func (export "grow") (result i32) (memory.grow (i32.const 1))))`

// shared is the name under which threads and hands import the memory.
const shared = "genalloc.shared"

// A world is a shared memory with its threads.
type world struct {
	contract contract.Contract
	limit    uint64 // pages
	base     uint64
	threads  []*thread
	stores   []engine.Store
	foreign  []block
}

// A subject is a module that threads can be given instances of.
type subject struct {
	contract contract.Contract
	engine   engine.Engine
	code     engine.Module
	hands    engine.Module
	decoded  *wasm.Module
	memory   wasm.Limits
}

// compile readies a module: its memory comes from elsewhere than what else it imports.
func compile(e engine.Engine, file []byte, c contract.Contract) (*subject, error) {
	m, err := wasm.Decode(file)
	if err != nil {
		return nil, err
	}
	s := &subject{contract: c, engine: e, decoded: m}
	i := slices.IndexFunc(m.Imports, func(im wasm.Import) bool { return im.Kind == wasm.KindMemory })
	if i < 0 {
		return nil, fmt.Errorf("the module does not import its memory, so no two instances share one")
	}
	m.Imports[i].Module, m.Imports[i].Name = shared, "memory"
	s.memory = m.Imports[i].Memory
	out, err := m.Encode()
	if err == nil {
		s.code, err = e.Compile(out)
	}
	if err != nil {
		return nil, err
	}
	if out, err = engine.Assemble(hands); err == nil {
		s.hands, err = e.Compile(out)
	}
	return s, err
}

// open makes a memory that can grow by so many pages, and threads: fewer if the first ones
// claim it all as they start.
func (s *subject) open(threads int, more, seed uint64) (*world, error) {
	w := &world{contract: s.contract, limit: s.memory.Min + more, base: script.DefaultSetup(s.contract).Base}
	if s.memory.HasMax {
		w.limit = min(w.limit, s.memory.Max)
	}
	if err := s.people(w, threads, seed); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// people gives a world its memory and its threads.
func (s *subject) people(w *world, threads int, seed uint64) error {
	file, err := engine.Assemble(fmt.Sprintf(`(module (memory (export "memory") %d %d shared))`, s.memory.Min, w.limit))
	if err != nil {
		return err
	}
	memory, err := engine.Instantiate(w.store(s.engine), file, nil)
	if err != nil {
		return err
	}
	for i := range threads {
		t := &thread{w: w, number: i, random: rand.New(rand.NewPCG(seed, uint64(i))), inbox: make(chan block, 100), store: w.store(s.engine)}
		err := s.equip(t, memory)
		if i > 0 && errors.Is(err, engine.Unreachable) && w.threads[0].hand("pages") == w.limit {
			break // there is no page left that the thread could start with
		}
		if err != nil {
			return err
		}
		w.threads = append(w.threads, t)
	}
	return nil
}

func (w *world) store(e engine.Engine) engine.Store {
	s := e.NewStore()
	s.Refuel(1 << 40)
	w.stores = append(w.stores, s)
	return s
}

func (w *world) close() {
	for _, s := range slices.Backward(w.stores) {
		s.Close()
	}
}

// equip gives a thread its instances.
func (s *subject) equip(t *thread, memory engine.Instance) error {
	var supplies []engine.Supply
	for _, im := range s.decoded.Imports {
		x := engine.Supply{Import: im, Value: judge.Global(s.contract, script.DefaultSetup(s.contract), im.Name)}
		switch im.Kind {
		case wasm.KindMemory:
			continue
		case wasm.KindFunc:
			x.Func, _ = s.decoded.Type(im.Type)
			x.Call = func([]uint64) ([]uint64, error) { return make([]uint64, len(x.Func.Results)), nil }
		}
		supplies = append(supplies, x)
	}
	imports, err := engine.Provide(t.store, supplies)
	if err != nil {
		return err
	}
	imports[shared] = memory
	if t.allocator, err = t.store.Instantiate(s.code, imports); err != nil {
		return err
	}
	// Where two instances of a store have the same shared memory, wasmtime 39 aborts on an
	// access outside of it.
	t.hands, err = t.w.store(s.engine).Instantiate(s.hands, imports)
	return err
}

// together lets every thread do the same at the same time, until each is done. While they
// run, somebody else adds so many pages.
func (w *world) together(do func(t *thread), foreign int) {
	var all sync.WaitGroup
	for _, t := range w.threads[:len(w.threads)-min(foreign, 1)] {
		all.Go(func() { do(t) })
	}
	if foreign > 0 {
		t := w.threads[len(w.threads)-1]
		all.Go(func() { t.add(foreign) })
	}
	all.Wait()
}

// add grows the memory by a page, so many times, and fills what it got.
func (t *thread) add(pages int) {
	for range pages {
		page := t.hand("grow")
		if page >= contract.MaxPages {
			return
		}
		b := block{ledger.Span{From: page * contract.PageSize, To: (page + 1) * contract.PageSize}, 1, 255}
		t.hand("fill", b.From, b.byte, b.Size())
		t.w.foreign = append(t.w.foreign, b)
	}
}

// judge looks at all that is live when every thread has ended.
func (w *world) judge() *report.Failure {
	for _, t := range w.threads {
		if t.failure != nil {
			return t.failure
		}
	}
	t := w.threads[0]
	all := w.live()
	for i, b := range all {
		const call = "when all threads have ended"
		t.look("contents", call, b)
		if i > 0 && all[i-1].Overlaps(b.Span) {
			t.broke("overlap", call, "blocks that share no byte", "one from %#x to %#x and one from %#x to %#x", all[i-1].From, all[i-1].To, b.From, b.To)
		}
	}
	return t.failure
}

// live returns all blocks and foreign pages, by address.
func (w *world) live() []block {
	all := slices.Clone(w.foreign)
	for _, t := range w.threads {
		all = append(all, t.blocks...)
		for len(t.inbox) > 0 {
			all = append(all, <-t.inbox)
		}
	}
	slices.SortFunc(all, func(a, b block) int { return cmp.Compare(a.From, b.From) })
	return all
}
