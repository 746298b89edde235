// SPDX-License-Identifier: MIT OR Apache-2.0

package ledger

import (
	"testing"

	"github.com/genalloc/genalloc/contract"
)

// The newest block is owed again when it ends, and its tail when it shrinks. Any other
// block is owed as little as by a bump allocator.
func TestStack(t *testing.T) {
	block := func(from, to uint64) Block { return Block{Span: Span{from, to}} }
	for name, test := range map[string]struct {
		flags  string
		before func(Ledger)
		latest uint64 // where the next byte has to be, at most
	}{
		"nothing ended":  {"", func(Ledger) {}, 1224},
		"the newest":     {"", func(l Ledger) { l.Ended(block(1124, 1224)) }, 1124},
		"another":        {"", func(l Ledger) { l.Ended(block(1024, 1124)) }, 1224},
		"both, reversed": {"", func(l Ledger) { l.Ended(block(1124, 1224)); l.Ended(block(1024, 1124)) }, 1024},
		"both at once":   {"", func(l Ledger) { l.Ended(block(1024, 1124), block(1124, 1224)) }, 1024},
		"a tail":         {"", func(l Ledger) { shrink(l, block(1124, 1224), 10) }, 1134},
		"another's tail": {"", func(l Ledger) { shrink(l, block(1024, 1124), 10) }, 1224},
		"a shrunk block": {"", func(l Ledger) {
			shrink(l, block(1024, 1124), 10)
			l.Ended(block(1124, 1224))
			l.Ended(block(1024, 1034))
		}, 1124},
		"a shrunk block of C's": {"--abi=c", func(l Ledger) {
			shrink(l, block(1024, 1124), 10)
			l.Ended(block(1124, 1224))
			l.Ended(block(1024, 1034))
		}, 1024},
		"behind a wide lead": {"", func(l Ledger) {
			l.Placed(Request{Size: 5, Lead: 64, Align: 64, Pages: 1, Limit: 1}, 1344, 1)
			l.Ended(Block{Span{1344, 1349}, 64})
		}, 1344 - headerSize},
	} {
		c := contract.Must(contract.Parse("--strategy=stack " + test.flags))
		for at, want := range map[uint64]string{test.latest: "", test.latest + 1: "waste"} {
			l := New(c, 1024, contract.PageSize)
			for _, at := range []uint64{1024, 1124} {
				if b := l.Placed(Request{Size: 100, Align: 1, Pages: 1, Limit: 1}, at, 1); b != nil {
					t.Fatal(b)
				}
			}
			test.before(l)
			if got := rule(l.Placed(Request{Size: 1, Align: 1, Pages: 1, Limit: 1}, at, 1)); got != want {
				t.Errorf("%s: a block at %d breaks %q, want %q", name, at, got, want)
			}
		}
	}
}

func shrink(l Ledger, b Block, size uint64) {
	l.Placed(Request{Size: size, Align: 1, Old: &b, Pages: 1, Limit: 1}, b.From, 1)
}
