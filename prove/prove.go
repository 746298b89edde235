// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"context"
	"slices"
	"time"

	"github.com/genalloc/genalloc/contract"
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
	Timeout  time.Duration // for one case of an obligation; 0 for no limit
	Jobs     int           // cases at a time; 0 for 1
	Progress func(Result)  // if not nil, called with each result as it comes
	Total    func(n int)   // if not nil, told how many results there will be

	// Formula, if not nil, is called with each formula that was solved, from several
	// goroutines at a time.
	Formula func(Formula)

	Record bool // keep the proofs for Report.Certificate

	// Known, if not nil, is asked before a formula is solved, and learns from it. Without
	// effect under Formula and Record, which need the proofs.
	Known *Known

	probe    bool                       // make no counterexamples
	recorded map[caseName]CertifiedCase // of a certificate that is checked
}

// Result is an obligation with what became of it.
type Result struct {
	Obligation     Obligation
	Verdict        Verdict
	Reason         string // of an inconclusive verdict
	Duration       time.Duration
	Counterexample *Counterexample // of a refutation
	Effort         Effort
	answers        []answer // one for each case decided, in order
}

// Report has the results of all obligations.
type Report struct {
	Hints   Hints
	Results []Result // in the order of the obligations

	contract string // canonical text
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
	if o.Formula != nil || o.Record {
		o.Known = nil
	}
	find := search(o.Record, o.Known)
	if o.Formula != nil {
		find = telling(find, o.Formula)
	}
	return s.run(ctx, o, find)
}

// run decides every obligation. Where a lemma of the executor is wrong, it starts over
// without lemmas: that takes longer, but what is refuted then is the module's fault.
func (s *system) run(ctx context.Context, o Options, find finder) (*Report, error) {
	r, err := s.pass(ctx, o, find)
	wrong := func(x Result) bool { return x.Obligation.Assumed && x.Verdict != Proved }
	if err != nil || r.Verdict() != Inconclusive || !slices.ContainsFunc(r.Results, wrong) || ctx.Err() != nil {
		return r, err
	}
	s.executor.Literal = true
	if total := o.Total; total != nil {
		o.Total = func(n int) { total(len(r.Results) + n) }
	}
	return s.pass(ctx, o, find)
}

// pass decides every obligation. It makes the terms in the same order whatever the
// finder, as long as the same paths are dead; certificates depend on that order.
func (s *system) pass(ctx context.Context, o Options, find finder) (*Report, error) {
	first, err := s.start()
	if err != nil {
		return nil, err
	}
	calls, err := s.calls()
	if err != nil {
		return nil, err
	}
	r := &Report{Hints: s.guessed, contract: s.contract.String()}
	r.Results = s.decideAll(ctx, append(first, s.elsewhere()...), o, find)
	for _, k := range calls {
		if dead := s.findDead(ctx, k, o, find); len(dead.Obligation.Cases) > 0 {
			r.Results = append(r.Results, dead)
		}
	}
	rest, err := s.obligations(calls)
	if err != nil {
		return nil, err
	}
	if o.Total != nil {
		o.Total(len(r.Results) + len(rest))
	}
	r.Results = append(r.Results, s.decideAll(ctx, rest, o, find)...)
	return r, nil
}

// findDead finds the paths of a call that are never taken, and removes them.
func (s *system) findDead(ctx context.Context, k *call, o Options, find finder) Result {
	start := time.Now()
	quiet := Options{Timeout: o.Timeout, Jobs: o.Jobs, probe: true, recorded: o.recorded}
	var each []Obligation
	for _, out := range k.all {
		each = append(each, Obligation{Name: k.label + ".dead", Text: deadText, Cases: []Case{k.dead(out)}})
	}
	results := s.decideAll(ctx, each, quiet, find)
	dead := make([]bool, len(results))
	r := Result{Verdict: Proved}
	for i, x := range results {
		if dead[i] = x.Verdict == Proved; dead[i] {
			r.answers = append(r.answers, x.answers...)
		}
		r.Effort.add(x.Effort)
	}
	r.Obligation = k.prune(dead)
	r.Duration = time.Since(start)
	if o.Progress != nil && len(r.answers) > 0 {
		o.Progress(r)
	}
	return r
}

// decideAll decides obligations and returns the results in the same order. An
// obligation waits for those that it builds on.
func (s *system) decideAll(ctx context.Context, obligations []Obligation, o Options, find finder) []Result {
	results := make([]Result, len(obligations))
	for _, wave := range waves(obligations) {
		var tasks []task
		for _, i := range wave {
			// Terms are made here, in one goroutine; the tasks only read them.
			ob, wasted := obligations[i], new(Effort)
			done := func(r Result) {
				r.Effort.add(*wasted)
				results[i] = r
				if o.Progress != nil {
					o.Progress(r)
				}
			}
			cases := s.tasks(ctx, ob, s.questions(ob, results), o, find, done)
			if a, ok := s.anyPath(ob, results); ok {
				cases = []task{s.trial(ctx, a, cases, o, find, done, wasted)}
			}
			tasks = append(tasks, cases...)
		}
		work(tasks, o.Jobs)
	}
	return results
}

// questions returns the formula of each case, with the facts that were proved before.
func (s *system) questions(ob Obligation, results []Result) (all []question) {
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
		q := question{formula: formula}
		if c.loosen != nil {
			q.loose = c.loosen(s, formula)
		}
		all = append(all, q)
	}
	return all
}

// waves groups obligations, by index, so that each is in a later wave than those
// that it builds on.
func waves(obligations []Obligation) (ws [][]int) {
	wave := map[string]int{}
	for i, ob := range obligations {
		n := 0
		for _, name := range slices.Concat(ob.After, ob.Facts) {
			n = max(n, wave[name]+1)
		}
		wave[ob.Name] = n
		for len(ws) <= n {
			ws = append(ws, nil)
		}
		ws[n] = append(ws[n], i)
	}
	return ws
}
