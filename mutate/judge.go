// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"context"
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/validate"
)

// Judge is the [Examiner] that asks package validate. It kills what fails a
// check, the original included, and leaves nothing open. What passes and costs more than the original
// is Slower: see [dearer].
func Judge(ctx context.Context, original []byte, c contract.Contract) (Examine, error) {
	switch check, err := failure(ctx, original, c, validate.Quick); {
	case err != nil:
		return nil, fmt.Errorf("the original cannot be judged: %w", err)
	case check != "":
		return nil, fmt.Errorf("the original fails check %s", check)
	}
	meter, err := newMeter(original, c)
	if err != nil {
		return nil, fmt.Errorf("the original cannot be metered: %w", err)
	}
	return func(ctx context.Context, file []byte, listed bool) (Fate, string, error) {
		levels := []validate.Level{validate.Quick, validate.Full}
		if listed {
			// Full judgements of modules that pass take longer than all the rest.
			levels = levels[:1]
		}
		for _, level := range levels {
			check, err := failure(ctx, file, c, level)
			switch {
			case ctx.Err() != nil:
				return "", "", ctx.Err()
			case err != nil:
				return Invalid, err.Error(), nil
			case check != "":
				return Killed, check, nil
			}
		}
		if path := meter.dearer(file); path != "" && !listed {
			return Slower, path, nil
		}
		return Survived, "", nil
	}, nil
}

// failure returns the first check that a module fails, or "". The error says that
// the module does not compile. One engine is enough, since what is in question
// is the module, and not whether engines agree on it.
func failure(ctx context.Context, file []byte, c contract.Contract, level validate.Level) (string, error) {
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

// checks are all of the judge's, the slow ones last: most mutants fail before.
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
