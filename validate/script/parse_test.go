// SPDX-License-Identifier: MIT OR Apache-2.0

package script

import (
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
)

func TestParse(t *testing.T) {
	script, err := Parse("limit 9 # pages\n\np0 = alloc 16 8\nfree p0\nlimit 12\ngrow 2\n", contract.Default())
	if err != nil {
		t.Fatal(err)
	}
	if want := "base 1024\npages 1\nlimit 9\np0 = alloc 16 8\nfree p0\nlimit 12\ngrow 2\n"; script.String() != want {
		t.Errorf("got\n%s", script)
	}
	script, err = Parse("a = mark\np = alloc 16 8\nb = mark\nrelease b\nrelease a\nreset\n", contract.Must(contract.Parse("--abi=core,arena")))
	if err != nil {
		t.Fatal(err)
	}
	if want := "base 1024\npages 1\nlimit 65535\nm0 = mark\np1 = alloc 16 8\nm2 = mark\nrelease m2\nrelease m0\nreset\n"; script.String() != want {
		t.Errorf("got\n%s", script)
	}
	for text, want := range map[string]string{
		"alloc 16":                  "alloc takes SIZE ALIGN",
		"p = alloc 16 3":            "alignment 3 is not a power of two",
		"p = alloc 4294967296 1":    "not a number from 0 to 2^32 - 1",
		"free p":                    `block "p" is not made`,
		"p = free q":                `block "q" is not made`,
		"pages 65537":               "more than the 65536 pages",
		"malloc 3":                  "is not one of alloc",
		"p = alloc 1 1\nq = grow 1": "script line 2: grow returns no block",
		"base":                      "base takes a number",
		"p = alloc 1 1\nrelease p":  `mark "p" is not made`,
		"m = mark\nfree m":          `block "m" is not made`,
		"m = reset":                 "reset returns no block",
		"reset 1":                   "reset takes nothing",
	} {
		if _, err := Parse(text, contract.Default()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}
