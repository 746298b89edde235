// SPDX-License-Identifier: MIT OR Apache-2.0

package ledger

import "github.com/genalloc/genalloc/contract"

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

// Owned returns the end of what belongs to the allocator before the first call in a
// memory of mem bytes: the pages that the contract declares, and the rest of the
// page in which an imported base lies.
func Owned(c contract.Contract, base, mem uint64) uint64 {
	end := uint64(c.InitialPages) * contract.PageSize
	if c.HeapBase.Imported() {
		end = max(end, Up(base, contract.PageSize))
	}
	return min(end, mem)
}
