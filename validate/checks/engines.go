// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"fmt"

	"github.com/genalloc/genalloc/validate/report"
	"github.com/genalloc/genalloc/validate/script"
	"github.com/genalloc/genalloc/validate/unit"
)

// Difference returns the first call that two engines answered differently in the same
// check, or nil. Checks choose their calls by the answers, so nothing can be learned
// from the calls after it.
func Difference(a, b *Trial, nameA, nameB string) *report.Failure {
	for i := 0; i < min(len(a.Sessions), len(b.Sessions)); i++ {
		sa, sb := a.Sessions[i], b.Sessions[i]
		for k := 0; k < min(len(sa.Log), len(sb.Log)); k++ {
			ca, cb := sa.Log[k], sb.Log[k]
			if outcome(ca) == outcome(cb) {
				continue
			}
			return &report.Failure{
				Rule: "engines", Call: ca.String(),
				Expected: "the same from " + nameA + " and " + nameB,
				Got:      fmt.Sprintf("%s from %s, %s from %s", outcome(ca), nameA, outcome(cb), nameB),
				Script:   &script.Script{Setup: sa.Setup, Calls: sa.Log[:k+1]},
			}
		}
	}
	return nil
}

// outcome describes the result of a call. It leaves out a trap's text, which may
// differ between engines.
func outcome(c script.Call) string {
	switch {
	case c.Trap != "":
		return "a trap in " + unit.Pages(c.Pages)
	case c.Fails:
		return "refused growth at " + unit.Pages(c.Pages)
	}
	return fmt.Sprintf("%#x in %s", c.Ptr, unit.Pages(c.Pages))
}
