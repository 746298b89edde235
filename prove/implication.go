// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"context"

	"github.com/genalloc/genalloc/contract"
)

// Many obligations of a call follow from a few facts that were proved on each of its
// paths: where the block is, where the top is, how far the memory has grown. Such an
// obligation is proved once, for *any* outcome for which the facts hold, without
// looking at the paths. If that fails, it is tried path by path.
//
// Why this is enough: the paths of a call cover every state and argument (the
// obligation complete), and the facts were proved on each. So every outcome of a call
// is one for which the facts hold.

// implied names the obligations about the same call that are to imply this one.
func (ob Obligation) implied(facts ...string) Obligation {
	for _, n := range facts {
		ob.Facts = append(ob.Facts, ob.function()+"."+n)
	}
	return ob
}

// anyOutcome is an unknown outcome. It stands for those of all paths: each has a
// result below 2^width, which is a block's address exactly if it is not 0 or the function
// returns an error's number, and a memory of some number of pages.
func (k *call) anyOutcome() outcome {
	result := k.some("any.result")
	o := outcome{name: "any path", ret: k.Sub(result, k.front), ok: k.Ne(result, k.num(0)), failed: k.Var("any.failed", 1)}
	if k.function.Result == contract.ErrnoResult {
		o.ok = k.Var("any.ok", 1)
	}
	pages := k.Var("any.pages", k.wide)
	top := k.Var("any.top", k.wide)
	o.post = view{
		top: top, clean: top, end: k.Var("any.end", k.wide),
		pages: pages, size: k.inBytes(pages), own: k.Bool(true),
	}
	if k.hints.DirtyMark != nil {
		o.post.clean = k.Var("any.clean", k.wide)
	}
	if k.releases() {
		o.post.floor = k.Var("any.floor", k.wide)
	}
	return o
}

// attempt is an obligation about any outcome.
type attempt struct {
	whole    Obligation
	question question
}

// anyPath makes one case of an obligation if it names facts and all of them are proved.
func (s *system) anyPath(ob Obligation, results []Result) (attempt, bool) {
	if len(ob.Facts) == 0 {
		return attempt{}, false
	}
	o := ob.call.anyOutcome()
	assume := append(append([]term(nil), ob.call.assume...), ob.given...)
	for _, name := range ob.Facts {
		fact, ok := proved(name, results)
		if !ok {
			return attempt{}, false
		}
		assume = append(assume, s.Implies(s.All(fact.given...), fact.goal(o)))
	}
	c := Case{Name: o.name, Assume: assume, Goal: ob.goal(o)}
	ob.Cases = []Case{c}
	q := question{formula: c.formula(s, false)}
	if loosen := ob.call.anyProduct(); loosen != nil {
		q.loose = loosen(s, q.formula)
	}
	return attempt{ob, q}, true
}

// attempt decides an obligation as one case, and reports whether it is proved.
func (s *system) attempt(ctx context.Context, a attempt, o Options, find finder) (Result, bool) {
	o.probe = true // an outcome that no path has is not a counterexample
	r := s.decide(ctx, a.whole, []question{a.question}, o, find)
	return r, r.Verdict == Proved
}

// proved returns the obligation of that name if it is proved.
func proved(name string, results []Result) (Obligation, bool) {
	for _, r := range results {
		if r.Obligation.Name == name {
			return r.Obligation, r.Verdict == Proved
		}
	}
	return Obligation{}, false
}
