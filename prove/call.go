// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/sym"
	"github.com/genalloc/genalloc/wasm"
)

// call is a call of one function from any state.
type call struct {
	*system
	function contract.Function
	usage
	demand
	index    uint32
	words    []term                      // the arguments as the machine has them
	args     map[contract.ParamRole]term // the same as numbers
	state    sym.State
	pre      view
	assume   []term
	all      []outcome
	outcomes []outcome // all but those of dead paths, and of those that arrive at a header
	arrivals []outcome // the ones that do
}

// outcome is one path of a call.
type outcome struct {
	name   string
	path   *sym.Path
	ret    term // the address returned, a number; 0 if none is
	ok     term // a block was returned
	failed term // the request was not met
	post   view
	facts  []term // what the strategy knows along the path, beyond its conditions
}

// calls runs every function of the contract, once for each way in which it is used.
func (s *system) calls() ([]*call, error) {
	var ks []*call
	for _, f := range s.functions {
		uses := abis[f.ABI]
		if keeper, ok := s.strategy.(keeper); ok {
			uses = keeper.usages
		}
		for _, u := range uses(f) {
			k, err := s.call(f, u)
			if err != nil {
				return nil, err
			}
			ks = append(ks, k)
		}
	}
	return ks, nil
}

// obligations returns what has to be proved of the calls.
func (s *system) obligations(ks []*call) ([]Obligation, error) {
	var all []Obligation
	plain := map[uint32]bool{} // indices of functions that are looked at as allocating
	for _, k := range ks {
		keeper, _ := s.strategy.(keeper)
		switch {
		case keeper != nil:
			all = append(all, keeper.obligations(k)...)
		case k.function.Role == contract.AllocatesZeroed && plain[k.index]: // the same code: only the bytes are left
			all = append(all, k.zeroed())
		default:
			all = append(all, k.duties(k)...)
			plain[k.index] = k.function.Role == contract.Allocates
		}
	}
	return all, ordered(all)
}

// call executes a function from any state with any arguments of a usage.
func (s *system) call(f contract.Function, u usage) (*call, error) {
	index, typ, err := s.find(f)
	if err != nil {
		return nil, err
	}
	words := map[int]wasm.ValType{32: wasm.I32, 64: wasm.I64}
	other := func(t wasm.ValType) bool { return t != words[s.width] }
	if len(typ.Params) != len(f.Params) || len(typ.Results) != len(f.Results) ||
		slices.ContainsFunc(slices.Concat(typ.Params, typ.Results), other) {
		where := fmt.Sprintf("export %q", f.Export)
		if f.Export == "" {
			where = "function " + f.Name
		}
		return nil, fmt.Errorf("%s: type %v is not the contract's", where, typ)
	}
	k := &call{system: s, function: f, usage: u, index: index, args: map[contract.ParamRole]term{}, state: s.anyState()}
	for _, p := range f.Params {
		word := s.Var(p.Name, s.width)
		k.words = append(k.words, word)
		k.args[p.Role] = s.of(word)
	}
	k.pre = s.view(k.state)
	k.assume = append([]term{s.invariant(k.pre)}, s.linkers...)
	k.settle(k)
	keeper, _ := s.strategy.(keeper)
	if keeper != nil {
		s.executor.Opaque = keeper.opaque(k)
	}
	if threads, ok := s.strategy.(chunks); ok {
		s.executor.Opaque = threads.opaque(k)
	}
	paths, err := s.executor.Call(index, k.words, k.state)
	if err != nil {
		return nil, err
	}
	for i := range paths {
		o := k.outcome(i, &paths[i])
		o.facts = k.readings(o.path)
		switch {
		case keeper != nil:
			o.facts = keeper.facts(k, o)
		case s.contract.Threads:
			o.facts = append(o.facts, k.relied(o.path)...)
		}
		k.all = append(k.all, o)
	}
	k.prune(make([]bool, len(k.all)))
	return k, nil
}

// arg is an argument as a number, 0 if the function has none of that role.
func (k *call) arg(role contract.ParamRole) term {
	if a, ok := k.args[role]; ok {
		return a
	}
	return k.num(0)
}

// held is the old block up to its rounded end. If the top is kept aligned, a block
// has those bytes too, because every block starts aligned.
func (k *call) held() block {
	old := k.old
	if !k.hints.Aligned || old.at.IsConst() {
		return old
	}
	return block{old.at, k.Sub(k.roundUp(k.end(old), k.align), old.at)}
}

const deadText = "some paths are never taken; the other obligations leave them out"

// prune removes the dead paths, marked by index, and returns the obligation that they
// are dead.
func (k *call) prune(dead []bool) Obligation {
	ob := Obligation{Name: k.label + ".dead", Text: deadText}
	k.outcomes, k.arrivals = nil, nil
	for i, o := range k.all {
		switch {
		case dead[i]:
			ob.Cases = append(ob.Cases, k.dead(o))
		case o.path.End == sym.Arrived:
			k.arrivals = append(k.arrivals, o)
		default:
			k.outcomes = append(k.outcomes, o)
		}
	}
	return ob
}

// dead says that a path is never taken.
func (k *call) dead(o outcome) Case {
	assume := slices.Concat(k.assume, o.path.Conds, o.facts)
	return Case{Name: o.name, Assume: assume, Goal: k.Bool(false), call: k, path: o.path}
}

func (k *call) outcome(i int, p *sym.Path) outcome {
	o := outcome{
		name: fmt.Sprintf("path %d", i+1), path: p, post: k.view(p.State),
		ret: k.Neg(k.front), ok: k.Bool(false), failed: k.Bool(false),
	}
	switch {
	case p.End == sym.Trap && p.Why == "unreachable" && k.traps():
		o.failed = k.Bool(true)
	case p.End == sym.Return && k.function.Result == contract.ErrnoResult:
		k.numbered(&o)
	case p.End == sym.Return && k.function.Result == contract.BlockResult:
		address := k.of(k.Extract(p.Results[0], 0, k.width))
		o.ret = k.Sub(address, k.front)
		o.ok = k.Ne(address, k.num(0))
		if !k.traps() {
			o.failed = k.Not(o.ok)
		}
	}
	return o
}

// writes are the effects of a path that change memory.
func writes(p *sym.Path) (fs []sym.Effect) {
	for _, f := range p.Effects {
		if writing(f) {
			fs = append(fs, f)
		}
	}
	return fs
}

// writing reports whether an effect changes memory.
func writing(f sym.Effect) bool {
	return f.Kind == sym.Store || f.Kind == sym.Fill || f.Kind == sym.Copy
}

// happens says that the effect takes place. An effect of a loop takes place in a round
// that is a variable: the goal is proved for every round.
func (k *call) happens(f sym.Effect) term {
	if f.Round == nil {
		return f.Where
	}
	return k.And(f.Where, k.lt(f.Round, f.Rounds))
}

// written is the block that an effect writes.
func written(f sym.Effect) block { return block{f.Addr, f.Len} }
