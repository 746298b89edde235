// SPDX-License-Identifier: MIT OR Apache-2.0

package mutate

import (
	"context"
	"fmt"
	"time"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/prove"
	"github.com/genalloc/genalloc/wasm"
)

// Prover returns the [Examiner] that asks package prove, with a limit of time for
// each obligation. It kills a mutant at the first obligation that is refuted.
// Some obligations say how the allocator works and not what a caller sees, so
// a mutant that it kills may be equivalent.
func Prover(timeout time.Duration) Examiner {
	return func(_ context.Context, original []byte, c contract.Contract) (Examine, error) {
		m, err := wasm.Decode(original)
		if err != nil {
			return nil, err
		}
		// Mutants are proved with the original's hints. Wrong hints never prove
		// anything, and guessing would follow a mutant's initial values.
		hints, err := prove.Guess(m, c)
		if err != nil {
			return nil, fmt.Errorf("the original cannot be proved: %w", err)
		}
		o := prove.Options{Timeout: timeout, Jobs: 1, Known: new(prove.Known)} // mutants share most formulas
		return func(ctx context.Context, file []byte, _ bool) (Fate, string, error) {
			if err := engine.Validate(file); err != nil {
				return Invalid, err.Error(), nil
			}
			fate, reason := proof(ctx, file, c, hints, o)
			return fate, reason, ctx.Err()
		}, nil
	}
}

func proof(ctx context.Context, file []byte, c contract.Contract, h prove.Hints, o prove.Options) (Fate, string) {
	m, err := wasm.Decode(file)
	if err != nil {
		return Invalid, err.Error()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	refuted := ""
	o.Progress = func(r prove.Result) {
		if r.Verdict == prove.Refuted {
			refuted = r.Obligation.Name
			cancel()
		}
	}
	report, err := prove.Run(ctx, m, c, h, o)
	switch {
	case err != nil:
		return Unsupported, err.Error()
	case refuted != "":
		return Killed, refuted
	case report.Verdict() == prove.Proved:
		return Survived, ""
	}
	reason := ""
	for _, r := range report.Results {
		if r.Verdict == prove.Inconclusive {
			reason = r.String()
		}
	}
	return Open, reason
}
