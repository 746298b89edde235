// SPDX-License-Identifier: MIT OR Apache-2.0

package judge

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// Whatever byte of a filled range is changed, it is found, wherever the range
// starts in the pattern.
func TestPattern(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := make([]byte, rapid.IntRange(1, 100).Draw(t, "size"))
		seed, off := rapid.Uint64().Draw(t, "seed"), rapid.Uint64Range(0, 1<<33).Draw(t, "offset")
		fill(b, seed, off)
		if i := differs(b, seed, off); i >= 0 {
			t.Fatalf("byte %d differs as filled", i)
		}
		if bytes.IndexByte(b, 0) >= 0 {
			t.Fatal("a byte of the pattern is 0")
		}
		i := rapid.IntRange(0, len(b)-1).Draw(t, "index")
		b[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "change"))
		if got := differs(b, seed, off); got != i {
			t.Fatalf("byte %d differs, want %d", got, i)
		}
		clear(b)
		b[i] = 1
		if got := nonZero(b); got != i {
			t.Fatalf("byte %d is not 0, want %d", got, i)
		}
	})
}

// Windows are in order, in bounds, and have both ends.
func TestWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Uint64Range(1, 1<<32).Draw(t, "size")
		last := uint64(0)
		for from, to := range windows(size) {
			if from < last || to <= from || to > size || last == 0 && from != 0 {
				t.Fatalf("[%d, %d) after %d in %d", from, to, last, size)
			}
			last = to
		}
		if last != size {
			t.Fatalf("the last window ends at %d of %d", last, size)
		}
	})
}
