// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

import "slices"

// Lit is a literal in the way of DIMACS: v for the variable v >= 1, -v for its
// negation.
type Lit int32

// Formula is a conjunction of clauses over the variables 1 to NumVars.
type Formula struct {
	NumVars int
	Clauses [][]Lit
}

// Add appends a clause. The slice is kept.
func (f *Formula) Add(clause ...Lit) { f.Clauses = append(f.Clauses, clause) }

// Model assigns a value to each variable; index 0 is unused.
type Model []bool

// Satisfies tells whether m makes every clause of f true.
func (m Model) Satisfies(f *Formula) bool {
	for _, c := range f.Clauses {
		if !slices.ContainsFunc(c, func(l Lit) bool { return l > 0 && m[l] || l < 0 && !m[-l] }) {
			return false
		}
	}
	return true
}
