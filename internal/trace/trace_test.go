// SPDX-License-Identifier: MIT OR Apache-2.0

package trace

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func TestParse(t *testing.T) {
	got, err := Parse(strings.NewReader("Alloc(24),\n  Alloc(0)\t\n\n \r\nFree(1),\r\nFree(0)\nFree(0),\nAlloc(4294967295)"))
	want := []Op{{N: 24}, {}, {Free: true, N: 1}, {Free: true}, {Free: true}, {N: 4294967295}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	for text, want := range map[string]string{
		"":                                       "trace line 1: no operation in it",
		"\n\n":                                   "trace line 1: no operation in it",
		"Alloc(1),\nRealloc(1)":                  `trace line 2: "Realloc(1)" is neither Alloc(n) nor Free(k)`,
		"Alloc(24":                               `trace line 1: "Alloc(24" is neither`,
		"Alloc()":                                `trace line 1: "Alloc()" is neither`,
		"Alloc(-1)":                              `trace line 1: "Alloc(-1)" is neither`,
		"Alloc(+1)":                              `trace line 1: "Alloc(+1)" is neither`,
		"Alloc(4294967296)":                      "trace line 1: 4294967296 does not fit 32 bits",
		"Alloc(1)\n\nFree(1),":                   "trace line 3: allocation 1 is not made by any line above",
		strings.Repeat("x", 100):                 `trace line 1: "` + strings.Repeat("x", 40) + `" is neither`,
		"Alloc(1)\n" + strings.Repeat("x", 1e5):  "trace line 2: longer than 4096 bytes",
		"Alloc(" + strings.Repeat("9", 99) + ")": "trace line 1: " + strings.Repeat("9", 40) + " does not fit",
	} {
		if _, err := Parse(strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.50q: got %v, want %s", text, err, want)
		}
	}
	broken := errors.New("broken")
	if _, err := Parse(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got %v, want what the reader says", err)
	}
}
