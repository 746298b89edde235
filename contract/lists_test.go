// SPDX-License-Identifier: MIT OR Apache-2.0

package contract_test

import (
	"testing"

	"github.com/genalloc/genalloc/contract"
)

// TestClassSize: four classes lie between 64 and 128 bytes, at equal steps, and so in
// every doubling, but no two are closer than the unit. An alignment divides the class.
func TestClassSize(t *testing.T) {
	for text, sizes := range map[string]map[[2]uint64]uint64{
		"": {
			{0, 1}: 8, {1, 1}: 8, {8, 8}: 8, {9, 1}: 16, {17, 1}: 24, {33, 1}: 40, {57, 1}: 64, {65, 1}: 80, {80, 1}: 80,
			{81, 1}: 96, {112, 1}: 112, {113, 1}: 128, {129, 1}: 160, {4097, 1}: 5120, {1 << 31, 1}: 1 << 31,
			{1, 16}: 16, {17, 16}: 32, {33, 16}: 48, {65, 32}: 96, {81, 64}: 128, {1, 1 << 31}: 1 << 31, {1<<31 + 1, 1}: 5 << 29,
		},
		"--classes=1":   {{1, 1}: 8, {9, 1}: 16, {17, 1}: 32, {65, 1}: 128, {129, 1}: 256, {1<<30 + 1, 1}: 1 << 31},
		"--classes=2":   {{17, 1}: 24, {25, 1}: 32, {33, 1}: 48, {65, 1}: 96, {97, 1}: 128},
		"--classes=8":   {{65, 1}: 72, {73, 1}: 80, {129, 1}: 144, {145, 1}: 160, {1025, 1}: 1152},
		"--abi=c":       {{0, 1}: 16, {12, 1}: 16, {13, 1}: 32, {28, 16}: 32, {60, 16}: 64, {61, 16}: 80, {124, 16}: 128, {125, 16}: 160},
		"--min-align=8": {{1, 1}: 8},
	} {
		c := contract.Must(contract.Parse("--strategy=lists " + text))
		for ask, want := range sizes {
			if got := c.ClassSize(ask[0], ask[1]); got != want {
				t.Errorf("%q: %d bytes aligned to %d are in the class of %d, want %d", text, ask[0], ask[1], got, want)
			}
		}
	}
}

// TestHeads: each class has a head, and the search for a larger one ends at one more.
func TestHeads(t *testing.T) {
	for text, want := range map[string]struct{ first, size uint32 }{
		"":                                {5, 4 * (128 - 5 + 1)},
		"--classes=1":                     {3, 4 * (32 - 3 + 1)},
		"--classes=8":                     {9, 4 * (256 - 9 + 1)},
		"--abi=c":                         {9, 4 * (128 - 9 + 1)},
		"--max-block=8 --classes=1":       {31, 8},
		"--memory64":                      {4*3 - 7, 8 * (256 - 5 + 1)},
		"--memory64 --classes=1":          {3, 8 * (64 - 3 + 1)},
		"--memory64 --max-block=64":       {4*61 - 7 - 1, 8 * (256 - 236 + 1)},
		"--max-block=64":                  {4*29 - 7 - 1, 4 * (128 - 108 + 1)},
		"--max-block=4096 --classes=1":    {22, 4 * (32 - 22 + 1)},
		"--max-block=65536 --split=false": {4*19 - 7 - 1, 4 * (128 - 68 + 1)},
	} {
		c := contract.Must(contract.Parse("--strategy=lists " + text))
		if c.FirstHead() != want.first || c.HeadsSize() != want.size {
			t.Errorf("%q: %d bytes of heads from number %d, want %d from %d", text, c.HeadsSize(), c.FirstHead(), want.size, want.first)
		}
	}
	if got := contract.Default().HeadsSize(); got != 0 {
		t.Errorf("%d bytes of heads without lists", got)
	}
}
