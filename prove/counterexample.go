// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/prove/replay"
	"github.com/genalloc/genalloc/prove/sym"
)

// Counterexample is a state and arguments for which an obligation does not hold.
type Counterexample struct {
	Case   string
	Values bv.Assignment // by the names of the variables; nil where nothing makes the case happen
	Call   *Call         // the call that was run; nil if the obligation is not about a call

	// Script leads there by calls from an instance and breaks a rule of the judge's.
	// Both are empty until package script finds them.
	Script, Rule string
}

// Call is a call of the module that was made in an engine.
type Call struct {
	Function contract.Function
	Args     []uint64 // in the order of the parameters
	Words    []uint32 // addresses of words that are state: State.Globals has them behind the globals
	Before   replay.State
	Others   []uint64 // the pages that other threads grew the memory to, each time before the call looked at it
	Refused  uint64   // a bit for each memory.grow that the host refused, the first one's lowest
	After    replay.Outcome

	// What the state before the call means: see Hints.
	Base, Top, End uint64
}

// Arg returns the argument of that role, or otherwise if the function takes none.
func (c *Call) Arg(r contract.ParamRole, otherwise uint64) uint64 {
	if i := c.Function.Param(r); i >= 0 {
		return c.Args[i]
	}
	return otherwise
}

// errReplay says that the engine did not do what the model predicts. That is an
// alarm: the executor, the solver or an obligation is wrong, not the module.
var errReplay = errors.New("the counterexample does not replay")

func mismatch(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errReplay, fmt.Sprintf(format, args...))
}

// show replays a counterexample. Why that is enough: by Eval, without solver or
// clauses, the values make every assumption true and the goal false; and in that state
// the call does what the path says.
func (s *system) show(c Case, formula []term, x *Counterexample) error {
	for _, t := range formula {
		if !x.Values.Holds(t) {
			return mismatch("its values do not refute %s", c.Name)
		}
	}
	switch {
	case s.contract.Threads && c.path != nil && (len(c.path.Headers) > 0 || c.path.End == sym.Arrived):
		return fmt.Errorf("it does not follow from what is proved of alloc, which is called")
	case c.path != nil && (len(c.path.Headers) > 0 || c.path.End == sym.Arrived):
		return fmt.Errorf("it does not follow from what is known of the loop at %v", c.path.At)
	case c.inner && s.showEndless(c, x):
		return nil
	case c.inner:
		return fmt.Errorf("what the prover takes the code to do is not what it does with %s", strings.Join(values(x.Values), ", "))
	case c.call == nil:
		return s.showStart(x)
	}
	engine, err := s.engine()
	if err != nil {
		return fmt.Errorf("the counterexample cannot be replayed: %w", err)
	}
	r := rerun{values: x.Values, call: c.call, path: c.path}
	x.Call, err = r.run(engine)
	return err
}

// showEndless makes the call in the state of a wrong lemma about it, and tells whether it
// does not return: that refutes the module whatever the lemma says.
func (s *system) showEndless(c Case, x *Counterexample) bool {
	if c.call == nil {
		return false
	}
	engine, err := s.engine()
	if err != nil {
		return false
	}
	r := rerun{values: x.Values, call: c.call, path: &sym.Path{End: sym.Unwound}}
	call, err := r.run(engine)
	if err != nil || call.After.Trap != replay.Endless {
		return false
	}
	x.Call = call
	return true
}

// breaks tells whether a call does not return, though it would have to.
func (k *call) breaks(o replay.Outcome) bool {
	return o.Trap != "" && !(o.Trap == "unreachable" && k.contract.OOM == contract.OOMTrap)
}

// showStart compares the globals' initial values with the engine's.
func (s *system) showStart(x *Counterexample) error {
	st, err := replay.Start(s.module)
	if err != nil {
		return fmt.Errorf("the counterexample cannot be replayed: %w", err)
	}
	for i, got := range st.Globals {
		if want, known := constant(s.module, uint32(i)); known && got != want {
			return mismatch("global %d starts as %#x, not %#x", i, got, want)
		}
	}
	return nil
}

// rerun is a call to be made in an engine, with the values of a model.
type rerun struct {
	values bv.Assignment
	call   *call
	path   *sym.Path
}

func (r rerun) value(t term) uint64 { return r.values.Eval(t).Lo }

func (r rerun) all(ts []term) (vs []uint64) {
	for _, t := range ts {
		if t == nil { // of a type that nothing reads
			vs = append(vs, 0)
		} else {
			vs = append(vs, r.value(t))
		}
	}
	return vs
}

// run makes the call and compares the outcome with the path's.
func (r rerun) run(engine *replay.Module) (*Call, error) {
	k := r.call
	c := &Call{
		Function: k.function, Args: r.all(k.words), Words: k.executor.Words,
		Before: replay.State{Globals: r.all(k.state.Globals), Pages: r.value(k.state.Pages)},
		Base:   r.value(k.base), Top: r.value(k.pre.top), End: r.value(k.pre.end),
	}
	grows := 0
	for _, f := range r.path.Effects {
		if f.Kind == sym.Grow {
			if r.value(f.OK) == 0 && grows < 64 {
				c.Refused |= 1 << grows
			}
			grows++
		}
	}
	if len(r.path.Meets) > replay.MostOthers {
		return nil, fmt.Errorf("the counterexample meets other threads %d times: too often to replay", len(r.path.Meets))
	}
	for _, pages := range r.all(r.path.Meets) {
		if pages > k.executor.MaxPages() { // they cannot
			pages = 0
		}
		c.Others = append(c.Others, pages)
	}
	memory, err := newWitness(r)
	if err != nil {
		return nil, err
	}
	n := len(c.Before.Globals) - len(c.Words)
	words := slices.Clone(c.Before.Globals[n:])
	host := replay.Host{
		Limit: k.executor.MaxPages(), Refuse: c.Refused, Others: c.Others,
		Before: func(bytes []byte) {
			memory.write(bytes)
			c.eachWord(bytes, k.executor.WordBytes(), func(i int, word []byte) {
				copy(word, binary.LittleEndian.AppendUint64(nil, words[i]))
			})
		},
		After: func(bytes []byte) {
			memory.read(bytes)
			c.eachWord(bytes, k.executor.WordBytes(), func(i int, word []byte) {
				words[i] = binary.LittleEndian.Uint64(append(slices.Clone(word), make([]byte, 8)...))
			})
		},
	}
	before := replay.State{Globals: c.Before.Globals[:n], Pages: c.Before.Pages}
	c.After, err = engine.Call(k.index, c.Args, before, host)
	if err != nil {
		return nil, fmt.Errorf("the counterexample cannot be replayed: %w", err)
	}
	c.After.State.Globals = append(c.After.State.Globals, words...)
	return c, errors.Join(r.compare(c.After), memory.err)
}

// eachWord calls the function with each word that is state, as far as the memory has them.
func (c *Call) eachWord(memory []byte, size uint64, f func(i int, word []byte)) {
	for i, at := range c.Words {
		if end := uint64(at) + size; end <= uint64(len(memory)) {
			f(i, memory[at:end])
		}
	}
}

// compare compares the outcome with the path's.
func (r rerun) compare(got replay.Outcome) error {
	p := r.path
	switch {
	case p.End == sym.Unwound && r.call.breaks(got):
		return nil // it goes round for ever, or until it traps
	case p.End == sym.Unwound:
		return fmt.Errorf("%v: a loop goes round more often than it was unrolled", p.At)
	case p.End == sym.Trap && got.Trap != p.Why:
		return mismatch("it was to trap with %q, and got %q", p.Why, got.Trap)
	case p.End == sym.Return && got.Trap != "":
		return mismatch("it traps with %q", got.Trap)
	}
	if want := r.value(p.State.Pages); got.State.Pages != want {
		return mismatch("it leaves %d pages, not %d", got.State.Pages, want)
	}
	if want := r.all(p.State.Globals); !slices.Equal(got.State.Globals, want) {
		return mismatch("it leaves the globals %#x, not %#x", got.State.Globals, want)
	}
	if want := r.all(p.Results); p.End == sym.Return && !slices.Equal(got.Results, want) {
		return mismatch("it returns %#x, not %#x", got.Results, want)
	}
	return nil
}
