// SPDX-License-Identifier: MIT OR Apache-2.0

package judge

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"

	"github.com/genalloc/genalloc/validate/ledger"
)

// Every byte that the judge writes depends on its owner's seed and on its offset, so a
// byte that is overwritten, off by one or copied from elsewhere is found. No byte is 0,
// so a written one never looks like cleared memory. Only what a program writes by a
// script's line may be anything.

// word returns the 8 bytes at offset 8*i of the owner's pattern.
func word(seed, i uint64) uint64 {
	if seed&wordSeed != 0 {
		return seed<<32 | seed&(1<<32-1)
	}
	x := (seed + i) * 0x9e3779b97f4a7c15
	x ^= x >> 29
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 32
	return x | 0x0101010101010101
}

func patternByte(seed, off uint64) byte { return byte(word(seed, off/8) >> (8 * (off % 8))) }

// fill writes the pattern from offset off on into b.
func fill(b []byte, seed, off uint64) {
	for len(b) > 0 && off%8 != 0 {
		b[0] = patternByte(seed, off)
		b, off = b[1:], off+1
	}
	i := off / 8
	for ; len(b) >= 8; b, i = b[8:], i+1 {
		binary.LittleEndian.PutUint64(b, word(seed, i))
	}
	for j := range b {
		b[j] = patternByte(seed, i*8+uint64(j))
	}
}

// differs returns the index of the first byte of b that is not the pattern's
// from offset off on, or -1.
func differs(b []byte, seed, off uint64) int {
	want := make([]byte, len(b))
	fill(want, seed, off)
	return unequal(b, want)
}

// zeros is as long as anything that nonZero looks at.
var zeros [1 << 20]byte

// nonZero returns the index of the first byte of b that is not 0, or -1.
func nonZero(b []byte) int { return unequal(b, zeros[:len(b)]) }

// unequal returns the index of the first byte in which a and b differ, or -1.
func unequal(a, b []byte) int {
	if bytes.Equal(a, b) {
		return -1
	}
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return -1
}

// A memory of 4 GiB is cheap only while few of its pages are touched, so the judge
// writes and reads only windows of a large block.
const (
	wholeBytes   = 16 << 10 // up to here, every byte
	edgeBytes    = 4 << 10  // beyond, so much at both ends
	windowBytes  = 64       // and windows in between
	windowsInner = 8
	windowsLarge = 2       // fewer from largeBytes on: there each may cost
	largeBytes   = 1 << 20 // the system the clearing of a huge page
)

// windows are the ranges of [0, size) that the judge looks at, in order. They depend on
// size alone.
func windows(size uint64) iter.Seq2[uint64, uint64] {
	return func(yield func(from, to uint64) bool) {
		switch {
		case size == 0:
			return
		case size <= wholeBytes:
			yield(0, size)
			return
		case !yield(0, edgeBytes):
			return
		}
		inner := uint64(windowsInner)
		if size >= largeBytes {
			inner = windowsLarge
		}
		step := (size - 2*edgeBytes) / inner
		for i := uint64(1); i <= inner; i++ {
			// Anywhere in its part, so that blocks of other sizes show other places.
			from := edgeBytes + (i-1)*step + word(size, i)%(step-windowBytes)
			if !yield(from, from+windowBytes) {
				return
			}
		}
		yield(size-edgeBytes, size)
	}
}

// checkContents judges that the first n bytes of a block are as they were written. Which
// bytes were written depends on the size that the block had then.
func (s *Session) checkContents(written ledger.Span, seed, n uint64) {
	if at, ok := s.intact(written, seed, n); !ok {
		s.Fail("contents", fmt.Sprintf("the block at %#x keeps its bytes", written.From), "byte %d of it was overwritten", at-written.From)
	}
}

// checkZero judges that a block is all zero: every byte of up to 1 MiB, and 64 KiB at
// both ends of a larger one.
func (s *Session) checkZero(b *Block) {
	const whole, edge = uint64(len(zeros)), 64 << 10
	look := func(from, to uint64) {
		bytes := s.view(from, to)
		if i := nonZero(bytes); i >= 0 {
			at := from + uint64(i)
			s.Fail("zeroing", "every byte is 0", "byte %d, at %#x, is %#x", at-b.From, at, bytes[i])
		}
	}
	switch {
	case b.Size() == 0: // anywhere, even beyond the memory
	case b.Size() <= whole:
		look(b.From, b.To)
	default:
		look(b.From, b.From+edge)
		look(b.To-edge, b.To)
	}
}
