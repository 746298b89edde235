// SPDX-License-Identifier: MIT OR Apache-2.0

package ledger

import (
	"slices"
	"sort"
)

// AddressSpace is the end of a 32-bit memory, in bytes.
const AddressSpace = 1 << 32

// A Span is the bytes [From, To). Addresses are 64 bits wide here, so that no sum
// of two of them wraps.
type Span struct{ From, To uint64 }

// Size returns its number of bytes.
func (s Span) Size() uint64 { return s.To - s.From }

// Overlaps reports whether they share a byte. An empty span shares none.
func (s Span) Overlaps(o Span) bool { return max(s.From, o.From) < min(s.To, o.To) }

// Up rounds an address up to a multiple of align, a power of two.
func Up(addr, align uint64) uint64 { return (addr + align - 1) &^ (align - 1) }

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

// cut removes the bytes of x.
func (s *spans) cut(x Span) {
	touched := s.touching(x)
	if len(touched) == 0 {
		return
	}
	i := s.after(x.From)
	var left spans
	for _, part := range []Span{{touched[0].From, x.From}, {x.To, touched[len(touched)-1].To}} {
		if part.From < part.To {
			left = append(left, part)
		}
	}
	*s = slices.Replace(*s, i, i+len(touched), left...)
}
