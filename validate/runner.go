// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/unit"
	"github.com/genalloc/genalloc/validate/checks"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/report"
	"github.com/genalloc/genalloc/validate/script"
	"github.com/genalloc/genalloc/wasm"
)

// run makes the checks with the functions of each of the given ABIs, or of all.
func run(ctx context.Context, module []byte, c contract.Contract, opts Options, list []Check, abis ...contract.ABI) (*Report, error) {
	if err := c.Settled(); err != nil {
		return nil, err
	}
	if opts.Ops < 0 {
		return nil, fmt.Errorf("ops: %d is negative: 0 is the level's own number", opts.Ops)
	}
	if err := opts.Scope.Check(c); err != nil {
		return nil, err
	}
	r, err := newRunner(ctx, module, c, opts)
	if err != nil {
		return nil, err
	}
	if r.abis = abis; len(abis) == 0 {
		r.abis = checks.ABIs(c)
	}
	defer r.close()
	for i, check := range list {
		if opts.Progress != nil {
			opts.Progress(i, len(list), check.Name)
		}
		r.judge(check)
		if opts.First && !r.report.OK() {
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("check %s: %w", check.Name, err)
		}
	}
	if ledger.TermsOf(c).MayRefuse && !opts.Scope.Strict && r.refusals.Fitted > 0 {
		r.report.Refusals = &r.refusals
	}
	if !opts.First {
		r.keepHeap()
	}
	return r.report, nil
}

// A runner is one module on its engines.
type runner struct {
	ctx      context.Context
	contract contract.Contract
	abis     []contract.ABI // judged one after the other
	opts     Options
	decoded  *wasm.Module
	shared   []byte         // the module as threads have it
	modules  []judge.Module // one for each engine
	report   *Report
	refusals report.Refusals // of the first engine
	compared int             // calls made on more than one engine
	differs  *Failure        // the first difference between engines
	endless  bool            // a call did not return
	closed   string          // why no further check runs the module; "" while they do
}

func newRunner(ctx context.Context, module []byte, c contract.Contract, opts Options) (*runner, error) {
	switch {
	case opts.Engines != nil:
	case opts.Level != Full:
		opts.Engines = []string{engine.Wasmtime}
	case c.Memory64: // which wazero has not
		opts.Engines = engine.Wide()
	default:
		opts.Engines = engine.Names()
	}
	r := &runner{ctx: ctx, contract: c, opts: opts}
	var err error
	if r.decoded, err = checks.Decode(module); err != nil {
		return nil, err
	}
	r.shared = module
	if c.Threads {
		if module, err = wasm.Unshare(module); err != nil {
			return nil, err
		}
	}
	engines, err := engine.New(opts.Engines)
	if err != nil {
		return nil, err
	}
	r.report = &Report{Contract: c.String(), Level: opts.Level.String(), Seed: opts.Seed, Excluded: opts.Scope.Exclusions(c)}
	for _, e := range engines {
		m, err := judge.Compile(e, module)
		if err != nil {
			for _, e := range engines {
				e.Close()
			}
			return nil, fmt.Errorf("module refused by %s: %w", e.Name(), err)
		}
		r.modules = append(r.modules, m)
		r.report.Engines = append(r.report.Engines, e.Name())
	}
	return r, nil
}

func (r *runner) close() {
	for _, m := range r.modules {
		m.Close()
		m.Engine.Close()
	}
}

// judge runs one check: on the module itself, on the calls of other checks, or with the
// functions of every ABI.
func (r *runner) judge(check Check) {
	switch {
	case check.Static != nil:
		r.static(check)
	case check.Threads != nil:
		for _, abi := range r.abis {
			r.threads(check, abi)
		}
	case check.Run == nil:
		r.compare(check)
	default:
		for _, abi := range r.abis {
			r.drive(check, abi)
		}
	}
}

// drive runs one check with the functions of one ABI on every engine, and compares the
// answers.
func (r *runner) drive(check Check, abi contract.ABI) {
	c := checks.Under(r.contract, abi)
	if reason := cmp.Or(r.closed, check.Skip(c), check.Excluded(r.opts.Scope)); reason != "" {
		r.add(Result{Check: check.Name, Promise: check.Promise, ABI: r.mark(abi), Verdict: Skip, Figure: reason})
		return
	}
	needed := uint64(c.InitialPages)
	if check.Whole {
		needed = contract.MaxPages
	}
	var first *checks.Trial
	for i, m := range r.modules {
		e := m.Engine
		why := r.closed // by the engine before
		if why == "" && e.MaxPages() < needed {
			why = fmt.Sprintf("%s stops at %s", e.Name(), unit.Pages(e.MaxPages()))
		}
		if why == "" && first != nil && first.Endless() {
			why = "a call does not return"
		}
		if why != "" {
			r.add(Result{Check: check.Name, Promise: check.Promise, ABI: r.mark(abi), Engine: e.Name(), Verdict: Skip, Figure: why})
			continue
		}
		t := r.try(check, c, i)
		if first == nil {
			first = t
			r.refusals.Add(t.Refusals())
			continue
		}
		r.compared += t.Calls()
		if r.differs == nil {
			r.differs = checks.Difference(first, t, r.modules[0].Engine.Name(), e.Name())
		}
	}
}

// compare reports whether the engines did the same in all checks before.
func (r *runner) compare(check Check) {
	x := Result{Check: check.Name, Promise: check.Promise, Verdict: Pass, Failure: r.differs, Calls: r.compared}
	x.Figure = unit.Count(uint64(r.compared), "call") + " alike"
	switch {
	case len(r.modules) < 2:
		x.Verdict, x.Figure = Skip, "one engine only"
	case r.compared == 0:
		x.Verdict, x.Figure = Skip, "nothing was called"
	case x.Failure != nil:
		x.Verdict, x.Figure = Fail, unit.Count(uint64(r.compared), "call")
	}
	r.add(x)
}

// add enters a result. What broke is the promise of the rule, which several checks judge.
func (r *runner) add(x Result) {
	if x.Failure != nil {
		x.Failure.Promise = cmp.Or(checks.Rule(x.Failure.Rule), x.Promise)
	}
	r.report.Results = append(r.report.Results, x)
}

func (r *runner) static(check Check) {
	start := time.Now()
	x := Result{Check: check.Name, Promise: check.Promise, Verdict: Pass, Figure: check.Skip(r.contract)}
	if x.Figure != "" {
		x.Verdict = Skip
	} else if x.Failure = check.Static(r.decoded, r.contract); x.Failure != nil {
		x.Verdict = Fail
		if check.Name == checks.Callable {
			r.closed = "the functions cannot be called"
		}
	}
	x.Duration = time.Since(start)
	r.add(x)
}

// try runs a check with the functions of one ABI on the i-th engine.
func (r *runner) try(check Check, c contract.Contract, i int) *checks.Trial {
	t := &checks.Trial{
		Contract: c, ABI: r.mark(c.ABI), Module: r.modules[i], Scope: r.opts.Scope, Full: r.opts.Level == Full,
		Ops: r.opts.Ops, Seed: r.opts.Seed, First: r.opts.First,
		Stop: func() bool { return r.ctx.Err() != nil },
	}
	x := Result{Check: check.Name, Promise: check.Promise, ABI: t.ABI, Engine: r.modules[i].Engine.Name(), Verdict: Pass}
	start := time.Now()
	check.Run(t)
	x.Calls = t.Calls()
	x.Figure = unit.Count(uint64(x.Calls), "call")
	failures := t.Failures()
	if len(failures) == 0 {
		x.Duration = time.Since(start)
		r.add(x)
	}
	x.Verdict = Fail
	for i, f := range failures {
		if x.Failure = f; i > 0 {
			x.Figure, x.Calls = "also "+f.Rule, 0
		}
		r.follow(t, f)
		x.Duration, start = time.Since(start), time.Now()
		r.add(x)
	}
	return t
}

// follow shortens a failure, and stops calling a module that cannot be called.
func (r *runner) follow(t *checks.Trial, f *Failure) {
	shorten := !r.opts.First
	switch f.Rule {
	case report.Instance:
		r.closed, shorten = "the module does not start", false
	case report.Endless:
		if t.Module.Engine.Name() != engine.Wasmtime { // where each such call takes long
			r.closed = "the module does not return"
		}
		shorten = shorten && !r.endless && r.closed == ""
		r.endless = true
	}
	if shorten {
		t.Shorten(f)
	}
}

// mark returns the name by which a report tells an ABI from others; none where there
// is one only.
func (r *runner) mark(abi contract.ABI) contract.ABI {
	if makers, _ := r.contract.ABI.Split(); len(makers) == 1 {
		return ""
	}
	return abi
}

// keepHeap chooses the run that the picture shows.
func (r *runner) keepHeap() {
	r.report.Judged = r.contract
	for _, c := range r.report.Causes() {
		if c.Failure.Script != nil {
			r.report.Heap = c.Failure.Script
			return
		}
	}
	c := checks.Under(r.contract, r.abis[0])
	if r.closed != "" || checks.NeedsBlocks(c) != "" || len(r.modules) == 0 {
		return
	}
	setup := script.DefaultSetup(c)
	setup.ABI = r.mark(c.ABI)
	s, err := judge.Open(r.modules[0], c, r.opts.Scope, setup)
	if err != nil {
		return
	}
	checks.Portrait(s)
	s.Close()
	r.report.Heap = s.Script()
}
