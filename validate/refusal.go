// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

// A refusal is a request that was refused, and the state in which it was. What asks
// for as much in the same state has to be refused, too: a refusal changes nothing.
type refusal struct {
	noted           bool
	size, align     uint64 // bytes
	top, mem, limit uint64 // of the state
}

// same reports whether the session is in the state of the refusal.
func (r *refusal) same(s *session) bool {
	return r.noted && r.top == s.bump.top && r.mem == s.oracle.mem && r.limit == s.limit
}

// note keeps a refusal if it is less than what is known to be refused.
func (r *refusal) note(s *session, size uint64, sh shape) {
	if !r.same(s) || size <= r.size && sh.whole <= r.align {
		*r = refusal{true, size, sh.whole, s.bump.top, s.oracle.mem, s.limit}
	}
}

// covers reports whether a request asks for as much as the one that was refused.
func (r *refusal) covers(s *session, size uint64, sh shape) bool {
	return r.same(s) && size >= r.size && sh.whole >= r.align
}
