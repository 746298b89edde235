// SPDX-License-Identifier: MIT OR Apache-2.0

package judge

import (
	"cmp"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/scope"
	"github.com/genalloc/genalloc/validate/script"
)

// Has reports whether the module has a function for the operation.
func (s *Session) Has(op script.Op) bool { return s.abi.has(op) }

// Alloc makes a block, by alloc or by another function that makes blocks. It is nil
// if there is none.
func (s *Session) Alloc(size, align uint64) *Block {
	for _, op := range makers {
		if s.abi.has(op) {
			return s.Do(script.Call{Op: op, Size: size, Align: align})
		}
	}
	return nil
}

// Take makes blocks of n bytes together, and returns the last: one block, unless the
// scope bounds requests.
func (s *Session) Take(n uint64) *Block {
	b := s.Alloc(n, 1)
	for b != nil && b.Size() < n {
		n -= min(n, b.Size()+s.Lead())
		b = s.Alloc(n, 1)
	}
	return b
}

// AllocZeroed makes a block of zeroes; nil if there is none.
func (s *Session) AllocZeroed(size, align uint64) *Block {
	return s.Do(script.Call{Op: script.OpAllocZeroed, Size: size, Align: align})
}

// Memalign makes a block by posix_memalign; nil if there is none.
func (s *Session) Memalign(size, align uint64) *Block {
	return s.Do(script.Call{Op: script.OpMemalign, Size: size, Align: align})
}

// Realloc returns the block at its new place and size, or nil if b stays as it is.
func (s *Session) Realloc(b *Block, size uint64) *Block {
	if b == nil {
		return nil
	}
	return s.Do(script.Call{Op: script.OpRealloc, Block: b.Number, Size: size})
}

// Resize returns the block at its new place and size, or b where it stays as it is.
func (s *Session) Resize(b *Block, size uint64) *Block {
	return cmp.Or(s.Realloc(b, size), b)
}

// ReallocNull resizes null, which makes a block; nil if there is none.
func (s *Session) ReallocNull(size uint64) *Block {
	return s.Do(script.Call{Op: script.OpRealloc, Block: script.Null, Size: size})
}

// Free gives a block back. Of nil it does nothing.
func (s *Session) Free(b *Block) {
	if b != nil {
		s.Do(script.Call{Op: script.OpFree, Block: b.Number})
	}
}

// FreeNull gives null back.
func (s *Session) FreeNull() { s.Do(script.Call{Op: script.OpFree, Block: script.Null}) }

// Usable asks for the size of the block with a number, or of [script.Null].
func (s *Session) Usable(block int) { s.Do(script.Call{Op: script.OpUsable, Block: block}) }

// Write repeats a word over all of a block, as the program whose block it is.
func (s *Session) Write(b *Block, word uint64) {
	if b != nil {
		s.Do(script.Call{Op: script.OpWrite, Block: b.Number, Size: word & (1<<32 - 1)})
	}
}

// Misuse does with a block what a kind of fault is about. The block may end.
func (s *Session) Misuse(b *Block, kind int) {
	if b != nil {
		s.Do(script.Call{Op: script.OpMisuse, Block: b.Number, Size: uint64(kind)})
	}
}

// Mark makes a mark and returns its number; that of no mark if the function is absent.
func (s *Session) Mark() int {
	if s.Do(script.Call{Op: script.OpMark}); len(s.Log) == 0 || s.Log[len(s.Log)-1].Op != script.OpMark {
		return script.Null
	}
	return s.Log[len(s.Log)-1].Made
}

// Release releases the mark with a number. Of no mark it does nothing.
func (s *Session) Release(mark int) { s.Do(script.Call{Op: script.OpRelease, Block: mark}) }

// Reset ends the life of every block.
func (s *Session) Reset() { s.Do(script.Call{Op: script.OpReset}) }

// Grow grows the memory by so many pages, as somebody else.
func (s *Session) Grow(pages uint64) { s.Do(script.Call{Op: script.OpGrow, Size: pages}) }

// LimitTo refuses growth beyond so many pages from now on.
func (s *Session) LimitTo(pages uint64) { s.Do(script.Call{Op: script.OpLimit, Size: pages}) }

// Alive reports whether a block is the one that its number stands for.
func (s *Session) Alive(b *Block) bool { return s.blocks[b.Number] == b }

// Pages is the size of the memory.
func (s *Session) Pages() uint64 { return s.in.Pages() }

// Mem is the size of the memory in bytes.
func (s *Session) Mem() uint64 { return s.Pages() * contract.PageSize }

// Reach is the end in bytes of the largest memory that the allocator can get.
func (s *Session) Reach() uint64 { return ledger.Reach(s.Contract.Grow, s.Limit) }

// Top is the address from which on memory is unused, or above.
func (s *Session) Top() uint64 { return s.ledger.Top() }

// Own is the end of the allocator's memory around top.
func (s *Session) Own() uint64 { return s.ledger.Own() }

// Needed is the sum of what the blocks of each class took that were live at once, in
// bytes; 0 if the strategy has no classes.
func (s *Session) Needed() uint64 {
	if l, ok := s.ledger.(interface{ Needed() uint64 }); ok {
		return l.Needed()
	}
	return 0
}

// Left is the size of the largest block that fits without growth.
func (s *Session) Left() uint64 { return s.Room(s.Own()) }

// Rest is by how much the newest block can grow without growth of the memory.
func (s *Session) Rest() uint64 { return s.Own() - min(s.Top(), s.Own()) }

// Room is the size of the largest block that can end at end.
func (s *Session) Room(end uint64) uint64 {
	return end - min(ledger.Up(s.Top(), s.plain().whole)+s.Lead(), end)
}

// Lead is the number of bytes that the ABI keeps before a block of alignment 1.
func (s *Session) Lead() uint64 { return s.plain().lead }

func (s *Session) plain() shape { return s.abi.shape(request{op: script.OpAlloc, align: 1}) }

// Replay runs a script on a new instance. Blocks keep the numbers they had.
func Replay(m Module, c contract.Contract, sc scope.Scope, list script.Script) (*Session, error) {
	s, err := Open(m, c, sc, list.Setup)
	if err != nil {
		return nil, err
	}
	names := map[int]int{}
	for _, call := range list.Calls {
		if call.Op.Refers() && call.Block != script.Null {
			n, ok := names[call.Block]
			if !ok {
				continue
			}
			call.Block = n
		}
		if call.Op.Names() {
			names[call.Made] = len(s.blocks)
		}
		s.Do(call)
	}
	s.Close()
	return s, nil
}
