// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"errors"
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/sym"
)

// A usage is a way in which a function is called. A function that does one thing where it
// gets a block and another where it gets none has a usage for each, and every call that
// its ABI allows is one of them.
type usage struct {
	label  string                     // names the obligations of the calls
	settle func(k *call)              // sets the demand, and assumes what the caller has to keep to
	duties func(k *call) []Obligation // what has to be proved
	role   contract.Role              // what it does, under lists; none if it changes nothing
	also   func(k *call) []Obligation // what else has to be proved, under lists
}

// A demand is what a call asks for, in blocks that may begin before the address that the
// function returns.
type demand struct {
	size     term  // bytes of the block wanted
	multiple term  // of which its address is one
	front    term  // bytes of it before the address returned
	bytes    term  // that the caller asks for, from that address on
	never    term  // the contract refuses it whatever the memory is
	old      block // the block given, from its beginning; empty if there is none
	kept     term  // its bytes that a new block has to keep, from the address given on
	reads    []word
	asks     map[contract.ParamRole]term // words that core's function would be called with, where they are no arguments
	product  term                        // what the size is computed from; nil where it is an argument
	outside  bool                        // what it returns is outside of the heap
	may      []block                     // what the call may write besides the block that it returns
}

// abis has a row for each ABI: the usages of a function. The conventions of an ABI are in
// one file.
var abis = map[contract.ABI]func(f contract.Function) []usage{
	contract.Core:        plainly,
	contract.Arena:       plainly,
	contract.C:           inC,
	contract.CABI:        sized,
	contract.WasmBindgen: sized,
	contract.CosmWasmABI: inRegions,
	contract.ProxyWasm:   forHosts,
}

// Supports returns an error that says what of a contract the prover has no obligations for.
func Supports(c contract.Contract) error {
	_, keeps := strategyOf(c).(keeper)
	switch {
	case strategyOf(c) == nil:
		return fmt.Errorf("--threads under --strategy %s is not supported, because no obligation is about what threads give each other: prove the module without it", c.Strategy)
	case c.SharesStart():
		return errors.New("--threads with pages that the memory has at the start is not supported, because no obligation is about the word that counts them: drop --initial-pages and --heap-base")
	case c.Threads && c.ABI.Includes(contract.C):
		return errors.New("--threads with --abi c is not supported, because alloc is no function of its own there: say --abi core")
	case c.Stats:
		return errors.New("--stats is not supported, because no obligation is about what is counted: prove the module without it")
	case c.Debug != contract.DebugOff:
		return errors.New("--debug is not supported, because what it reads in front of blocks may be anything: prove the module without it")
	}
	if keeps && c.Memory64 {
		return fmt.Errorf("--memory64 under --strategy %s is not supported: prove the module of 32-bit addresses", c.Strategy)
	}
	if keeps && c.HeapBase.Imported() && !c.HeapBase.Linker {
		return fmt.Errorf("--heap-base %s under --strategy %s is not supported, because no number says where the lists' heads lie: name an address", c.HeapBase, c.Strategy)
	}
	for _, f := range c.Signatures() {
		plain := f.ABI == contract.Core || f.ABI == contract.Arena
		if c.Memory64 && !plain {
			return fmt.Errorf("function %s of --abi %s: not supported with addresses of 64 bits", f.Name, f.ABI)
		}
		if abis[f.ABI] == nil || plain && duties[f.Role] == nil || keeps && f.ABI == contract.C {
			return fmt.Errorf("function %s of --abi %s: not supported under --strategy %s", f.Name, f.ABI, c.Strategy)
		}
	}
	return nil
}

// plainly are the usages of functions whose callers pass sizes and alignments, and get
// blocks without a header.
func plainly(f contract.Function) []usage {
	return []usage{{label: f.Name, settle: (*call).plain, duties: duties[f.Role]}}
}

// plain settles a request whose block is as large as the caller says.
func (k *call) plain() {
	k.ask()
	if _, keeps := k.strategy.(keeper); !keeps && !k.old.at.IsConst() {
		k.assume = append(k.assume, k.live(k.pre, k.old), k.divides(k.multiple, k.old.at))
	}
}

// ask settles a request by the arguments alone, without a header.
func (k *call) ask() {
	k.demand = demand{
		size: k.arg(contract.SizeParam), multiple: k.align, front: k.num(0), bytes: k.arg(contract.SizeParam), never: k.Bool(false),
		old: block{k.arg(contract.BlockParam), k.arg(contract.OldSizeParam)}, kept: k.arg(contract.OldSizeParam),
	}
	if i := k.function.Param(contract.AlignParam); i >= 0 {
		k.assume = append(k.assume, k.powerOfTwo(k.words[i]))
		k.multiple = k.atLeast(k.args[contract.AlignParam])
	}
}

// none is an empty block, of a function that is given no other.
func (s spec) none() block { return block{s.num(0), s.num(0)} }

// clientOf says that a block of the client's, in a live block of its own or in its data,
// has nothing of the state and is not errno.
func (k *call) clientOf(b block) term {
	all := k.Bool(true)
	if errno := k.errnoAt; errno != nil {
		all = k.apart(b, block{errno, k.num(4)})
	}
	for _, at := range k.executor.Words {
		all = k.And(all, k.apart(b, block{k.num(uint64(at)), k.num(k.executor.WordBytes())}))
	}
	return all
}

// result is the number that a path returns.
func (k *call) result(o outcome) term {
	if len(o.path.Results) == 0 {
		return k.limit() // no number at all
	}
	return k.of(o.path.Results[0])
}

// atLeast is the alignment a, or the contract's own if that is larger.
func (k *call) atLeast(a term) term {
	if k.contract.Align() > 1 {
		return k.larger(a, k.align)
	}
	return a
}

// oneAtLeast is n, or 1 if that is 0: a block without bytes has none that tells it from
// the next.
func (s spec) oneAtLeast(n term) term { return s.Ite(s.Eq(n, s.num(0)), s.num(1), n) }

// traps reports whether the function traps where it cannot return a block: its ABI may
// have no null.
func (k *call) traps() bool {
	return k.contract.OOM == contract.OOMTrap || k.function.ABI == contract.CABI || k.function.ABI == contract.WasmBindgen
}

// readings says what the loads of a path read before it writes anything, where the request
// knows it.
func (k *call) readings(p *sym.Path) (all []term) {
	first := p.Effects
	if i := slices.IndexFunc(p.Headers, func(h sym.Header) bool { return h.Forgets }); i >= 0 {
		first = first[:p.Headers[i].Effects]
	}
	for _, f := range first {
		if writing(f) {
			break
		}
		for _, w := range k.reads {
			if f.Kind == sym.Load && f.Value != nil && f.Value.Width == 32 {
				all = append(all, k.Implies(k.All(w.known, k.Eq(f.Addr, w.at)), k.Eq(k.of(f.Value), w.value)))
			}
		}
	}
	return all
}

// left says that the word at an address is the value when the call returns, and untouched
// that nothing is written over it.
func (k *call) left(o outcome, at, value term) (left, untouched term) {
	left, untouched = k.Bool(false), k.Bool(true)
	word := block{at, k.num(4)}
	for _, f := range writes(o.path) {
		hit := k.And(k.happens(f), k.Not(k.Or(k.Eq(f.Len, k.num(0)), k.apart(word, written(f)))))
		exact := k.Bool(false)
		if f.Kind == sym.Store && f.Round == nil && f.Value.Width == 32 {
			exact = k.And(k.Eq(f.Addr, at), k.Eq(k.of(f.Value), value))
		}
		left, untouched = k.Ite(hit, exact, left), k.And(untouched, k.Not(hit))
	}
	return left, untouched
}

// unmoved returns the obligation that a call changes nothing.
func (k *call) unmoved(name, text string, goal func(o outcome) term) Obligation {
	return k.forAll(name, text, func(o outcome) term {
		same := k.All(k.Eq(o.post.top, k.pre.top), k.Eq(o.post.end, k.pre.end), k.Eq(o.post.pages, k.pre.pages), k.sameFloor(o.post, k.pre))
		return k.All(same, k.Bool(len(writes(o.path)) == 0), goal(o))
	})
}

// nothing returns the obligations of a call that returns a number and changes nothing.
func (k *call) nothing(text string, goal func(o outcome) term) []Obligation {
	return slices.Concat(k.sound(), []Obligation{k.unmoved("nothing", text, goal)})
}
