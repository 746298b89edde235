// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/validate/script"
	"github.com/genalloc/genalloc/validate/unit"
	"github.com/genalloc/genalloc/wasm"
)

// The sequences of calls that reports show and [Replay] runs.
type (
	Script = script.Script
	Setup  = script.Setup
	Call   = script.Call
)

// ParseScript reads a script, as [script.Parse] does.
func ParseScript(text string, c contract.Contract) (Script, error) { return script.Parse(text, c) }

// ParseTrace reads a recorded trace, as [script.ParseTrace] does.
func ParseTrace(r io.Reader) ([]Call, error) { return script.ParseTrace(r) }

// Level says how much is judged.
type Level int

// The levels: what a build can afford every time, and everything.
const (
	Quick Level = iota
	Full
)

// String returns the level's name.
func (l Level) String() string {
	if l == Full {
		return "full"
	}
	return "quick"
}

// Options are the judge's own parameters. The zero value judges quickly, on
// wasmtime alone.
type Options struct {
	Level   Level
	Engines []string // nil: wasmtime for Quick, all for Full
	Ops     int      // calls of the random check, not negative; 0 for the level's own number
	Seed    uint64   // of the random check
	Checks  []string // names of the checks to run, in this order; nil: all
	First   bool     // stop at the first failure, with the script as it was found

	// Progress, if set, is called before each check.
	Progress func(done, total int, check string)
}

// Run holds a module in the binary format against a contract, which it settles
// first. The error says that there is nothing to judge, because the bytes are no
// module, the contract or the options contradict themselves or ctx has ended; a
// module that breaks its promise gets a report whose OK is false.
func Run(ctx context.Context, module []byte, c contract.Contract, opts Options) (*Report, error) {
	checks := Checks()
	if opts.Checks != nil {
		checks = nil
	}
	for _, name := range opts.Checks {
		check := find(name)
		if check.Promise == "" {
			return nil, fmt.Errorf("check %q is not known: choose from those of Checks", name)
		}
		checks = append(checks, check)
	}
	return run(ctx, module, c, opts, checks)
}

// run makes the checks with each of the given sets of functions, or with all.
func run(ctx context.Context, module []byte, c contract.Contract, opts Options, checks []Check, sets ...contract.ABI) (*Report, error) {
	if opts.Ops < 0 {
		return nil, fmt.Errorf("ops: %d is negative: 0 is the level's own number", opts.Ops)
	}
	j, err := newJudge(ctx, module, c, opts)
	if err != nil {
		return nil, err
	}
	if j.sets = sets; len(sets) == 0 {
		j.sets = setsOf(c)
	}
	defer j.close()
	for i, check := range checks {
		if opts.Progress != nil {
			opts.Progress(i, len(checks), check.Name)
		}
		j.judge(check)
		if opts.First && !j.report.OK() {
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("check %s: %w", check.Name, err)
		}
	}
	if !opts.First {
		j.keepHeap()
	}
	return j.report, nil
}

// A judge is one module in front of its engines.
type judge struct {
	ctx      context.Context
	contract contract.Contract
	sets     []contract.ABI // judged one after the other
	opts     Options
	decoded  *wasm.Module
	modules  []compiled // one for each engine
	report   *Report
	compared int      // calls made on more than one engine
	differs  *Failure // the first difference between engines
	closed   string   // why no further check runs the module; "" while they do
}

func newJudge(ctx context.Context, module []byte, c contract.Contract, opts Options) (*judge, error) {
	if opts.Engines == nil {
		opts.Engines = []string{engine.Wasmtime}
		if opts.Level == Full {
			opts.Engines = engine.Names()
		}
	}
	j := &judge{ctx: ctx, contract: c, opts: opts}
	var err error
	if j.decoded, err = decode(module); err != nil {
		return nil, err
	}
	engines, err := engine.New(opts.Engines)
	if err != nil {
		return nil, err
	}
	j.report = &Report{Contract: c.String(), Level: opts.Level.String(), Seed: opts.Seed}
	for _, e := range engines {
		m, err := compile(e, module)
		if err != nil {
			for _, e := range engines {
				e.Close()
			}
			return nil, fmt.Errorf("module refused by %s: %w", e.Name(), err)
		}
		j.modules = append(j.modules, m)
		j.report.Engines = append(j.report.Engines, e.Name())
	}
	return j, nil
}

func (j *judge) close() {
	for _, m := range j.modules {
		m.module.Close()
		m.engine.Close()
	}
}

// judge runs one check: on the module itself, on what other checks did, or with
// every set of functions.
func (j *judge) judge(check Check) {
	switch {
	case check.static != nil:
		j.static(check)
	case check.run == nil:
		j.compare(check)
	default:
		for _, set := range j.sets {
			j.drive(check, set)
		}
	}
}

// drive runs one check with one set of functions, on every engine if it runs the
// module, and compares what they did.
func (j *judge) drive(check Check, set contract.ABI) {
	c, reason := j.contract.Only(set), j.closed
	if reason == "" && check.skip != nil {
		reason = check.skip(c)
	}
	if reason != "" {
		j.add(Result{Check: check.Name, Promise: check.Promise, ABI: j.mark(set), Verdict: Skip, Figure: reason})
		return
	}
	needed := uint64(c.InitialPages)
	if check.whole {
		needed = contract.MaxPages
	}
	var first *trial
	for i, m := range j.modules {
		e := m.engine
		why := j.closed // by the engine before
		if why == "" && e.MaxPages() < needed {
			why = fmt.Sprintf("%s stops at %s", e.Name(), unit.Pages(e.MaxPages()))
		}
		if why != "" {
			j.add(Result{Check: check.Name, Promise: check.Promise, ABI: j.mark(set), Engine: e.Name(), Verdict: Skip, Figure: why})
			continue
		}
		t := j.try(check, c, i)
		if first == nil {
			first = t
			continue
		}
		j.compared += t.calls()
		if j.differs == nil {
			j.differs = difference(first, t, j.modules[0].engine.Name(), e.Name())
		}
	}
}

// compare reports whether the engines did the same in all checks before.
func (j *judge) compare(check Check) {
	r := Result{Check: check.Name, Promise: check.Promise, Verdict: Pass, Failure: j.differs, Calls: j.compared}
	r.Figure = unit.Count(uint64(j.compared), "call") + " alike"
	switch {
	case len(j.modules) < 2:
		r.Verdict, r.Figure = Skip, "one engine only"
	case j.compared == 0:
		r.Verdict, r.Figure = Skip, "nothing was called"
	case r.Failure != nil:
		r.Verdict, r.Figure = Fail, unit.Count(uint64(j.compared), "call")
	}
	j.add(r)
}

func (j *judge) add(r Result) { j.report.Results = append(j.report.Results, r) }

func (j *judge) static(check Check) {
	start, reason := time.Now(), ""
	if check.skip != nil {
		reason = check.skip(j.contract)
	}
	r := Result{Check: check.Name, Promise: check.Promise, Verdict: Pass, Figure: reason}
	if reason != "" {
		r.Verdict = Skip
	} else if r.Failure = check.static(j.decoded, j.contract); r.Failure != nil {
		r.Verdict = Fail
		if check.Name == callable {
			j.closed = "the functions cannot be called"
		}
	}
	r.Duration = time.Since(start)
	j.add(r)
}

// try runs a check with one set of functions on the i-th engine.
func (j *judge) try(check Check, c contract.Contract, i int) *trial {
	t := &trial{
		contract: c, set: j.mark(c.ABI), module: j.modules[i], level: j.opts.Level,
		ops: j.opts.Ops, seed: j.opts.Seed,
		stop: func() bool { return j.ctx.Err() != nil },
	}
	r := Result{Check: check.Name, Promise: check.Promise, ABI: t.set, Engine: j.modules[i].engine.Name(), Verdict: Pass}
	start := time.Now()
	check.run(t)
	r.Failure = t.failure()
	r.Calls = t.calls()
	r.Figure = unit.Count(uint64(r.Calls), "call")
	if r.Failure != nil {
		r.Verdict = Fail
		switch r.Failure.Rule {
		case ruleEndless:
			j.closed = "the module does not return"
		case ruleInstance:
			j.closed = "the module does not start"
		default:
			if !j.opts.First {
				t.shorten(r.Failure)
			}
		}
	}
	r.Duration = time.Since(start)
	j.add(r)
	return t
}

// failure returns what went wrong, if anything did.
func (t *trial) failure() *Failure {
	if t.err != nil {
		return &Failure{Rule: ruleInstance, Expected: "a module that starts", Got: t.err.Error()}
	}
	for _, s := range t.sessions {
		if s.failure != nil {
			s.failure.Script = s.script()
			return s.failure
		}
	}
	return nil
}

func (t *trial) calls() int {
	n := 0
	for _, s := range t.sessions {
		n += len(s.log)
	}
	return n
}
