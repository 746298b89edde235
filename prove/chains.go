// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strconv"

	"github.com/genalloc/genalloc/prove/sat"
)

// packProof writes a proof as text, a line a chain: the clauses of the formula that it
// names, a slash, and the derived ones, each as the number of steps that it lies back.
// Both are sorted, and each number is the difference to the one before, since small
// numbers compress well. The order in which they resolve is found again: see
// sat.Ordered. first is the number of clauses of the formula.
func packProof(proof sat.Proof, first int) []byte {
	var b []byte
	for i, c := range proof {
		var given, derived []int
		for _, id := range c {
			if n := int(id) - first; n >= 0 {
				derived = append(derived, i-n)
			} else {
				given = append(given, int(id))
			}
		}
		b = appendDifferences(b, given)
		b = append(b, '/')
		b = appendDifferences(b, derived)
		b = append(b, '\n')
	}
	return b
}

func appendDifferences(b []byte, list []int) []byte {
	slices.Sort(list)
	last := 0
	for i, n := range list {
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, int64(n-last), 10)
		last = n
	}
	return b
}

var errChains = errors.New("the recorded steps are damaged")

// unpackProof reads what packProof wrote, of a formula.
func unpackProof(text []byte, f *sat.Formula) (sat.Proof, error) {
	var sets sat.Proof
	for line := range bytes.Lines(text) {
		given, derived, ok := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte("/"))
		set, err := addDifferences(nil, given, func(n int) int { return n })
		if err == nil {
			last := len(f.Clauses) + len(sets)
			set, err = addDifferences(set, derived, func(n int) int { return last - n })
		}
		if err != nil || !ok {
			return nil, errChains
		}
		sets = append(sets, set)
	}
	return sat.Ordered(f, sets)
}

func addDifferences(set sat.Chain, text []byte, id func(int) int) (sat.Chain, error) {
	n := 0
	for word := range bytes.FieldsSeq(text) {
		d, err := strconv.ParseUint(string(word), 10, 31)
		if err != nil || n+int(d) > math.MaxInt32 {
			return nil, errChains
		}
		n += int(d)
		set = append(set, int32(id(n)))
	}
	return set, nil
}
