// SPDX-License-Identifier: MIT OR Apache-2.0

package script

import (
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
)

// A script that uses a block after giving it back is refused. After a resize, which
// the allocator may have refused, either block may be named.
func TestBlocks(t *testing.T) {
	const start = "p = alloc 1 1\n"
	for text, want := range map[string]string{
		"free p\nfree p":                           `script line 3: block "p" was given back on line 2`,
		"free p\nq = realloc p 2":                  `script line 3: block "p" was given back on line 2`,
		"q = realloc p 2\nfree q\nfree p":          `script line 4: block "p" was resized on line 2: use what that line makes`,
		"q = realloc p 2\nfree p\nfree q":          `script line 4: block "q" is what line 2 resized, but line 3 uses the block from before`,
		"p = realloc p 2\nfree p\nfree p":          `script line 4: block "p" was given back on line 3`,
		"q = realloc p 2\nr = realloc q 3\nfree p": `script line 4: block "p" was resized on line 2`,
		"q = realloc p 2\nr = realloc p 3\nfree q": `script line 4: block "q" is what line 2 resized`,

		"free p\np = alloc 1 1\nfree p":            "",
		"q = realloc p 2\nfree q":                  "",
		"q = realloc p 2\nfree p":                  "",
		"q = realloc p 2\nr = realloc p 3\nfree r": "",
		"p = realloc p 2\np = realloc p 3\nfree p": "",
		"q = alloc 1 1\nfree p\nfree q":            "",
	} {
		_, err := Parse(start+text, contract.Default())
		switch {
		case want == "" && err != nil:
			t.Errorf("%q: %v", text, err)
		case want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)):
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
	c, err := contract.Parse("--abi=c")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse("free null\nfree null\np = realloc null 1\nq = realloc null 1\nfree p\nfree q", c); err != nil {
		t.Errorf("null is no block to give back: %v", err)
	}
}
