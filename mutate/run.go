// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"github.com/genalloc/genalloc/contract"
)

// A Fate is what became of a mutant.
type Fate string

// The fates. An [Examiner] finds a mutant Invalid, Unsupported, Killed, Slower, Survived
// or Open; [Run] looks up the table of equivalents and makes Killed Stale and
// Survived Equivalent.
const (
	Invalid     Fate = "invalid"     // no engine compiles it
	Unsupported Fate = "unsupported" // the examiner does not take such modules
	Killed      Fate = "killed"      // it breaks the contract
	Stale       Fate = "stale"       // it breaks the contract, but the table says that it is equivalent
	Equivalent  Fate = "equivalent"  // it keeps the contract, as the table says
	Slower      Fate = "slower"      // it keeps the contract, and costs more
	Survived    Fate = "survived"    // it keeps the contract, and the table does not say why
	Open        Fate = "open"        // the examiner cannot decide
)

// A Result is the fate of one mutant.
type Result struct {
	Configuration string
	Mutant        Mutant
	Key           string
	Fate          Fate
	Reason        string // the check or obligation that killed it, or why it is Slower, Unsupported or Open
}

// An Examiner prepares for the mutants of a module, given as its bytes and its
// contract, and returns the function that examines one of them. The error says
// why the module itself is not fit for that. See [Judge] and [Prover].
type Examiner func(ctx context.Context, original []byte, c contract.Contract) (Examine, error)

// Examine finds the fate of the mutant in file, and the reason for it. listed
// tells that the table has the mutant. The error says that ctx is done.
// It is called from several goroutines.
type Examine func(ctx context.Context, file []byte, listed bool) (Fate, string, error)

// Options say which mutants to examine, and how.
type Options struct {
	Examiner Examiner // required
	Table    Table
	Every    int // only every so many mutants of a configuration; 0 for all
	From     int // the first of them

	// Progress, if set, is called after each mutant, from several goroutines.
	Progress func(Result)
}

// Run examines the mutants of a configuration, as many at a time as there are
// processors. The results are in the mutants' order. The error says that the
// original is not as it should be, or that ctx is done.
func Run(ctx context.Context, c Configuration, opts Options) ([]Result, error) {
	o, err := c.emit()
	if err != nil {
		return nil, err
	}
	examine, err := opts.Examiner(ctx, o.file, o.contract)
	if err != nil {
		return nil, fmt.Errorf("configuration %s: %w", c.Name, err)
	}
	var results []Result
	for i := opts.From; i < len(o.mutants); i += max(opts.Every, 1) {
		results = append(results, Result{Configuration: c.Name, Mutant: o.mutants[i], Key: o.keys[i]})
	}
	next := make(chan int)
	errs := make(chan error, len(results))
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				if err := o.decide(ctx, &results[i], examine, opts.Table); err != nil {
					errs <- err
				} else if opts.Progress != nil {
					opts.Progress(results[i])
				}
			}
		})
	}
	for i := range results {
		next <- i
	}
	close(next)
	workers.Wait()
	close(errs)
	return results, <-errs
}

// decide finds a mutant's fate and compares it with the table.
func (o *original) decide(ctx context.Context, r *Result, examine Examine, table Table) error {
	file, err := r.Mutant.Apply(o.module).Encode()
	if err != nil {
		r.Fate = Invalid
		return nil
	}
	_, exact, listed := table.Reason(o.Name, r.Key)
	// Nobody has looked at each mutant that a line with a * fits: it is examined like others.
	r.Fate, r.Reason, err = examine(ctx, file, listed && exact)
	switch {
	case listed && r.Fate == Killed:
		r.Fate = Stale
	case listed && (r.Fate == Survived || r.Fate == Slower):
		r.Fate = Equivalent
	}
	return err
}
