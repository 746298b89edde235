// SPDX-License-Identifier: MIT OR Apache-2.0

package script

import (
	"testing"

	"github.com/genalloc/genalloc/contract"
)

// FuzzScript: what can be parsed is printed as it was, and runs.
func FuzzScript(f *testing.F) {
	f.Add("base 2048\npages 3\np0 = alloc 16 8\ngrow 1\np1 = realloc p0 64 # moves\nfree p1\nlimit 10\n")
	f.Add("x=alloc_zeroed 0xffff 0x10000\nfree x\nfree x\n")
	f.Add("a = mark\nx = alloc 1 1\nb = mark\nrelease a\nrelease b\nreset\n")
	c, err := contract.Parse("--memory=import --initial-pages=2 --heap-base=import:env.__heap_base --oom=trap --dirty")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, err := Parse(text, c)
		if err != nil {
			return
		}
		again, err := Parse(first.String(), c)
		if err != nil || again.String() != first.String() {
			t.Errorf("%v\n%s\nbecame\n%s", err, first, again)
		}
	})
}
