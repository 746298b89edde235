// SPDX-License-Identifier: MIT OR Apache-2.0

package script

import (
	"strings"
	"testing"
)

func TestParseTrace(t *testing.T) {
	calls, err := ParseTrace(strings.NewReader("Alloc(24),\nAlloc(0),\n\nFree(1),\nFree(0),\nFree(0),\n"))
	if err != nil || len(calls) != 4 {
		t.Fatalf("%v, %v", calls, err)
	}
	for _, text := range []string{"Alloc(24", "Free(0),", "Alloc(-1),", "Realloc(1),", "Alloc(4294967296),", "nonsense"} {
		if _, err := ParseTrace(strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), "trace line 1: ") {
			t.Errorf("%q: error %v", text, err)
		}
	}
}
