// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/genalloc/genalloc/prove/bv"
)

// task is a piece of work: one case, or an attempt. Heavy tasks start first, so that none
// is left to be waited for at the end.
type task struct {
	weight int
	do     func()        // may run at the same time as other tasks
	then   func() []task // after do, one at a time: what to do next
}

// weight estimates how long the question of an obligation's i-th case takes.
func (o Options) weight(ob Obligation, i int, q question) int {
	if o.recorded != nil {
		return len(o.recorded[caseName{ob.Name, ob.Cases[i].Name}].Proof)
	}
	if q.loose != nil {
		return len(bv.Parts(q.loose...))
	}
	return len(bv.Parts(q.formula...))
}

// tasks returns those of an obligation, and passes the result to done. Where a case is not
// proved, later ones are left out.
func (s *system) tasks(ctx context.Context, ob Obligation, questions []question, o Options, find finder, done func(Result)) (all []task) {
	findings := make([]finding, len(questions))
	var needed atomic.Int64 // cases up to this one are looked at
	needed.Store(int64(len(questions)))
	left := len(questions)
	for i, q := range questions {
		all = append(all, task{o.weight(ob, i, q), func() {
			if int64(i) < needed.Load() {
				findings[i] = s.decideCase(ctx, ob, i, q, o, find)
			}
		}, func() []task {
			if findings[i].verdict != Proved {
				needed.Store(min(needed.Load(), int64(i)))
			}
			if left--; left == 0 {
				done(conclude(ob, findings))
			}
			return nil
		}})
	}
	if left == 0 {
		done(conclude(ob, nil))
	}
	return all
}

// trial returns the task of an attempt, which if it fails is followed by others.
func (s *system) trial(ctx context.Context, a attempt, others []task, o Options, find finder, done func(Result), wasted *Effort) task {
	var r Result
	var ok bool
	return task{o.weight(a.whole, 0, a.question), func() { r, ok = s.attempt(ctx, a, o, find) }, func() []task {
		if !ok {
			wasted.add(r.Effort)
			return others
		}
		done(r)
		return nil
	}}
}

// work does all tasks, n at a time.
func work(tasks []task, n int) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	more := sync.NewCond(&mu)
	busy := 0
	heavier := func(a, b task) int { return cmp.Compare(b.weight, a.weight) }
	slices.SortStableFunc(tasks, heavier)
	for range max(1, n) {
		wg.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			for {
				for len(tasks) == 0 && busy > 0 {
					more.Wait()
				}
				if len(tasks) == 0 {
					return
				}
				t := tasks[0]
				tasks = tasks[1:]
				busy++
				mu.Unlock()
				t.do()
				mu.Lock()
				busy--
				if next := t.then(); len(next) > 0 {
					tasks = append(next, tasks...)
					slices.SortStableFunc(tasks, heavier)
				}
				more.Broadcast()
			}
		})
	}
	wg.Wait()
}
