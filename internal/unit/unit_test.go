// SPDX-License-Identifier: MIT OR Apache-2.0

package unit

import "testing"

func TestCount(t *testing.T) {
	for n, want := range map[uint64]string{0: "0 calls", 1: "1 call", 2: "2 calls"} {
		if got := Count(n, "call"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
