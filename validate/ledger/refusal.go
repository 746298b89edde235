// SPDX-License-Identifier: MIT OR Apache-2.0

package ledger

// A refusal is the smallest request that was refused in a state of the ledger. A
// request for as much in the same state has to be refused as well, since a refusal
// changes nothing.
type refusal struct {
	noted             bool
	size, align       uint64 // bytes
	top, pages, limit uint64 // the state
}

func (f *refusal) same(b *bump, r Request) bool {
	return f.noted && f.top == b.top && f.pages == r.Pages && f.limit == r.Limit
}

// note keeps a request that was refused, if none that is smaller is known.
func (f *refusal) note(b *bump, r Request) {
	if !f.same(b, r) || r.Size <= f.size && r.Align <= f.align {
		*f = refusal{true, r.Size, r.Align, b.top, r.Pages, r.Limit}
	}
}

// covers reports whether a request asks for as much as the one that was refused.
func (f *refusal) covers(b *bump, r Request) bool {
	return f.same(b, r) && r.Size >= f.size && r.Align >= f.align
}
