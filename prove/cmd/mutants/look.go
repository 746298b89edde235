// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/emitter"
	"github.com/genalloc/genalloc/mutate"
	"github.com/genalloc/genalloc/prove"
	"github.com/genalloc/genalloc/wasm"
)

// A fate is what the prover says of a mutant.
type fate string

const (
	invalid      fate = "invalid" // no engine takes it
	refused      fate = "refused" // it has something that the prover does not support
	refuted      fate = "refuted"
	inconclusive fate = "inconclusive"
	proved       fate = "proved"
)

// result is a mutant with its fate.
type result struct {
	key   string
	fate  fate
	why   string // of an inconclusive fate
	known bool   // in the table
}

// strange tells whether prover and table differ, or the prover says nothing.
func (r result) strange() bool {
	switch r.fate {
	case proved:
		return !r.known
	case refuted:
		return r.known
	}
	return r.fate == inconclusive
}

func (r result) listed() string {
	if r.known {
		return "in the table"
	}
	return "not in the table"
}

// fates counts results.
type fates struct {
	n                    map[fate]int
	agreed, apart, holes int
}

type options struct {
	table       func() (mutate.Table, error)
	every, from int
	timeout     time.Duration
}

// look proves mutants of a configuration.
func (o options) look(ctx context.Context, c mutate.Configuration, tell func(result)) (fates, error) {
	f := fates{n: map[fate]int{}}
	table, err := o.table()
	if err != nil {
		return f, err
	}
	m, promised, err := emit(c)
	if err != nil {
		return f, err
	}
	hints, err := prove.Guess(m, promised)
	if err != nil {
		return f, fmt.Errorf("configuration %s: %w", c.Name, err)
	}
	all := mutate.Mutants(m)
	keys := mutate.Keys(m, all)
	engine := wasmtime.NewEngine()
	for i := o.from; i < len(all) && ctx.Err() == nil; i += max(o.every, 1) {
		r := result{key: keys[i]}
		_, r.known = table[c.Name][r.key]
		r.fate, r.why = o.judge(ctx, engine, all[i].Apply(m), promised, hints)
		f.add(r)
		tell(r)
	}
	return f, ctx.Err()
}

// emit makes the module of a configuration.
func emit(c mutate.Configuration) (*wasm.Module, contract.Contract, error) {
	promised, err := contract.Parse(c.Flags)
	if err != nil {
		return nil, promised, err
	}
	file, err := emitter.Emit(promised)
	if err != nil {
		return nil, promised, err
	}
	m, err := wasm.Decode(file)
	return m, promised, err
}

func (f *fates) add(r result) {
	f.n[r.fate]++
	switch {
	case r.fate == proved && r.known:
		f.agreed++
	case r.fate == proved:
		f.holes++
	case r.fate == refuted && r.known:
		f.apart++
	}
}

// judge proves one module, up to the first refutation. The hints are the
// original's: a wrong hint cannot make a proof, and guessing would follow a mutant's
// initial values.
func (o options) judge(ctx context.Context, engine *wasmtime.Engine, m *wasm.Module, c contract.Contract, h prove.Hints) (f fate, why string) {
	file, err := m.Encode()
	if err != nil || wasmtime.ModuleValidate(engine, file) != nil {
		return invalid, ""
	}
	if m, err = wasm.Decode(file); err != nil {
		return invalid, ""
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wrong := false
	report, err := prove.Run(ctx, m, c, h, prove.Options{Timeout: o.timeout, Jobs: 1, Progress: func(r prove.Result) {
		if r.Verdict == prove.Refuted {
			wrong = true
			cancel()
		}
	}})
	switch {
	case err != nil:
		return refused, err.Error()
	case wrong:
		return refuted, ""
	case report.Verdict() == prove.Proved:
		return proved, ""
	}
	for _, r := range report.Results {
		if r.Verdict == prove.Inconclusive {
			why = r.String()
		}
	}
	return inconclusive, why
}
