// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/sym"
)

// The statements about lemmas.
const (
	productsText = "a product is 0 only if a factor is, as the executor assumes"
	loopsText    = "loops do what the executor assumes, and end"
)

// sound returns the obligations of every call: it returns without a trap, it keeps
// the invariant, and the paths cover everything. The invariant builds on the facts.
func (k *call) sound(facts ...string) []Obligation {
	returns := k.forAll("returns", "never traps, loops forever or returns null, except where the contract says so", func(o outcome) term {
		if k.function.Result == contract.BlockResult || k.function.Result == contract.ErrnoResult {
			return k.Or(o.ok, o.failed)
		}
		return k.Bool(o.path.End == sym.Return)
	})
	invariant := k.forAll("invariant", "leaves a state in which the invariant holds", func(o outcome) term {
		return k.invariant(o.post)
	}).after(facts...)
	loops := k.lemmas("loops", loopsText, false)
	if len(loops.Cases) == 0 {
		loops = k.complete()
	}
	obligations := []Obligation{returns, invariant, loops}
	if k.pre.fresh != nil {
		obligations = append(obligations, k.forAll("begun", "a heap that a block comes from is in use from then on", func(o outcome) term {
			from := k.And(o.ok, k.Bool(!k.outside))
			return k.Implies(k.Or(from, k.Not(k.pre.fresh)), k.Not(o.post.fresh))
		}))
	}
	if products := k.products(); len(products.Cases) > 0 {
		obligations = append(obligations, products)
	}
	return obligations
}

func (k *call) products() Obligation { return k.lemmas("products", productsText, true) }

// lemmas collects what the executor assumed, each lemma once: about products, or
// about loops that it cut.
func (k *call) lemmas(name, text string, products bool) Obligation {
	ob := Obligation{Name: k.label + "." + name, Text: text, Assumed: true}
	seen := map[string]bool{}
	for _, o := range slices.Concat(k.outcomes, k.arrivals) {
		for _, l := range o.path.Lemmas {
			assume := slices.Concat(k.assume, l.Assume, k.passed(l.Passed))
			id := fmt.Sprint(l.Goal.ID(), l.At, len(l.Assume))
			for _, a := range assume {
				id += fmt.Sprint(" ", a.ID())
			}
			if seen[id] || products != (l.Name == sym.Product) {
				continue
			}
			seen[id] = true
			name := fmt.Sprintf("%s %d at %v", l.Name, len(ob.Cases)+1, l.At)
			ob.Cases = append(ob.Cases, Case{Name: name, Assume: assume, Goal: l.Goal, call: k, inner: true})
		}
	}
	return ob
}

// passed is what is claimed of lists at the start and at headers, and so holds of whoever
// passes there.
func (k *call) passed(headers []sym.Header) (all []term) {
	l, keeps := k.strategy.(*lists)
	for i, h := range headers {
		if keeps {
			c := l.inside(k, headers[:i], h, false)
			all = slices.Concat(all, l.before(k).holds, c.holds, k.disjoint(c.blocks))
		}
	}
	return all
}

// complete says that the paths cover everything.
func (k *call) complete() Obligation {
	covered := k.Bool(false)
	for _, o := range k.all {
		covered = k.Or(covered, k.All(o.path.Conds...))
	}
	return Obligation{
		Name: k.label + ".complete", Text: "the paths cover every state, argument and answer of the host",
		Cases: []Case{{Name: "all paths", Assume: k.assume, Goal: covered, inner: true}},
	}
}

// possible says that success and failure both happen.
func (k *call) possible() Obligation {
	ob := Obligation{Name: k.label + ".possible", Text: "success and failure are both possible, so nothing above is vacuous", Possible: true}
	for _, want := range []struct {
		name string
		of   func(o outcome) term
	}{
		{"success", func(o outcome) term { return o.ok }},
		{"failure", func(o outcome) term { return o.failed }},
	} {
		some := k.Bool(false)
		for _, o := range k.outcomes {
			some = k.Or(some, k.All(slices.Concat([]term{want.of(o)}, o.path.Conds, o.facts)...))
		}
		ob.Cases = append(ob.Cases, Case{Name: want.name, Assume: append(append([]term(nil), k.assume...), some), call: k})
	}
	return ob
}
