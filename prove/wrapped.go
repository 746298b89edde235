// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// Under lists, the functions of other ABIs whose callers name sizes call two that do what
// core's alloc and dealloc do. These have core's obligations whether they are exported or
// not, and the others rely on what is proved of them. Which functions of the module they
// are is guessed: a wrong guess proves nothing, and refutes nothing.

// wrapped finds core's functions that others call and that the module does not export.
func (s *system) wrapped() {
	s.functions = s.contract.Signatures()
	if _, keeps := s.strategy.(keeper); !keeps {
		return
	}
	var inner []contract.Function
	for _, f := range contract.Core.Functions() {
		if f.Role != contract.Allocates && f.Role != contract.Frees {
			continue
		}
		if s.contract.FixedAlign != 0 {
			f = f.Unaligned()
		}
		f.Export = ""
		if i, found := s.called(len(f.Params), len(f.Results)); found && !s.contract.Has(f.Name) {
			s.inner[f.Role] = i
			inner = append(inner, f)
		}
	}
	s.functions = append(inner, s.functions...)
}

// called finds the first function with so many parameters and results that an exported one
// calls and that uses the memory, itself or in what it calls. The type is not enough: what
// computes the bytes of a class, or the number of its list, may have alloc's. Those are sums
// of their arguments alone, while alloc and dealloc have to read and write a list. Other
// functions that use the memory, such as those that refill the region, are called by alloc
// and dealloc only; and an exported alloc is not guessed.
func (s *system) called(params, results int) (index uint32, found bool) {
	for _, e := range s.module.Exports {
		if f, err := s.module.Func(e.Index); e.Kind == wasm.KindFunc && err == nil && f != nil {
			for _, in := range f.Body {
				if in.Op != wasm.OpCall {
					continue
				}
				t, err := s.module.FuncType(in.Index)
				if err == nil && len(t.Params) == params && len(t.Results) == results && s.usesMemory(in.Index) {
					return in.Index, true
				}
			}
		}
	}
	return 0, false
}

// usesMemory reports whether a function loads or stores, or one that it calls.
func (s *system) usesMemory(index uint32) bool {
	return slices.ContainsFunc(reachableFrom(s.module, index), func(f *wasm.Func) bool {
		return slices.ContainsFunc(f.Body, func(in wasm.Instr) bool { return in.Op.Info().Imm == wasm.ImmMem })
	})
}

// guess returns the function that an obligation is about if it was guessed.
func (s *system) guess(ob Obligation) (index uint32, guessed bool) {
	for _, f := range s.functions {
		if f.Export == "" && f.Name == ob.function() {
			return s.inner[f.Role], true
		}
	}
	return 0, false
}

// find returns the index of a function, and its type.
func (s *system) find(f contract.Function) (uint32, wasm.FuncType, error) {
	if f.Export != "" {
		return s.module.ExportedFunc(f.Export)
	}
	index := s.inner[f.Role]
	typ, err := s.module.FuncType(index)
	return index, typ, err
}

// roles are what a call does, by whether it is given a block that has bytes, and whether it
// is asked for one.
var roles = map[[2]bool]contract.Role{
	{true, true}: contract.Resizes, {false, true}: contract.Allocates, {true, false}: contract.Frees, {false, false}: "",
}

// usages are those of a function under lists.
func (l *lists) usages(f contract.Function) (all []usage) {
	switch f.ABI {
	case contract.CABI, contract.WasmBindgen:
	case contract.CosmWasmABI:
		if f.Role == contract.Frees {
			return []usage{{label: f.Name, settle: (*call).regionHeld, role: f.Role}}
		}
		return []usage{{label: f.Name, settle: (*call).regionAsked, role: f.Role, also: (*call).regionSays}}
	case contract.ProxyWasm:
		return []usage{{label: f.Name, settle: (*call).hostAsked, role: f.Role}}
	default:
		return []usage{{label: f.Name, settle: (*call).plain, role: f.Role}}
	}
	for _, given := range []bool{true, false} {
		for _, asked := range []bool{true, false} {
			if given && f.Param(contract.OldSizeParam) < 0 || asked && f.Param(contract.SizeParam) < 0 {
				continue
			}
			u := usage{label: f.Name, role: roles[[2]bool{given, asked}]}
			switch {
			case u.role == f.Role:
			case asked:
				u.label += "(new)"
			case given:
				u.label += "(gone)"
			default:
				u.label += "(empty)"
			}
			u.settle = func(k *call) { k.sized(given, asked) }
			if !asked && f.Result == contract.BlockResult {
				u.also = (*call).emptied
			}
			all = append(all, u)
		}
	}
	return all
}

// sized settles a request that is given a block with bytes, or one without, and asks for a
// block with bytes, or one without.
func (k *call) sized(given, asked bool) {
	k.ask()
	for _, p := range []struct {
		role contract.ParamRole
		some bool
	}{{contract.OldSizeParam, given}, {contract.SizeParam, asked}} {
		if k.function.Param(p.role) >= 0 {
			none := k.Eq(k.arg(p.role), k.num(0))
			k.assume = append(k.assume, k.Eq(none, k.Bool(!p.some)))
		}
	}
	if !given {
		k.old, k.kept = k.none(), k.num(0)
	}
	k.outside = !asked
}

// emptied returns the obligation of a call that returns an empty block.
func (k *call) emptied() []Obligation {
	return []Obligation{k.forAll("empty", "it returns the alignment, as an address", func(o outcome) term {
		return k.Eq(k.result(o), k.arg(contract.AlignParam))
	})}
}

// hostAsked settles a request of a host that passes no alignment.
func (k *call) hostAsked() {
	k.ask()
	k.multiple = k.atLeast(k.num(hostAlign))
	k.asks = map[contract.ParamRole]term{contract.AlignParam: k.Const(k.width, hostAlign)}
}

// regionAsked settles a request for a region. None is as large as the address space.
func (k *call) regionAsked() {
	k.regionWanted()
	k.never = k.le(k.limit(), k.size)
	k.asksRegion(contract.SizeParam, k.words[0])
}

// regionHeld settles a request that gives a region back.
func (k *call) regionHeld() {
	k.ask()
	at, n := k.arg(contract.BlockParam), k.Var("old.size", k.width)
	k.old, k.kept = block{at, k.Add(k.oneAtLeast(k.of(n)), k.num(regionSize))}, k.of(n)
	k.assume = append(k.assume, k.divides(k.num(regionAlign), at), k.lt(k.old.size, k.limit()))
	k.reads = []word{{k.Add(at, k.num(4)), k.of(n), k.Bool(true)}}
	k.asksRegion(contract.OldSizeParam, n)
}

// asksRegion says what core's functions are asked for with n bytes in a region.
func (k *call) asksRegion(role contract.ParamRole, n term) {
	some := k.Or(n, k.Zext(k.Eq(n, k.Const(n.Width, 0)), n.Width))
	k.asks = map[contract.ParamRole]term{
		role: k.Add(some, k.Const(n.Width, regionSize)), contract.AlignParam: k.Const(n.Width, regionAlign),
	}
}
