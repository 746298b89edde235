// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import "fmt"

// difference returns the first call that two engines answered differently in
// the same check, or nil. Checks choose their calls by the answers, so that
// what comes after the first difference says nothing.
func difference(a, b *trial, nameA, nameB string) *Failure {
	for i := 0; i < min(len(a.sessions), len(b.sessions)); i++ {
		sa, sb := a.sessions[i], b.sessions[i]
		for k := 0; k < min(len(sa.log), len(sb.log)); k++ {
			ca, cb := sa.log[k], sb.log[k]
			if ca.answer() == cb.answer() {
				continue
			}
			return &Failure{
				Rule: "engines", Call: ca.String(),
				Expected: "the same from " + nameA + " and " + nameB,
				Got:      fmt.Sprintf("%s from %s, %s from %s", ca.answer(), nameA, cb.answer(), nameB),
				Script:   &Script{sa.setup, sa.log[:k+1]},
			}
		}
	}
	return nil
}

// answer is what came of a call, in words. The text of a trap is each
// engine's own.
func (c Call) answer() string {
	switch {
	case c.Trap != "":
		return "a trap in " + pageCount(c.Pages)
	case c.Fails:
		return "refused growth at " + pageCount(c.Pages)
	}
	return fmt.Sprintf("%#x in %s", c.Ptr, pageCount(c.Pages))
}
