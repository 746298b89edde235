// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"slices"

	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/report"
	"github.com/genalloc/genalloc/validate/script"
)

// shrinkBudget bounds the work of shrinking, in calls replayed; a MiB of memory
// counts as a call, since mapping pages takes time. A call that does not return takes
// a second or more.
const (
	shrinkBudget = 100_000
	endlessCost  = shrinkBudget / 8
)

// Shorten replaces the failure's script by a shorter one that breaks the same
// rule, if there is one.
func (t *Trial) Shorten(f *report.Failure) {
	sh := &shrinker{t: t, rule: f.Rule, budget: shrinkBudget, best: *f.Script}
	if !sh.tail() {
		return // the calls alone do not show it: keep the script as it was
	}
	sh.settle()
	for before := 0; before != len(sh.best.Calls); {
		before = len(sh.best.Calls)
		sh.merge()
		sh.drop()
	}
	sh.lower()
	*f = *sh.failure
}

// A shrinker looks for a short script by removing calls and lowering numbers.
// It is deterministic.
type shrinker struct {
	t       *Trial
	rule    string
	budget  int
	best    script.Script
	failure *report.Failure
}

// try replays calls, and keeps them if they break the rule.
func (sh *shrinker) try(calls []script.Call) bool {
	if sh.budget -= len(calls); sh.budget < 0 || sh.t.Stop() {
		return false
	}
	s, err := judge.Replay(sh.t.Module, sh.t.Contract, sh.t.Scope, script.Script{Setup: sh.best.Setup, Calls: calls})
	if err != nil {
		return false
	}
	sh.budget -= int(s.Peak >> 20)
	if s.Failure != nil && s.Failure.Rule == report.Endless {
		sh.budget -= endlessCost
	}
	if s.Failure == nil || s.Failure.Rule != sh.rule {
		return false
	}
	sh.best.Calls, sh.failure = s.Log, s.Failure
	sh.failure.Script = s.Script()
	return true
}

// tail keeps the last calls, as few as show the fault of 1, 2, 4 and so on. It reports
// whether any do.
func (sh *shrinker) tail() bool {
	calls := sh.best.Calls
	for n := 1; ; n *= 2 {
		n = min(n, len(calls))
		if sh.try(without(calls, 0, len(calls)-n)) {
			return true
		}
		if n == len(calls) {
			return false
		}
	}
}

// settle tries the plainest world.
func (sh *shrinker) settle() {
	plain := script.DefaultSetup(sh.t.Contract)
	plain.ABI = sh.best.Setup.ABI
	before := sh.best.Setup
	based, paged := before, before
	based.Pages, based.Limit, paged.Limit = plain.Pages, plain.Limit, plain.Limit
	for _, setup := range []script.Setup{plain, based, paged} {
		sh.best.Setup = setup
		if sh.try(sh.best.Calls) {
			return
		}
		sh.best.Setup = before
	}
}

// drop removes runs of calls, long ones first, down to single calls.
func (sh *shrinker) drop() {
	for n := len(sh.best.Calls) / 2; n >= 1; n /= 2 {
		for i := len(sh.best.Calls) - n; i >= 0; i -= n {
			if i+n > len(sh.best.Calls) {
				continue
			}
			sh.try(without(sh.best.Calls, i, n))
		}
	}
}

// without returns calls less the n from i on. A later call on a block that one of them
// resized names the block before.
func without(calls []script.Call, i, n int) []script.Call {
	rest := slices.Concat(calls[:i], calls[i+n:])
	for k := i + n - 1; k >= i; k-- {
		if calls[k].Op != script.OpRealloc {
			continue
		}
		for j := i; j < len(rest); j++ {
			if rest[j].Block == calls[k].Made && (rest[j].Op.Takes()) {
				rest[j].Block = calls[k].Block
			}
		}
	}
	return rest
}

// merge makes one call of several in a row, long runs first.
func (sh *shrinker) merge() {
	for n := len(sh.best.Calls); n >= 2; n = min(n-1, n/2+1) {
		for i := 0; i+n <= len(sh.best.Calls); {
			calls, ok := merged(sh.best.Calls, i, n)
			if !ok || !sh.try(calls) {
				i++
			}
		}
	}
}

// merged returns calls with the n from i on as one, if they do the same.
func merged(calls []script.Call, i, n int) ([]script.Call, bool) {
	first := calls[i]
	if first.Op != script.OpAlloc && first.Op != script.OpAllocZeroed && first.Op != script.OpGrow {
		return nil, false
	}
	sum := uint64(0)
	for _, c := range calls[i : i+n] {
		if c.Op != first.Op {
			return nil, false
		}
		sum += c.Size
	}
	rest := without(calls, i+1, n-1)
	rest[i].Size = sum
	return rest, true
}

// lower makes the numbers of each call small, or round.
func (sh *shrinker) lower() {
	for i := 0; i < len(sh.best.Calls); i++ {
		for _, field := range []func(*script.Call) *uint64{
			func(c *script.Call) *uint64 { return &c.Size },
			func(c *script.Call) *uint64 { return &c.Align },
		} {
			for _, to := range smaller(*field(&sh.best.Calls[i])) {
				calls := slices.Clone(sh.best.Calls)
				*field(&calls[i]) = to
				if sh.try(calls) || i >= len(sh.best.Calls) {
					break
				}
			}
			if i >= len(sh.best.Calls) {
				return
			}
		}
	}
}

// smaller returns the numbers to try in place of n, the best first: powers of
// two, since alignments must be.
func smaller(n uint64) []uint64 {
	var list []uint64
	for p := uint64(1); p < n && p != 0; p *= 2 { // 2^64 wraps to 0
		list = append(list, p)
	}
	return list
}
