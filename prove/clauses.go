// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"bytes"
	"errors"
	"slices"
	"strconv"

	"github.com/genalloc/genalloc/prove/sat"
)

// packProof writes what a proof derives as text. The first line has the runs of the
// formula's clauses that it uses. Each clause that it derives has a line: the literals by
// variable, as DIMACS numbers them, 0, and the span.
func packProof(o sat.Outline) []byte {
	var b []byte
	for _, n := range o.Uses {
		b = append(strconv.AppendInt(b, int64(n), 10), ' ')
	}
	b = append(b, '\n')
	for i, c := range o.Clauses {
		slices.SortFunc(c, func(a, b sat.Lit) int { return int(max(a, -a) - max(b, -b)) })
		for _, l := range c {
			b = append(strconv.AppendInt(b, int64(l), 10), ' ')
		}
		b = append(strconv.AppendInt(append(b, "0 "...), int64(o.Spans[i]), 10), '\n')
	}
	return b
}

// mostSpan is a span that reaches the end of any proof.
const mostSpan = 30

var errDamaged = errors.New("the recorded clauses are damaged")

// unpackProof reads what packProof wrote, and makes a proof of it.
func unpackProof(text []byte, f *sat.Formula) (sat.Proof, error) {
	var o sat.Outline
	first, text, _ := bytes.Cut(text, []byte("\n"))
	for word := range bytes.FieldsSeq(first) {
		n, err := strconv.Atoi(string(word))
		if err != nil {
			return nil, errDamaged
		}
		o.Uses = append(o.Uses, n)
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
		end := len(c) - 2
		if end < 0 || c[end] != 0 || c[end+1] < 0 || c[end+1] > mostSpan {
			return nil, errDamaged
		}
		o.Clauses, o.Spans = append(o.Clauses, c[:end]), append(o.Spans, int(c[end+1]))
	}
	return o.Derive(f)
}
