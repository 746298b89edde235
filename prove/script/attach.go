// SPDX-License-Identifier: MIT OR Apache-2.0

package script

import (
	"context"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove"
)

// Attach gives a script to the first counterexample of the report for which one is
// found, or to every one of these.
func Attach(ctx context.Context, module []byte, c contract.Contract, r *prove.Report, every bool) {
	for _, x := range r.Results {
		if x.Counterexample == nil {
			continue
		}
		text, rule, ok := Find(ctx, module, c, x.Counterexample)
		if ok {
			x.Counterexample.Script, x.Counterexample.Rule = text, rule
		}
		if ok && !every {
			return
		}
	}
}
