// SPDX-License-Identifier: MIT OR Apache-2.0

package ledger

import (
	"testing"

	"github.com/genalloc/genalloc/contract"
)

// A block of 64 bytes and one of 4096 ended, and one behind them is live.
func TestLists(t *testing.T) {
	const start = 1024 + 496
	ask := func(size uint64) Request { return Request{Size: size, Align: 1, Pages: 1, Limit: 4} }
	for name, test := range map[string]struct {
		flags     string
		size      uint64
		at, pages uint64 // 0 for null
		want      string
	}{
		"the same class":                 {"", 64, 1536, 1, ""},
		"its least size":                 {"", 57, 1536, 1, ""},
		"a fresh block instead":          {"", 64, 9216, 1, "reuse"},
		"null instead":                   {"", 64, 0, 1, "null"},
		"a part of a larger one":         {"", 1000, 4096, 1, ""},
		"fresh memory is left":           {"", 1000, 9216, 1, ""},
		"growth instead":                 {"", 1000, 65536, 2, "split"},
		"no place":                       {"", 1000, 9216 + 64, 1, "place"},
		"further up than fresh memory":   {"", 100, 9216 + 128, 1, "waste"},
		"not split":                      {"--split=false", 1000, 0, 1, "null"}, // as there is fresh memory
		"a live block's end":             {"", 100, 8192, 1, "overlap"},
		"more than the largest":          {"", 1<<31 + 1, 16384, 1, "class"},
		"more than the largest, refused": {"", 1<<31 + 1, 0, 1, ""},
	} {
		c := contract.Must(contract.Parse("--strategy=lists " + test.flags))
		l := New(c, 1024, contract.PageSize)
		for _, b := range []struct{ size, at uint64 }{{64, 1536}, {4096, 4096}, {1000, 8192}} {
			if breach := l.Placed(ask(b.size), b.at, 1); breach != nil {
				t.Fatalf("%s: before: %v", name, breach)
			}
		}
		l.Ended(Block{Span: Span{1536, 1600}}, Block{Span: Span{4096, 8192}})
		got := ""
		if test.at == 0 {
			got = rule(l.Refused(ask(test.size)))
		} else {
			got = rule(l.Placed(ask(test.size), test.at, test.pages))
		}
		if got != test.want {
			t.Errorf("%s: breaks %q, want %q", name, got, test.want)
		}
	}
	if l := LayoutOf(contract.Must(contract.Parse("--strategy=lists")), 1024, contract.PageSize); l.Start != start {
		t.Errorf("blocks start at %d, want %d", l.Start, start)
	}
}
