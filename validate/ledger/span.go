// SPDX-License-Identifier: MIT OR Apache-2.0

package ledger

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
