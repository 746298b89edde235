// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/unit"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/report"
	"github.com/genalloc/genalloc/validate/scope"
	"github.com/genalloc/genalloc/validate/script"
)

// A Trial is one check on one engine: as many sessions as it likes.
type Trial struct {
	Contract contract.Contract // of one ABI
	ABI      contract.ABI      // its name, where the module has several
	Module   judge.Module
	Scope    scope.Scope
	Full     bool // judge everything, whatever it takes
	Ops      int  // calls of the random check; 0 for the level's own number
	Seed     uint64
	First    bool        // stop at the first failure
	Stop     func() bool // the user gave up

	Sessions []*judge.Session
	Err      error // an instance could not be made
}

// level returns the number for a quick judgement or for a full one.
func (t *Trial) level(quick, full int) int {
	if t.Full {
		return full
	}
	return quick
}

// each runs f in every world that the contract allows: one if the base is a number,
// several if it is imported.
func (t *Trial) each(f func(s *judge.Session)) {
	for _, setup := range worlds(t.Contract) {
		t.in(setup, f)
	}
}

// plain runs f in the world that the contract describes.
func (t *Trial) plain(f func(s *judge.Session)) { t.in(script.DefaultSetup(t.Contract), f) }

// across runs f for each value on a fresh heap, by one of the ways to run it.
func across[T any](run func(func(s *judge.Session)), values []T, f func(s *judge.Session, value T)) {
	for _, v := range values {
		run(func(s *judge.Session) { f(s, v) })
	}
}

// in runs f in one world.
func (t *Trial) in(setup script.Setup, f func(s *judge.Session)) {
	if !t.good() || t.Stop() {
		return
	}
	setup.ABI = t.ABI
	started := ledger.LayoutOf(t.Contract, setup.Base, setup.Pages*contract.PageSize).Mem / contract.PageSize
	if started > t.Contract.PageLimit() {
		return // no page is left for the heads
	}
	setup.Limit = max(setup.Limit, setup.Pages, started)
	var s *judge.Session
	if s, t.Err = judge.Open(t.Module, t.Contract, t.Scope, setup); t.Err != nil {
		return
	}
	t.Sessions = append(t.Sessions, s)
	f(s)
	s.Close()
}

// good reports whether there is anything more to learn. A session that broke a promise
// hides nothing from the next.
func (t *Trial) good() bool {
	f := t.last()
	return t.Err == nil && (f == nil || !t.First && f.Rule != report.Endless)
}

// last returns what went wrong in the last session.
func (t *Trial) last() *report.Failure {
	if n := len(t.Sessions); n > 0 {
		return t.Sessions[n-1].Failure
	}
	return nil
}

// Failures returns what went wrong: for each rule that was broken, the first failure.
func (t *Trial) Failures() []*report.Failure {
	var list []*report.Failure
	for _, s := range t.Sessions {
		same := func(f *report.Failure) bool { return f.Rule == s.Failure.Rule }
		if s.Failure != nil && !slices.ContainsFunc(list, same) {
			s.Failure.Script = s.Script()
			list = append(list, s.Failure)
		}
	}
	if t.Err != nil {
		list = append(list, &report.Failure{Rule: report.Instance, Expected: "a module that starts", Got: t.Err.Error()})
	}
	return list
}

// Endless reports whether the last call did not return.
func (t *Trial) Endless() bool {
	f := t.last()
	return f != nil && f.Rule == report.Endless
}

// Calls returns the number of calls made.
func (t *Trial) Calls() int {
	n := 0
	for _, s := range t.Sessions {
		n += len(s.Log)
	}
	return n
}

// Refusals sums up the requests that would have fitted.
func (t *Trial) Refusals() report.Refusals {
	var sum report.Refusals
	for _, s := range t.Sessions {
		sum.Add(s.Refusals)
	}
	return sum
}

// worlds returns the setups that the contract lets a host choose, the simplest first.
func worlds(c contract.Contract) []script.Setup {
	first := script.DefaultSetup(c)
	list := []script.Setup{first}
	if !c.HeapBase.Imported() {
		return list
	}
	initial := first.Pages * contract.PageSize
	bases := []uint64{1, 65535, 65536, 65537, initial - 1, initial}
	if room := uint64(c.StacksRoom()); room > 0 {
		bases = []uint64{1, initial - room}
	} else if heads := uint64(c.HeadsSize()); heads > 0 {
		// The last bases with the heads in front of the initial pages' end, and the first
		// behind it.
		bases = append(bases, initial-heads-4, initial-heads-3, initial-heads, initial-heads+1)
	}
	for _, base := range bases {
		s := first
		s.Base = base
		l := ledger.LayoutOf(c, base, initial)
		if base > initial || base == initial && !c.CanGrow() || !c.CanGrow() && l.Mem > initial || l.Heads.Overlaps(judge.Slots(c)) {
			continue // no linker lays out data there: it leaves null free
		}
		list = append(list, s)
	}
	if c.Memory == contract.ImportMemory && judgedPages(c) > uint64(c.InitialPages)+2 {
		// The base is in a page that the module does not declare.
		s := first
		s.Pages += 2
		s.Base = initial + contract.PageSize + 1000
		list = append(list, s)
	}
	return list
}

// Difference returns the first call that two engines answered differently in the same
// check, or nil. Checks choose their calls by the answers, so nothing can be learned
// from the calls after it.
func Difference(a, b *Trial, nameA, nameB string) *report.Failure {
	for i := 0; i < min(len(a.Sessions), len(b.Sessions)); i++ {
		sa, sb := a.Sessions[i], b.Sessions[i]
		for k := 0; k < min(len(sa.Log), len(sb.Log)); k++ {
			ca, cb := sa.Log[k], sb.Log[k]
			if outcome(ca) == outcome(cb) {
				continue
			}
			return &report.Failure{
				Rule: "engines", Call: ca.String(),
				Expected: "the same from " + nameA + " and " + nameB,
				Got:      fmt.Sprintf("%s from %s, %s from %s", outcome(ca), nameA, outcome(cb), nameB),
				Script:   &script.Script{Setup: sa.Setup, Calls: sa.Log[:k+1]},
			}
		}
	}
	return nil
}

// outcome describes the result of a call. It leaves out a trap's text, which may
// differ between engines.
func outcome(c script.Call) string {
	switch {
	case c.Trap != "":
		return "a trap in " + unit.Pages(c.Pages)
	case c.Fails:
		return "refused growth at " + unit.Pages(c.Pages)
	}
	return fmt.Sprintf("%#x in %s", c.Ptr, unit.Pages(c.Pages))
}
