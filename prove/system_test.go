// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"slices"
	"testing"
	"time"
)

// systemOf is the system of a variant.
func systemOf(t *testing.T, text string, edits ...string) *system {
	t.Helper()
	m, c, h := variant(t, text, edits...)
	s, err := newSystem(m, c, h)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// callsOf returns the calls that the system's obligations are about.
func callsOf(t *testing.T, s *system) []*call {
	t.Helper()
	ks, err := s.calls()
	if err != nil {
		t.Fatal(err)
	}
	return ks
}

// obligationsOf returns what is to be proved of calls.
func obligationsOf(t *testing.T, s *system, ks []*call) []Obligation {
	t.Helper()
	all, err := s.obligations(ks)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// decideNamed decides one of the obligations, from nothing but the paths.
func decideNamed(t *testing.T, s *system, all []Obligation, name string) Result {
	t.Helper()
	i := slices.IndexFunc(all, func(ob Obligation) bool { return ob.Name == name })
	if i < 0 {
		t.Fatalf("no obligation %s", name)
	}
	return s.decide(t.Context(), all[i], s.questions(all[i], nil), Options{Timeout: 10 * time.Minute}, search(false, nil))
}

// whole expects all obligations of a system, so many at least, to be proved.
func whole(t *testing.T, s *system, least int) {
	t.Helper()
	r, err := s.run(t.Context(), Options{Timeout: 10 * time.Minute, Jobs: 2}, search(false, nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Err(); err != nil || len(r.Results) < least {
		t.Errorf("%d obligations, want %d at least, all proved: %v", len(r.Results), least, err)
	}
}
