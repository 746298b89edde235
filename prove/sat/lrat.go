// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

import (
	"bufio"
	"io"
	"slices"
	"strconv"
)

// LRAT writes a proof for checkers that read the format of that name: a line has the
// number of a clause, its literals, 0, and the clauses by which it follows if all its
// literals are false, in the order in which they propagate. That is the chain backwards.
// A line with d names clauses that are used no more.
func LRAT(w io.Writer, f *Formula, proof Proof) error {
	outline, err := NewOutline(f, proof)
	if err != nil {
		return err
	}
	unused := lastUses(len(f.Clauses)+len(proof), proof)
	b := bufio.NewWriter(w) // which keeps the first error for Flush
	var line []byte
	ids := func(numbers []int32) {
		for _, n := range numbers {
			line = append(strconv.AppendInt(line, int64(n)+1, 10), ' ')
		}
		line = append(line, "0\n"...)
	}
	for i, chain := range proof {
		id := int64(len(f.Clauses) + i + 1)
		line = append(strconv.AppendInt(line[:0], id, 10), ' ')
		for _, l := range outline.Clauses[i] {
			line = append(strconv.AppendInt(line, int64(l), 10), ' ')
		}
		line = append(line, "0 "...)
		hints := slices.Clone(chain)
		slices.Reverse(hints)
		ids(hints)
		if len(unused[i]) > 0 && len(outline.Clauses[i]) > 0 {
			line = append(strconv.AppendInt(line, id, 10), " d "...)
			ids(unused[i])
		}
		b.Write(line)
	}
	return b.Flush()
}

// lastUses returns for each chain of the proof which of n clauses it is the last to use.
func lastUses(n int, proof Proof) [][]int32 {
	last := make([]int, n)
	for i, chain := range proof {
		for _, id := range chain {
			last[id] = i + 1
		}
	}
	unused := make([][]int32, len(proof))
	for id, i := range last {
		if i > 0 {
			unused[i-1] = append(unused[i-1], int32(id))
		}
	}
	return unused
}
