// SPDX-License-Identifier: MIT OR Apache-2.0

package minimal

import (
	"fmt"
	"strings"

	"github.com/genalloc/genalloc/prove/bv"
)

// An answer is an expression for each goal of a question. They share what they have in
// common.
type answer struct {
	question *Question
	nodes    []node // constants, inputs, operations, as in the search
	outs     []int  // the nodes of the goals
	inverted bool   // the last goal, a condition, holds where it is 0
	price    int    // without the frame
}

// eval returns the goals' values for the inputs of a state.
func (a *answer) eval(inputs []uint32) []uint32 {
	return outs(a, func(i int) uint32 { return inputs[i] }, func(v uint32) uint32 { return v },
		func(o *operation, x, y uint32) uint32 { return o.eval(x, y) })
}

// terms returns the goals as terms over those of the inputs.
func (a *answer) terms(l logic, inputs []*bv.Term) []*bv.Term {
	return outs(a, func(i int) *bv.Term { return inputs[i] }, l.num,
		func(o *operation, x, y *bv.Term) *bv.Term { return o.term(l.Builder, x, y) })
}

// outs computes the goals from inputs and constants.
func outs[T any](a *answer, input func(int) T, constant func(uint32) T, apply func(*operation, T, T) T) []T {
	all := make([]T, len(a.nodes))
	for i, n := range a.nodes {
		switch {
		case i < len(a.question.constants):
			all[i] = constant(a.question.constants[i])
		case i < len(a.question.constants)+len(a.question.inputs):
			all[i] = input(i - len(a.question.constants))
		default:
			all[i] = apply(&operations[n.op], all[n.a], all[n.b])
		}
	}
	var of []T
	for _, i := range a.outs {
		of = append(of, all[i])
	}
	return of
}

// String returns the goals as folded text, one below the other. What is used more than
// once has a name, which it is given before.
func (a *answer) String() string {
	uses := make([]int, len(a.nodes))
	first := len(a.question.constants) + len(a.question.inputs)
	for _, n := range a.nodes[first:] {
		uses[n.a]++
		if !operations[n.op].unary {
			uses[n.b]++
		}
	}
	for _, i := range a.outs {
		uses[i]++
	}
	var text strings.Builder
	var of func(i int) string
	name := func(i int) string { return fmt.Sprintf("$%c", 'a'+i-first) }
	whole := func(i int) string {
		n := a.nodes[i]
		if operations[n.op].unary {
			return fmt.Sprintf("(%s %s)", operations[n.op].op, of(n.a))
		}
		return fmt.Sprintf("(%s %s %s)", operations[n.op].op, of(n.a), of(n.b))
	}
	of = func(i int) string {
		switch {
		case i < len(a.question.constants):
			return fmt.Sprintf("%d", int32(a.question.constants[i]))
		case i < first:
			return a.question.inputs[i-len(a.question.constants)]
		case uses[i] > 1:
			return name(i)
		}
		return whole(i)
	}
	for i := first; i < len(a.nodes); i++ {
		if uses[i] > 1 {
			fmt.Fprintf(&text, "%s = %s\n", name(i), whole(i))
		}
	}
	for g, i := range a.outs {
		not := ""
		if a.inverted && g == len(a.outs)-1 {
			not = "not "
		}
		fmt.Fprintf(&text, "%s: %s%s\n", a.question.outputs[g], not, of(i))
	}
	return text.String()
}
