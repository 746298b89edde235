// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/sym"
)

// Among threads, a function that calls alloc relies on what is proved of alloc, instead of
// going through it again: a path is cut at the call, where what alloc's callers owe has to
// hold, and goes on with any result and any state. What is known of these is that alloc's
// obligations hold of them. What alloc writes lies in the block that it returns, which
// nobody has read or written yet.

// opaque are the functions that a call does not enter.
func (chunks) opaque(k *call) map[uint32]bool {
	if _, index, ok := k.allocator(); ok && index != k.index {
		return map[uint32]bool{index: k.contract.OOM == contract.OOMTrap}
	}
	return nil
}

// allocator returns core's function that allocates, if it is exported.
func (k *call) allocator() (f contract.Function, index uint32, ok bool) {
	for _, f := range k.functions {
		if f.ABI == contract.Core && f.Role == contract.Allocates {
			index, _, err := k.find(f)
			return f, index, err == nil
		}
	}
	return f, 0, false
}

// delegate is a call of alloc by another function, as a call from the state there.
func (k *call) delegate(c *sym.Called) *call {
	f, index, _ := k.allocator()
	d := &call{
		system: k.system, function: f, usage: usage{label: f.Name}, index: index,
		words: c.Args, args: map[contract.ParamRole]term{}, state: c.Before, pre: k.view(c.Before),
	}
	for i, p := range f.Params {
		d.args[p.Role] = k.of(c.Args[i])
	}
	d.assume = []term{k.invariant(d.pre)}
	d.plain()
	return d
}

// growth is a memory.grow of a delegate, of which there is one at most that succeeds: the
// first page and the number of pages, 0 if none succeeds, and of one that was refused.
type growth struct{ from, by, refused term }

func (k *call) growth(h sym.Header) growth {
	name := func(part string) term { return k.Var(h.Name+"."+part, k.wide) }
	return growth{name("from"), name("by"), name("refused")}
}

// relied says what is known of the delegates of a path: one of three things has happened,
// and each time alloc's obligations hold.
func (k *call) relied(p *sym.Path) (all []term) {
	for _, h := range p.Headers {
		d, g, none := k.delegate(h.Call), k.growth(h), k.num(0)
		before, after := h.Call.Before.Pages, h.State.Pages
		plain := k.And(k.Eq(g.by, none), k.Eq(g.refused, none))
		claims := k.All(k.Ne(g.by, none), k.Eq(g.refused, none), k.le(before, g.from), k.le(k.Add(g.from, g.by), after), k.le(g.by, k.pmax))
		refused := k.And(k.Eq(g.by, none), k.Ne(g.refused, none))
		all = append(all, k.le(before, after), k.Any(
			k.All(plain, d.keeps(h)),
			k.All(claims, d.keeps(h, sym.Effect{Kind: sym.Grow, From: g.from, Len: g.by, Grown: true})),
			k.All(refused, d.keeps(h, sym.Effect{Kind: sym.Grow, Len: g.refused}))))
	}
	return all
}

// keeps says that the obligations hold of an outcome with these effects.
func (d *call) keeps(h sym.Header, effects ...sym.Effect) term {
	path := &sym.Path{End: sym.Return, State: h.State, Results: h.Call.Results, Effects: effects}
	o := d.outcome(0, path)
	o.failed = d.Not(o.ok)
	all := d.Bool(true)
	for _, ob := range d.shares() {
		if ob.goal != nil {
			all = d.And(all, d.Implies(d.All(ob.given...), ob.goal(o)))
		}
	}
	return all
}

// delegates says that alloc is called as its callers have to call it.
func (k *call) delegates() []Obligation {
	ob := Obligation{Name: k.label + ".delegates", Text: "alloc is called as the contract allows"}
	for _, o := range k.arrivals {
		assume := slices.Concat(k.assume, o.path.Conds, o.facts)
		ob.Cases = append(ob.Cases, Case{Name: o.name, Assume: assume, Goal: k.All(k.delegate(o.path.Call).assume...), call: k, path: o.path})
	}
	if len(ob.Cases) == 0 {
		return nil
	}
	return []Obligation{ob}
}
