// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/prove/sat"
	"github.com/genalloc/genalloc/wasm"
)

// Verdict is what became of an obligation.
type Verdict string

// The verdicts.
const (
	Proved       Verdict = "proved"
	Refuted      Verdict = "refuted"      // see Result.Counterexample
	Inconclusive Verdict = "inconclusive" // see Result.Reason
)

// Options say how hard to try.
type Options struct {
	Timeout  time.Duration // for one obligation; 0 for no limit
	Jobs     int           // obligations at a time; 0 for 1
	Progress func(Result)  // if not nil, called with each result as it comes
}

// Result is an obligation with what became of it.
type Result struct {
	Obligation     Obligation
	Verdict        Verdict
	Reason         string // of an inconclusive verdict
	Duration       time.Duration
	Counterexample *Counterexample // of a refutation
	Proofs         []sat.Proof     // one for each case, in order; nil where none is needed
}

// Report is the whole outcome.
type Report struct {
	Hints   Hints
	Results []Result // in the order of the obligations
}

// Verdict is the verdict on the module: refuted if an obligation is, else
// inconclusive if one is.
func (r *Report) Verdict() Verdict {
	v := Proved
	for _, x := range r.Results {
		switch {
		case x.Verdict == Refuted:
			return Refuted
		case x.Verdict == Inconclusive:
			v = Inconclusive
		}
	}
	return v
}

// Run proves a module, which has to be valid: let an engine compile it first.
// The error says what about the module or the hints is not supported.
func Run(ctx context.Context, m *wasm.Module, c contract.Contract, h Hints, o Options) (*Report, error) {
	s, err := newSystem(m, c, h)
	if err != nil {
		return nil, err
	}
	first, err := s.start()
	if err != nil {
		return nil, err
	}
	calls, err := s.calls()
	if err != nil {
		return nil, err
	}
	r := &Report{Hints: h}
	r.Results = s.decideAll(ctx, append(first, s.elsewhere()...), o)
	for _, k := range calls {
		if dead := s.findDead(ctx, k, o); len(dead.Obligation.Cases) > 0 {
			r.Results = append(r.Results, dead)
		}
	}
	r.Results = append(r.Results, s.decideAll(ctx, s.obligations(calls), o)...)
	return r, nil
}

// findDead finds the paths of a call that are never taken, and leaves them out.
func (s *system) findDead(ctx context.Context, k *call, o Options) Result {
	start := time.Now()
	quiet := Options{Timeout: o.Timeout, Jobs: o.Jobs}
	var each []Obligation
	for _, out := range k.all {
		each = append(each, Obligation{Cases: []Case{k.dead(out)}})
	}
	results := s.decideAll(ctx, each, quiet)
	dead := make([]bool, len(results))
	r := Result{Verdict: Proved}
	for i, x := range results {
		if dead[i] = x.Verdict == Proved; dead[i] {
			r.Proofs = append(r.Proofs, x.Proofs...)
		}
	}
	r.Obligation = k.prune(dead)
	r.Duration = time.Since(start)
	if o.Progress != nil && len(r.Proofs) > 0 {
		o.Progress(r)
	}
	return r
}

// decideAll decides obligations and returns the results in their order. Those
// that build on others wait for them.
func (s *system) decideAll(ctx context.Context, obligations []Obligation, o Options) []Result {
	results := make([]Result, len(obligations))
	for _, wave := range waves(obligations) {
		// Terms are made here, one after the other; from then on they are only read.
		formulas := map[int][][]term{}
		for _, i := range wave {
			formulas[i] = s.formulas(obligations[i], results)
		}
		parallel(wave, o.Jobs, func(i int) Result {
			return decide(ctx, obligations[i], formulas[i], o.Timeout)
		}, func(i int, r Result) {
			results[i] = r
			if o.Progress != nil {
				o.Progress(r)
			}
		})
	}
	return results
}

// formulas gives the statements of each case, with what was proved before it and
// may be taken as a fact.
func (s *system) formulas(ob Obligation, results []Result) (all [][]term) {
	for _, c := range ob.Cases {
		formula := c.formula(s, ob.Possible)
		for _, r := range results {
			if r.Verdict != Proved || !slices.Contains(ob.After, r.Obligation.Name) {
				continue
			}
			for _, before := range r.Obligation.Cases {
				if before.path == c.path {
					formula = append(formula, before.fact(s))
				}
			}
		}
		all = append(all, formula)
	}
	return all
}

// waves orders obligations, given by index, so that each comes in a later wave
// than those that it builds on.
func waves(obligations []Obligation) (ws [][]int) {
	wave := map[string]int{}
	for i, ob := range obligations {
		n := 0
		for _, name := range ob.After {
			if w, ok := wave[name]; ok {
				n = max(n, w+1)
			}
		}
		wave[ob.Name] = n
		for len(ws) <= n {
			ws = append(ws, nil)
		}
		ws[n] = append(ws[n], i)
	}
	return ws
}

// parallel does all of work, n at a time, and hands each result to done, one
// after the other.
func parallel(work []int, n int, do func(int) Result, done func(int, Result)) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	next := make(chan int)
	for range max(1, n) {
		wg.Go(func() {
			for i := range next {
				r := do(i)
				mu.Lock()
				done(i, r)
				mu.Unlock()
			}
		})
	}
	for _, i := range work {
		next <- i
	}
	close(next)
	wg.Wait()
}

// decide solves the cases of an obligation.
func decide(ctx context.Context, ob Obligation, formulas [][]term, timeout time.Duration) Result {
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	start := time.Now()
	r := Result{Obligation: ob, Verdict: Proved}
	for i, formula := range formulas {
		if err := r.decideCase(ctx, i, formula); err != nil {
			r.Verdict, r.Reason = Inconclusive, ob.Cases[i].Name+": "+err.Error()
		}
		if r.Verdict != Proved {
			break
		}
	}
	r.Duration = time.Since(start)
	return r
}

func (r *Result) decideCase(ctx context.Context, i int, formula []term) error {
	b := bv.NewBlaster()
	for _, t := range formula {
		b.Assert(t)
	}
	answer, err := sat.Solve(ctx, b.Formula())
	if err != nil {
		return err
	}
	want := sat.Unsat
	if r.Obligation.Possible {
		want = sat.Sat
	}
	switch answer.Status {
	case sat.Unknown:
		return errors.New("time is up")
	case want:
		r.Proofs = append(r.Proofs, answer.Proof)
	case sat.Sat:
		r.Verdict = Refuted
		r.Counterexample = &Counterexample{Case: r.Obligation.Cases[i].Name, Values: b.Assignment(answer.Model)}
	default:
		r.Verdict = Refuted
		r.Counterexample = &Counterexample{Case: r.Obligation.Cases[i].Name}
	}
	return nil
}

// Counterexample is a state and arguments for which an obligation is wrong.
type Counterexample struct {
	Case   string
	Values bv.Assignment // by the names of the variables
}
