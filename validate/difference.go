// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"fmt"

	"github.com/genalloc/genalloc/validate/script"
	"github.com/genalloc/genalloc/validate/unit"
)

// difference returns the first call that two engines answered differently in
// the same check, or nil. Checks choose their calls by the answers, so that
// what comes after the first difference says nothing.
func difference(a, b *trial, nameA, nameB string) *Failure {
	for i := 0; i < min(len(a.sessions), len(b.sessions)); i++ {
		sa, sb := a.sessions[i], b.sessions[i]
		for k := 0; k < min(len(sa.log), len(sb.log)); k++ {
			ca, cb := sa.log[k], sb.log[k]
			if outcome(ca) == outcome(cb) {
				continue
			}
			return &Failure{
				Rule: "engines", Call: ca.String(),
				Expected: "the same from " + nameA + " and " + nameB,
				Got:      fmt.Sprintf("%s from %s, %s from %s", outcome(ca), nameA, outcome(cb), nameB),
				Script:   &script.Script{Setup: sa.setup, Calls: sa.log[:k+1]},
			}
		}
	}
	return nil
}

// outcome is what came of a call, in words. The text of a trap is each
// engine's own.
func outcome(c script.Call) string {
	switch {
	case c.Trap != "":
		return "a trap in " + unit.Pages(c.Pages)
	case c.Fails:
		return "refused growth at " + unit.Pages(c.Pages)
	}
	return fmt.Sprintf("%#x in %s", c.Ptr, unit.Pages(c.Pages))
}
