// SPDX-License-Identifier: MIT OR Apache-2.0

package interleave

import "github.com/genalloc/genalloc/wasm"

// mostThreads is how many threads a program may have.
const mostThreads = 4

// A clock says how many accesses of each thread come before a moment.
type clock [mostThreads]int

func (c *clock) join(o clock) {
	for i := range c {
		c[i] = max(c[i], o[i])
	}
}

// A word is the address of 4 bytes, divided by 4.
type word uint64

// sizeWord stands for the size of the memory.
const sizeWord word = 1 << 40

// A cell has the last accesses of a word.
type cell struct {
	reads, writes           clock // by each thread's own count
	plainReads, plainWrites clock // of these, the module's that are not atomic
	atomicReads             clock // and those that are, and do not write
	released                clock // what comes before an atomic read of it
}

// An access is of some bytes of the memory, or of its size.
type access struct {
	first, last  word
	write        bool // it writes, and may read as well
	read         bool
	atomic, user bool // user: by the program, and not by the module
}

// plain reports whether the module makes the access, with no order to other threads'.
func (a access) plain() bool { return !a.atomic && !a.user }

// wordsOf returns the access of the bytes from an address on.
func wordsOf(from, size uint64) access {
	return access{first: word(from / 4), last: word((from + max(size, 1) - 1) / 4)}
}

// A conflict is what two accesses of a word mean for each other.
type conflict int

// The conflicts, from none on.
const (
	ordered conflict = iota
	open             // they may come in either order
	doubt            // and one is an atomic read, the other a plain write: what is read has to be thrown away
	race             // and one is plain, so that not even their own results are defined
)

// with compares an access with the last ones of another thread.
func (c *cell) with(a access, other int, now clock) conflict {
	after := func(last clock) bool { return last[other] > now[other] }
	switch {
	case !after(c.writes) && !(a.write && after(c.reads)):
		return ordered
	case a.write && (after(c.plainReads) || after(c.plainWrites)):
		return race
	case a.plain() && after(c.writes):
		return race
	case a.plain() && a.write && after(c.atomicReads), a.atomic && after(c.plainWrites):
		return doubt
	case !a.atomic && after(c.plainWrites):
		return race
	}
	return open
}

// enter notes an access, and what an atomic one puts before what follows.
func (c *cell) enter(a access, by int, now *clock) {
	at := now[by]
	if a.read {
		c.reads[by] = at
	}
	if a.write {
		c.writes[by] = at
	}
	if a.plain() && a.read {
		c.plainReads[by] = at
	}
	if a.plain() && a.write {
		c.plainWrites[by] = at
	}
	if a.atomic && a.read && !a.write {
		c.atomicReads[by] = at
	}
	if a.atomic && a.read {
		now.join(c.released)
	}
	if a.atomic && a.write {
		c.released.join(*now)
	}
}

// accessesOf returns what an instruction accesses with given operands.
func (s site) accessesOf(operands []uint64) []access {
	in := s.instr
	at := func(i int, size uint64, write bool) access {
		a := wordsOf(operands[i], size)
		a.read, a.write = !write, write
		return a
	}
	switch in.Op {
	case wasm.OpMemorySize:
		return []access{{first: sizeWord, last: sizeWord, read: true, atomic: true}}
	case wasm.OpMemoryGrow:
		return []access{{first: sizeWord, last: sizeWord, read: true, write: true, atomic: true}}
	case wasm.OpMemoryCopy:
		return []access{at(1, operands[2], false), at(0, operands[2], true)}
	}
	if in.Op.Info().Imm != wasm.ImmMem { // memory.fill and memory.init
		return []access{at(0, operands[2], true)}
	}
	a := wordsOf(operands[0]+in.Mem.Offset, 1<<in.Op.Info().Align)
	a.atomic = in.Op > 0xfe00
	a.read = len(s.sig.Results) > 0
	a.write = len(s.sig.Params) > 1
	return []access{a}
}
