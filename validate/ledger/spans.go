// SPDX-License-Identifier: MIT OR Apache-2.0

package ledger

import (
	"slices"
	"sort"
)

// spans are disjoint and sorted by address. None is empty.
type spans []Span

// after returns the index of the first that ends behind addr.
func (s spans) after(addr uint64) int {
	return sort.Search(len(s), func(i int) bool { return s[i].To > addr })
}

// touching returns those that share a byte with x.
func (s spans) touching(x Span) spans {
	i := s.after(x.From)
	n := i
	for n < len(s) && s[n].From < x.To {
		n++
	}
	return s[i:n]
}

// replace puts x in the place of all that share a byte with it, and drop only removes them.
func (s *spans) replace(x Span) {
	i := s.after(x.From)
	*s = slices.Replace(*s, i, i+len(s.touching(x)), x)
}

func (s *spans) drop(x Span) {
	i := s.after(x.From)
	*s = slices.Delete(*s, i, i+len(s.touching(x)))
}
