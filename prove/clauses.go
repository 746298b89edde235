// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"bytes"
	"errors"
	"slices"
	"strconv"

	"github.com/genalloc/genalloc/prove/sat"
)

// packProof writes the clauses that a proof derives as text, a line each: the literals
// by variable, as DIMACS numbers them, and 0. Before them is a line of the runs of the
// formula's clauses that it uses. sat.Derive finds the chains again.
func packProof(uses sat.Runs, clauses [][]sat.Lit) []byte {
	var b []byte
	for _, n := range uses {
		b = append(strconv.AppendInt(b, int64(n), 10), ' ')
	}
	b = append(b, '\n')
	for _, c := range clauses {
		slices.SortFunc(c, func(a, b sat.Lit) int { return int(max(a, -a) - max(b, -b)) })
		for _, l := range c {
			b = append(strconv.AppendInt(b, int64(l), 10), ' ')
		}
		b = append(b, "0\n"...)
	}
	return b
}

var errDamaged = errors.New("the recorded clauses are damaged")

// unpackProof reads what packProof wrote, and makes a proof of it.
func unpackProof(text []byte, f *sat.Formula) (sat.Proof, error) {
	var uses sat.Runs
	var clauses [][]sat.Lit
	first, text, _ := bytes.Cut(text, []byte("\n"))
	for word := range bytes.FieldsSeq(first) {
		n, err := strconv.Atoi(string(word))
		if err != nil {
			return nil, errDamaged
		}
		uses = append(uses, n)
	}
	for line := range bytes.Lines(text) {
		var c []sat.Lit
		for word := range bytes.FieldsSeq(line) {
			l, err := strconv.ParseInt(string(word), 10, 32)
			if err != nil {
				return nil, errDamaged
			}
			c = append(c, sat.Lit(l))
		}
		last := len(c) - 1
		if last < 0 || c[last] != 0 {
			return nil, errDamaged
		}
		clauses = append(clauses, c[:last])
	}
	return sat.Derive(f, uses, clauses)
}
