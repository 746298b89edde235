// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"fmt"

	"github.com/genalloc/genalloc/prove/bv"
)

// question is the formula of a case. Loose, if not nil, is one that follows from it, and
// so refutes it: see inTurns.
type question struct{ formula, loose []term }

// loosen replaces the sizes of classes by any numbers, the same for the same class. If
// what comes out cannot hold, neither can the formula: most of what has to hold of blocks
// does whatever their sizes are, and is found much faster without them.
func (l *lists) loosen(s *system, formula []term) (loose []term) {
	parts, to := bv.Parts(formula...), map[term]term{}
	replace := func(t term) bool {
		if t.Op == bv.OpAdd && t.Args[1].IsConst() { // the builder moves constants
			t = t.Args[0]
		}
		found := parts[t] && !t.IsConst()
		if found {
			to[t] = s.Var(fmt.Sprintf("any%d", t.ID()), t.Width)
		}
		return found
	}
	for _, room := range l.rooms {
		replace(room)
	}
	var classes []class
	for _, c := range l.known {
		if !replace(c.size) {
			continue
		}
		for _, d := range classes {
			loose = append(loose, s.Implies(s.Eq(c.list, d.list), s.Eq(to[c.size], to[d.size])))
		}
		classes = append(classes, c)
	}
	for _, t := range formula {
		loose = append(loose, s.Substitute(t, to))
	}
	return loose
}
