// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"context"
	"fmt"
	"math/big"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/unit"
	"github.com/genalloc/genalloc/validate/interleave"
	"github.com/genalloc/genalloc/validate/parallel"
	"github.com/genalloc/genalloc/validate/report"
)

// A Shared is a module that threads share a memory by.
type Shared struct {
	File     []byte
	Contract contract.Contract // of one ABI
	Full     bool
	Seed     uint64
}

// An Outcome is what a check of threads found.
type Outcome struct {
	Calls   int
	Engine  string
	Figure  string
	Failure *report.Failure
	Err     error // why the threads could not be run
}

// add adds what a program found. The first failure counts.
func (o *Outcome) add(program string, calls int, failure *report.Failure) {
	o.Calls += calls
	if failure != nil && o.Failure == nil {
		o.Failure = failure
		o.Failure.Call = program + ": " + failure.Call
	}
}

// How often a program of threads is run from its beginning, at most: for every build, and
// in full.
const (
	quickRuns = 100
	fullRuns  = 2000
)

func runInterleavings(ctx context.Context, s Shared) Outcome {
	runs, batch := quickRuns, 0
	if s.Full {
		runs = fullRuns
	}
	if s.Contract.Reuse() != contract.ReusesNothing {
		batch = contract.Batch
	}
	found, err := interleave.Explore(ctx, s.File, s.Contract, interleave.Programs(batch), runs)
	out := Outcome{Engine: engine.Wazero, Err: err}
	orders, bounded := new(big.Int), 0
	for _, f := range found {
		out.add(f.Program, f.Runs, f.Failure)
		orders.Add(orders, f.Orders)
		if !f.Complete {
			bounded++
		}
	}
	out.Figure = fmt.Sprintf("%d orders of %s, in %s", orders, unit.Count(uint64(len(found)), "program"), unit.Count(uint64(out.Calls), "run"))
	if bounded > 0 {
		out.Figure += fmt.Sprintf(", %d of them not all", bounded)
	}
	return out
}

func runParallel(ctx context.Context, s Shared) Outcome {
	o := parallel.Options{Calls: 200, Pages: 6, Seed: s.Seed}
	if s.Full {
		o = parallel.Options{Calls: 3000, Pages: 16, Seed: s.Seed}
	}
	found, err := parallel.Judge(ctx, engine.Default(), s.File, s.Contract, o)
	out := Outcome{Engine: engine.Wasmtime, Err: err}
	for _, f := range found {
		out.add(f.Program, f.Calls, f.Failure)
	}
	out.Figure = fmt.Sprintf("%s of %d threads", unit.Count(uint64(out.Calls), "call"), parallel.Threads)
	return out
}
