// SPDX-License-Identifier: MIT OR Apache-2.0

package parallel

import (
	"context"
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/unit"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/report"
)

// Options say how much is run.
type Options struct {
	Calls int    // of each thread at random
	Pages uint64 // that threads use up at the same time
	Seed  uint64
}

// Found is what one program of the threads found.
type Found struct {
	Program string
	Calls   int
	Figure  string // what else was measured
	Failure *report.Failure
}

// Threads is how many run at once. More than a machine has processors meet at places of the
// system's choice.
const Threads = 3

// exhausting are the sizes, in bytes, by which threads use up the memory.
var exhausting = []uint64{24, 32, 5000, 70_000}

// Judge runs a module's threads on an engine. The error says why they cannot be run.
func Judge(ctx context.Context, e engine.Engine, file []byte, c contract.Contract, o Options) ([]Found, error) {
	s, err := compile(e, file, c)
	if err != nil {
		return nil, err
	}
	defer s.code.Close()
	defer s.hands.Close()
	var list []Found
	for _, foreign := range []int{0, 20} {
		f, err := s.random(o, foreign)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	for _, size := range exhausting {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f, err := s.exhaust(o, size)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, nil
}

// mostPages is by how much the memory of random calls grows: 64 MiB.
const mostPages = 1 << 10

// random makes calls at random, with blocks handed over.
func (s *subject) random(o Options, foreign int) (Found, error) {
	f := Found{Program: "random calls and hand-over"}
	if foreign > 0 {
		f.Program += ", growth by others"
	}
	w, err := s.open(Threads+min(foreign, 1), mostPages, o.Seed)
	if err != nil {
		return f, err
	}
	defer w.close()
	w.together(func(t *thread) {
		for range o.Calls {
			if t.step(); t.failure != nil {
				return
			}
		}
	}, foreign)
	f.Failure = w.judge()
	f.Calls = w.calls()
	return f, nil
}

// ownBytes is what a thread may keep of the memory for its own state.
const ownBytes = 4096

// mostStart is how many pages of the start threads use up: the others are one block, so that
// a large memory takes no longer.
const mostStart = 16

// exhaust asks for blocks until no thread gets any more. Together the threads get as many as
// one alone, but for the ends of chunks that another thread's pages lie behind, and for what
// each of them keeps.
func (s *subject) exhaust(o Options, size uint64) (Found, error) {
	f := Found{Program: fmt.Sprintf("all memory in blocks of %s", unit.Bytes(size))}
	if size > contract.PageSize {
		o.Pages *= 8
	}
	var got [2]int
	for i, n := range []int{1, Threads} {
		w, err := s.open(n, o.Pages, o.Seed)
		if err != nil {
			return f, err
		}
		if start := s.memory.Min - min(s.memory.Min, w.base/contract.PageSize); start > mostStart {
			w.threads[0].make(contract.Allocates, (start-mostStart)*contract.PageSize, 8, nil)
		}
		w.useUp(size)
		f.Failure = w.judge()
		w.close()
		live, used := w.live(), uint64(0)
		for _, b := range live {
			used += b.Size()
		}
		got[i] = len(live)
		f.Calls += w.calls()
		f.Figure = fmt.Sprintf("%.1f %% of the memory used", float64(used)*100/float64(w.limit*contract.PageSize))
		if f.Failure != nil {
			return f, nil
		}
	}
	if owed := got[0] - int(s.chunks(size, s.memory.Min+o.Pages)) - Threads*int(1+ownBytes/size); got[1] < owed {
		f.Failure = &report.Failure{Rule: "lost", Call: f.Program, Expected: fmt.Sprintf("%d blocks at least, where one thread gets %d", owed, got[0]), Got: fmt.Sprint(got[1])}
	}
	return f, nil
}

// useUp lets threads make blocks until none gets any more. They wait for each other at each
// page, so that their chunks alternate.
func (w *world) useUp(size uint64) {
	for full := make([]bool, len(w.threads)); slices.Contains(full, false); {
		w.together(func(t *thread) {
			for range max(1, contract.PageSize/size) {
				full[t.number] = full[t.number] || t.failure != nil || !t.make(contract.Allocates, size, 8, nil)
			}
		}, 0)
	}
}

// chunks returns how many chunks threads make of so many pages, at most: of each page where
// a block needs no more. Larger ones have chunks as the contract says, or pages of their own
// if these are too small a chunk's part, or where less than a chunk is left.
func (s *subject) chunks(size, pages uint64) uint64 {
	need, chunk := judge.Need(s.contract, size, 8), uint64(s.contract.Chunk)
	switch {
	case need == 1:
		return pages
	case need > uint64(s.contract.LargeBlock()):
		return pages/need + 1
	}
	return pages/chunk + chunk/need + 1
}

func (w *world) calls() (sum int) {
	for _, t := range w.threads {
		sum += t.calls
	}
	return sum
}
