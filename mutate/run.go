// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/validate"
)

// A Fate is what became of a mutant.
type Fate string

// The fates. A mutant that is in the table and survives is Equivalent; if it is
// killed it is Stale, as the table says what is not so.
const (
	Invalid    Fate = "invalid"
	Killed     Fate = "killed"
	Equivalent Fate = "equivalent"
	Survived   Fate = "survived"
	Stale      Fate = "stale"
)

// A Result is the fate of one mutant.
type Result struct {
	Configuration string
	Mutant        Mutant
	Key           string
	Fate          Fate
	Check         string // that killed it
}

// Options say what to judge.
type Options struct {
	Table Table
	Every int // only every so many mutants of a configuration; 0 for all
	From  int // the first of them

	// Progress, if set, is called after each mutant, from several goroutines.
	Progress func(Result)
}

// Run judges the mutants of a configuration, as many at a time as there are
// processors. The results are in the mutants' order and the same every time. The
// error says that the original is not as it should be.
func Run(ctx context.Context, c Configuration, opts Options) ([]Result, error) {
	o, err := c.emit()
	if err != nil {
		return nil, err
	}
	if err := o.right(ctx); err != nil {
		return nil, fmt.Errorf("configuration %s: %w", c.Name, err)
	}
	every := max(opts.Every, 1)
	results := make([]Result, 0, len(o.mutants))
	for i := opts.From; i < len(o.mutants); i += every {
		results = append(results, Result{Configuration: c.Name, Mutant: o.mutants[i], Key: o.keys[i]})
	}
	next := make(chan int)
	errs := make(chan error, len(results))
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				if err := o.judge(ctx, &results[i], opts.Table[c.Name]); err != nil {
					errs <- err
				}
				if opts.Progress != nil {
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

// right says why mutants of the original would prove nothing; nil if they do.
func (o *original) right(ctx context.Context) error {
	switch check, err := kill(ctx, o.file, o.contract, validate.Quick); {
	case err != nil:
		return fmt.Errorf("the original cannot be judged: %w", err)
	case check != "":
		return fmt.Errorf("the original fails check %s", check)
	}
	return nil
}

// judge decides a mutant's fate. Known equivalents are judged quickly, as a full
// judgement of each would take longer than all the rest.
func (o *original) judge(ctx context.Context, r *Result, equivalents map[string]string) error {
	file, err := r.Mutant.Apply(o.module).Encode()
	if err != nil {
		r.Fate = Invalid
		return nil
	}
	_, known := equivalents[r.Key]
	for _, level := range []validate.Level{validate.Quick, validate.Full} {
		if known && level == validate.Full {
			break
		}
		r.Check, err = kill(ctx, file, o.contract, level)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			r.Fate = Invalid
			return nil
		case r.Check != "" && known:
			r.Fate = Stale
			return nil
		case r.Check != "":
			r.Fate = Killed
			return nil
		}
	}
	r.Fate = Survived
	if known {
		r.Fate = Equivalent
	}
	return nil
}

// kill returns the check that refuses a module, if one does. An error says that
// the module does not validate. One engine is enough: engines agree on what a
// module does, and what it does is the question here.
func kill(ctx context.Context, file []byte, c contract.Contract, level validate.Level) (string, error) {
	report, err := validate.Run(ctx, file, c, validate.Options{
		Level: level, Engines: []string{engine.Wasmtime}, Checks: checks, First: true,
	})
	if err != nil {
		return "", err
	}
	if failures := report.Failures(); len(failures) > 0 {
		return failures[0].Check, nil
	}
	return "", nil
}

// checks are all that the judge has, the slow ones last: most mutants never get
// to them.
var checks = func() []string {
	slow := []string{"realloc", "zeroing", "sizes", "bounds", "foreign-growth", "heap-end", "random"}
	var names []string
	for _, c := range validate.Checks() {
		if !slices.Contains(slow, c.Name) {
			names = append(names, c.Name)
		}
	}
	return append(names, slow...)
}()
