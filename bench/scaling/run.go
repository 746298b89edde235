// SPDX-License-Identifier: MIT OR Apache-2.0

package scaling

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/genalloc/genalloc/internal/engine"
)

// Run has threads do a subject's work n times each, at once, over a new memory, and
// returns how long that took from the first one's start to the last one's end.
func Run(e engine.Engine, s Subject, threads, n int) (time.Duration, error) {
	own := e.NewStore()
	defer own.Close()
	memory, err := engine.Assemble(fmt.Sprintf(`(module (memory (export "memory") %d %d shared))`, s.Pages, MaxPages))
	if err != nil {
		return 0, err
	}
	env, err := engine.Instantiate(own, memory, nil)
	if err != nil {
		return 0, err
	}
	loop, err := engine.Assemble(s.text())
	if err != nil {
		return 0, err
	}
	var loops []engine.Instance
	for thread := range threads {
		store := e.NewStore()
		defer store.Close()
		imports := engine.Imports{"env": env}
		if s.add != nil {
			if imports["allocator"], err = s.add(store, env, thread); err != nil {
				return 0, fmt.Errorf("%s: %w", s.Name, err)
			}
		}
		in, err := engine.Instantiate(store, loop, imports)
		if err != nil {
			return 0, err
		}
		loops = append(loops, in)
	}
	return race(loops, n)
}

// race starts all loops at once.
func race(loops []engine.Instance, n int) (time.Duration, error) {
	errs := make([]error, len(loops))
	start := make(chan struct{})
	var all sync.WaitGroup
	for i, in := range loops {
		all.Go(func() {
			<-start
			wrong, err := in.Call("run", uint64(n))
			if err == nil && wrong[0] != 0 {
				err = fmt.Errorf("%d of %d blocks are missing or overwritten", wrong[0], n)
			}
			errs[i] = err
		})
	}
	began := time.Now()
	close(start)
	all.Wait()
	return time.Since(began), errors.Join(errs...)
}

// A Row is what a subject gives in one run of all of them.
type Row struct {
	Subject string
	Frees   bool          // it gives its blocks back
	One     time.Duration // one thread does its work
	Two     time.Duration // two threads do theirs at once
}

// Scaling is the throughput of two threads over that of one.
func (r Row) Scaling() float64 { return 2 * float64(r.One) / float64(r.Two) }

// Measure takes the medians of rounds, in which subjects and numbers of threads take turns.
// Each thread does its work n times.
func Measure(e engine.Engine, subjects []Subject, n, rounds int) ([]Row, error) {
	times := make([][2][]time.Duration, len(subjects))
	for range rounds {
		for i, s := range subjects {
			for threads := range 2 {
				d, err := Run(e, s, threads+1, n)
				if err != nil {
					return nil, err
				}
				times[i][threads] = append(times[i][threads], d)
			}
		}
	}
	var rows []Row
	for i, s := range subjects {
		rows = append(rows, Row{s.Name, s.Free != "", median(times[i][0]), median(times[i][1])})
	}
	return rows, nil
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}
