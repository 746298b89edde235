// SPDX-License-Identifier: MIT OR Apache-2.0

package minimal

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A naive search tries every sequence of operations, prices it when it is whole, and leaves
// nothing out.
type naive struct {
	*search
	goals []value
	best  int
	found string
}

// toy is a question of two inputs and a constant, whose goals are those of values.
func toy(states [][]uint32, goals []value) *Question {
	return &Question{
		Name: "toy", state: 0, outputs: []string{"first", "second"}, inputs: []string{"$s", "$x"}, constants: []uint32{7},
		values: func(state []uint32) []uint32 { return state },
		goals: func([][]uint32) (list []goal) {
			for _, g := range goals {
				list = append(list, known(g, all(len(states))))
			}
			return list
		},
		later: func(s *search) int { return (len(s.wanted) - len(s.outs)) * s.prices.least },
	}
}

func all(n int) (lanes []int) {
	for i := range n {
		lanes = append(lanes, i)
	}
	return lanes
}

// TestComplete: for random goals, a search finds an answer of the least price that any
// sequence of operations has.
func TestComplete(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var states [][]uint32
	for range 8 {
		states = append(states, []uint32{random.Uint32(), random.Uint32() >> random.IntN(32)})
	}
	for round := range 2 {
		for _, m := range Meters {
			goals := draw(random, states, newPrices(m))
			q := toy(states, goals)
			n := naive{q.search(t.Context(), states, newPrices(m), 3), goals, math.MaxInt, ""}
			n.limit = 1 << 30
			n.try(3)
			s := q.search(t.Context(), states, newPrices(m), 3)
			s.limit = n.best + 1 // so that whatever the search cuts off too early is missing
			if a := s.run(); a == nil || a.price != n.best {
				t.Errorf("round %d, %s: the search does not find what costs %d:\n%s", round, m.Name, n.best, n.found)
			}
		}
	}
}

// draw returns the values of two of three random operations, each of which uses those before.
func draw(random *rand.Rand, states [][]uint32, p prices) []value {
	s := toy(states, nil).search(context.Background(), states, p, 3)
	for range 3 {
		for {
			op, a, b := random.IntN(len(operations)), random.IntN(len(s.pool)), random.IntN(len(s.pool))
			if operations[op].unary {
				b = a
			}
			if max(a, b) < len(s.constants) {
				continue
			}
			if n := s.push(op, a, b); s.fresh(n) {
				break
			}
			s.pop()
		}
	}
	first := len(s.pool) - 1 - random.IntN(2)
	return []value{s.pool[first-1].value, s.pool[first].value}
}

// try goes on with every operation, up to so many more.
func (n *naive) try(more int) {
	n.price()
	if more == 0 {
		return
	}
	for op := range operations {
		for a := range n.pool {
			for b := range n.pool {
				if operations[op].unary && b != a || a < len(n.constants) && b < len(n.constants) {
					continue // what constants give is a constant, and the question's are listed
				}
				n.push(op, a, b)
				n.try(more - 1)
				n.pop()
			}
		}
	}
}

// price notes the price of the sequence if its values have the goals, the second not as a
// by-product of the first, and nothing is there for nothing.
func (n *naive) price() {
	outs := make([]int, 0, 2)
	for g := range n.goals {
		for i := len(n.constants); i < len(n.pool); i++ {
			if n.same(i, g) && (len(outs) == 0 || outs[0] != i) {
				outs = append(outs, i)
				break
			}
		}
	}
	if len(outs) < len(n.goals) || n.needs(outs[0], outs[1]) {
		return
	}
	for _, i := range outs {
		n.use(i)
	}
	if len(n.open(len(n.constants)+len(n.inputs))) == 0 {
		if n.spent < n.best {
			n.best = n.spent
			n.found = (&answer{n.Question, slices.Clone(n.pool), slices.Clone(outs), false, 0}).String()
		}
	}
	for _, i := range outs {
		n.unuse(i)
	}
}

func (n *naive) same(i, g int) bool {
	for lane := range n.lanes {
		if n.pool[i].value[lane] != n.goals[g][lane] {
			return false
		}
	}
	return true
}

// needs reports whether operation i uses j on the way.
func (n *naive) needs(i, j int) bool {
	x := &n.pool[i]
	return i > j && x.kind == computed && (x.a == j || x.b == j || n.needs(x.a, j) || n.needs(x.b, j))
}
