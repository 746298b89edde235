// SPDX-License-Identifier: MIT OR Apache-2.0

package bv

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// DIMACS writes the clauses. Each comment becomes a line at the top; then a line for each
// variable of the terms has the numbers of its bits in the clauses, the lowest first.
func (s *Blaster) DIMACS(w io.Writer, comments ...string) error {
	b := bufio.NewWriter(w) // which keeps the first error for Flush
	for _, c := range comments {
		fmt.Fprintf(b, "c %s\n", strings.ReplaceAll(c, "\n", "\nc "))
	}
	for _, v := range s.vars {
		fmt.Fprintf(b, "c %s: %s\n", v.Name, strings.Trim(fmt.Sprint(s.bits[v]), "[]"))
	}
	f := s.Formula()
	fmt.Fprintf(b, "p cnf %d %d\n", f.NumVars, len(f.Clauses))
	for _, c := range f.Clauses {
		for _, l := range c {
			fmt.Fprintf(b, "%d ", l)
		}
		b.WriteString("0\n")
	}
	return b.Flush()
}
