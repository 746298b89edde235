// SPDX-License-Identifier: MIT OR Apache-2.0

package ledger

import (
	"testing"

	"github.com/genalloc/genalloc/contract"
)

// Every strategy has a ledger.
func TestStrategies(t *testing.T) {
	for _, row := range contract.Strategies {
		if strategies[row.Name].open == nil {
			t.Errorf("strategy %s: no ledger", row.Name)
		}
	}
}

// rule returns the rule that was broken, or "".
func rule(b *Breach) string {
	if b == nil {
		return ""
	}
	return b.Rule
}

// After a refusal as much is refused again, until a block ends.
func TestRefusalEnds(t *testing.T) {
	const size = 2 * contract.PageSize
	b := New(contract.Default(), 1024, contract.PageSize)
	at := uint64(1024)
	old := Block{Span: Span{at, at + 60_000}}
	ask := Request{Size: size, Align: 1, Pages: 1, Limit: 2}
	again := func() string { return rule(b.Placed(ask, at, 2)) }
	if got := rule(b.Placed(Request{Size: 60_000, Align: 1, Pages: 1, Limit: 2}, at, 1)); got != "" {
		t.Fatalf("the first block breaks %s", got)
	}
	if got := rule(b.Refused(ask)); got != "" {
		t.Fatalf("a refusal where there is no room breaks %s", got)
	}
	if got := again(); got != "refusal" {
		t.Errorf("as much right after breaks %q, want refusal", got)
	}
	ask.Size--
	if got := again(); got == "refusal" {
		t.Error("less than was refused breaks refusal")
	}
	ask.Size++
	b.Ended(old)
	if got := again(); got == "refusal" {
		t.Error("as much after the end of a block breaks refusal")
	}
}

// After a release, blocks begin at the mark again, but never below pages of somebody
// else that a block lies behind. What was used has to be cleared.
func TestRewound(t *testing.T) {
	b := New(contract.Must(contract.Parse("--abi=core,arena")), 1024, contract.PageSize)
	place := func(size, at, had, pages uint64, want string) {
		t.Helper()
		if got := rule(b.Placed(Request{Size: size, Align: 1, Pages: had, Limit: 9}, at, pages)); got != want {
			t.Errorf("%d bytes at %#x break %q, want %q", size, at, got, want)
		}
	}
	place(100, 1024, 1, 1, "")
	mark := b.Marked()
	place(100, 1124, 1, 1, "")
	b.Rewound(mark)
	if got := b.Fill(1000); got != 100 {
		t.Errorf("%d bytes to clear, want 100", got)
	}
	place(50, 1224, 1, 1, "waste")
	place(50, 1124, 1, 1, "")
	b.Rewound(1150)
	b.Rewound(1160) // a mark above top
	place(50, 1151, 1, 1, "waste")
	place(65536, 2<<16, 2, 3, "") // behind a page of somebody else
	place(50, 3<<16, 3, 4, "")
	b.Rewound(mark)
	place(50, 2<<16+1, 4, 4, "waste")
	place(50, 2<<16, 4, 4, "")
	b.Rewound(0)
	place(50, 2<<16, 4, 4, "")
}

// A bump allocator owes the memory up to the limit, no address above the first that
// fits, growth by what is needed, and a newest block that grows in place.
func TestBump(t *testing.T) {
	old := Block{Span: Span{1024, 1124}}
	for name, test := range map[string]struct {
		ask       Request
		at, pages uint64 // 0: refused
		want      string
	}{
		"fits":           {Request{Size: 100, Align: 8, Pages: 1, Limit: 9}, 1128, 1, ""},
		"lower":          {Request{Size: 100, Align: 8, Pages: 1, Limit: 9}, 1024, 1, ""},
		"too high":       {Request{Size: 100, Align: 8, Pages: 1, Limit: 9}, 1136, 1, "waste"},
		"grew in vain":   {Request{Size: 100, Align: 8, Pages: 1, Limit: 9}, 1128, 2, "growth"},
		"needs growth":   {Request{Size: 65536, Align: 8, Pages: 1, Limit: 9}, 1128, 2, ""},
		"lead":           {Request{Size: 100, Lead: 16, Align: 16, Pages: 1, Limit: 9}, 1152, 1, ""},
		"lead too high":  {Request{Size: 100, Lead: 16, Align: 16, Pages: 1, Limit: 9}, 1168, 1, "waste"},
		"refused":        {Request{Size: 100, Align: 8, Pages: 1, Limit: 1}, 0, 1, "null"},
		"refused beyond": {Request{Size: 65536, Align: 8, Pages: 1, Limit: 1}, 0, 1, ""},
		"in place":       {Request{Size: 200, Align: 1, Old: &old, Pages: 1, Limit: 9}, 1024, 1, ""},
		"moved":          {Request{Size: 200, Align: 1, Old: &old, Pages: 1, Limit: 9}, 1124, 1, "in-place"},
		"shrinks, moved": {Request{Size: 50, Align: 1, Old: &old, Pages: 1, Limit: 9}, 1124, 1, "shrink"},
		"shrinks, null":  {Request{Size: 50, Align: 1, Old: &old, Pages: 1, Limit: 9}, 0, 1, "shrink"},
		"no room":        {Request{NoRoom: true, Align: 8, Pages: 1, Limit: 9}, 8, 1, ""},
		"no room, grown": {Request{NoRoom: true, Align: 8, Pages: 1, Limit: 9}, 8, 2, "growth"},
	} {
		b := New(contract.Default(), 1024, contract.PageSize)
		if got := rule(b.Placed(Request{Size: 100, Align: 1, Pages: 1, Limit: 9}, 1024, 1)); got != "" {
			t.Fatalf("%s: the first block breaks %s", name, got)
		}
		var got string
		if test.at == 0 {
			got = rule(b.Refused(test.ask))
		} else {
			got = rule(b.Placed(test.ask, test.at, test.pages))
		}
		if got != test.want {
			t.Errorf("%s: breaks %q, want %q", name, got, test.want)
		}
	}
}

// Of a third-party module only a refusal with ample room to grow is judged.
func TestThirdParty(t *testing.T) {
	c, err := contract.Parse("--strategy=any")
	if err != nil {
		t.Fatal(err)
	}
	l := New(c, 1024, contract.PageSize)
	ask := Request{Size: 100, Align: 8, Pages: 1, Limit: 3}
	if got := rule(l.Refused(ask)); got != "" {
		t.Errorf("a refusal with two pages left breaks %s", got)
	}
	if got := rule(l.Placed(ask, 40_000, 3)); got != "" {
		t.Errorf("a block anywhere breaks %s", got)
	}
	ask.Limit = 4
	if got := rule(l.Refused(ask)); got != "null" {
		t.Errorf("a refusal with room to grow breaks %q, want null", got)
	}
	if got := rule(l.Idle(1, 2)); got != "" {
		t.Errorf("growth without a block breaks %s", got)
	}
}
