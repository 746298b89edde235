// SPDX-License-Identifier: MIT OR Apache-2.0

package sym

import (
	"fmt"

	"github.com/genalloc/genalloc/prove/bv"
	"github.com/genalloc/genalloc/wasm"
)

// State is what outlasts a call: the globals, imports included, the Executor's Words,
// and the size of memory 0. The other bytes of the memory are not in it; a load of
// them gives any value.
type State struct {
	Globals []*bv.Term // as wide as their types; nil for a type that is not supported; then the Words
	Pages   *bv.Term   // pages, in Executor.Wide bits
}

// Position is a place in a module.
type Position struct {
	Func   uint32 // index, imports included
	Offset int    // bytes from the start of the file
}

// String gives the position as in "func[3] offset 0x41".
func (p Position) String() string { return fmt.Sprintf("func[%d] offset 0x%x", p.Func, p.Offset) }

// End is how a path ends.
type End uint8

// The ends of a path.
const (
	Return  End = iota
	Trap        // see Path.Why
	Unwound     // a loop went round more often than it was unrolled
	Arrived     // at the header of a loop where paths are cut; see Header
)

// EffectKind is what an Effect does.
type EffectKind uint8

// The kinds of effects.
const (
	Load  EffectKind = iota // reads Len bytes at Addr
	Store                   // writes Len bytes at Addr: Value, little-endian
	Fill                    // writes Len bytes at Addr: the low byte of Value
	Copy                    // writes Len bytes at Addr: those at From before the effect
	Grow                    // memory.grow by Len pages; OK is the host's consent
)

// Effect is what one instruction did to the memory. All terms but Value and OK
// have Executor.Wide bits.
type Effect struct {
	Kind            EffectKind
	Addr, From, Len *bv.Term
	Value           *bv.Term // as wide as the operand
	OK              *bv.Term // Grow: a variable, what the host says if the limits allow it
	Grown           bool     // Grow: whether it succeeded on this path; From is then the first new page
	At              Position

	// Where is true, or for an effect inside of a loop that was cut the Bool
	// under which it happens in round Round, a variable below Rounds: then the
	// effect stands for one in every such round. A load in a loop has no Value.
	Where         *bv.Term
	Round, Rounds *bv.Term
}

// Path is one way through a call. A call from a state takes the path whose
// conditions hold there; for given answers of the host there is exactly one.
type Path struct {
	Conds   []*bv.Term // Bools
	State   State      // at the end
	Effects []Effect   // in order
	Results []*bv.Term // of Return
	End     End
	Why     string     // of Trap, in the words of the specification
	At      Position   // of Trap, Unwound and Arrived
	Grows   int        // memory.grow executed so far
	Meets   []*bv.Term // what the other threads wanted of the memory's size, where they were met
	Lemmas  []Lemma

	Headers []Header   // where it was cut, in order
	Locals  []*bv.Term // of Arrived
	Caller  []*bv.Term // of Arrived: the locals of the function that called this one
	Call    *Called    // of Arrived at a call
	Forgets bool       // of Arrived, as the Header says
	Back    int        // of Arrived: the header that a round came back to, or -1
}

// Product is the name of lemmas that a product is 0 only where a factor is. All
// others are about loops that were cut.
const Product = "product"

// Lemma is a fact that the executor relied on. A path is
// meaningful only if its lemmas hold in every state that it is used for.
type Lemma struct {
	Name   string
	Assume []*bv.Term
	Goal   *bv.Term
	At     Position
	Passed []Header // where the path was cut before the loop
}

// frame is an activation of a function.
type frame struct {
	fn     uint32
	code   *code
	pc     int
	locals []*bv.Term
	labels []label
	height int // of the operand stack at entry
}

// label is an entry of the control stack.
type label struct {
	start  int  // of a loop: index of its instruction; else -1
	target int  // of anything else: pc to continue at after a branch
	arity  int  // operands a branch takes along
	height int  // of the operand stack below the block's parameters
	rounds int  // of a loop: how often it was branched to
	cut    *cut // of a loop that is cut at its header
	header int  // of a loop where the path is cut: the number of its Header, from 1
}

// run is a path under construction.
type run struct {
	Path
	frames []frame
	stack  []*bv.Term
	loops  int // loops cut so far, to name their variables
	loads  int // loads so far, likewise
	over   bool
}

func (r *run) clone() *run {
	c := *r
	c.Conds = append([]*bv.Term(nil), r.Conds...)
	c.Effects = append([]Effect(nil), r.Effects...)
	c.Lemmas = append([]Lemma(nil), r.Lemmas...)
	c.Headers = append([]Header(nil), r.Headers...)
	c.State.Globals = append([]*bv.Term(nil), r.State.Globals...)
	c.stack = append([]*bv.Term(nil), r.stack...)
	c.frames = append([]frame(nil), r.frames...)
	for i, f := range c.frames {
		c.frames[i].locals = append([]*bv.Term(nil), f.locals...)
		c.frames[i].labels = append([]label(nil), f.labels...)
	}
	return &c
}

func (r *run) top() *frame { return &r.frames[len(r.frames)-1] }

func (r *run) push(t *bv.Term) { r.stack = append(r.stack, t) }

func (r *run) pop() *bv.Term {
	t := r.stack[len(r.stack)-1]
	r.stack = r.stack[:len(r.stack)-1]
	return t
}

// at is the position of the instruction being executed: pc is already past it.
func (r *run) at() Position {
	f := r.top()
	return Position{f.fn, f.code.body[f.pc-1].Offset}
}

// code is a function's body with what the executor looks up about it.
type code struct {
	body  []wasm.Instr
	spans map[int]wasm.Span
	typ   wasm.FuncType
	types []wasm.ValType // of the locals, parameters first
}
