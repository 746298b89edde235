// SPDX-License-Identifier: MIT OR Apache-2.0

package minimal

import (
	"context"
	"slices"
)

// A node is a value at hand: a constant, an input, or what an operation computes.
type node struct {
	value
	kind kind
	op   int // of operations
	a, b int // its operands; a again if there is one
	uses int
	from deps
}

type kind uint8

const (
	constant kind = iota
	input
	computed
)

// deps says which inputs a value depends on, a bit for each.
type deps uint8

// A goal is a value that an answer has to compute. It accepts a value in the search's
// states; the values of the goals before it have been found.
type goal struct {
	accepts  func(s *search, v *value) bool
	hopeless func(o *operation, a, b *value) bool // what o computes is refused at a glance; may be nil
}

// A search visits every expression of a question, of a price below limit, that differs
// from others in its states.
//
// It computes the goals in turn. What an earlier goal needs comes first, so every
// expression has such an order, and one alone: an operation that does not use the one
// before it has a higher number than that one.
type search struct {
	*Question
	prices  prices
	limit   int // of the price, and no answer has it
	most    int // operations
	lanes   int // states
	pool    []node
	outs    []int // the nodes of the goals that are reached
	spent   int   // operations and operands of the pool, but for what sharing takes
	visited int64
	ctx     context.Context
	answer  *answer
	stopped bool // there is an answer, or ctx is done

	wanted    []goal
	stateNode int  // in the pool, or -1
	first     int  // node of the goal that is searched for
	inverted  bool // the condition that was accepted last holds where it is 0
}

// run returns an answer below the limit, nil if there is none.
func (s *search) run() *answer {
	s.stage(len(s.pool))
	return s.answer
}

// stage searches for the next goal, with nodes from first on of its own.
func (s *search) stage(first int) {
	defer func(before int) { s.first = before }(s.first)
	s.first = first
	g := &s.wanted[len(s.outs)]
	for i := range s.pool {
		if s.pool[i].kind != constant && g.accepts(s, &s.pool[i].value) {
			s.reach(i)
		}
	}
	s.finish(g, first)
	s.extend(g, first)
}

// reach takes node i for the goal and goes on to the next one.
func (s *search) reach(i int) {
	s.use(i)
	s.outs = append(s.outs, i)
	if price := s.price(); price < s.limit {
		if len(s.outs) < len(s.wanted) {
			s.stage(len(s.pool))
		} else {
			s.answer = &answer{s.Question, slices.Clone(s.pool), slices.Clone(s.outs), s.inverted, price}
			s.stopped = true
		}
	}
	s.outs = s.outs[:len(s.outs)-1]
	s.unuse(i)
}

// finish looks for one operation that gives the goal and uses what nothing uses yet.
func (s *search) finish(g *goal, first int) {
	open := s.open(first)
	if len(open) > 2 || s.needs != nil && !s.has(first) {
		return
	}
	s.pairs(open, s.limit-s.spent, func(op, a, b int) {
		if g.hopeless != nil && g.hopeless(&operations[op], &s.pool[a].value, &s.pool[b].value) {
			return
		}
		n := s.push(op, a, b)
		if g.accepts(s, &s.pool[n].value) {
			s.reach(n)
		}
		s.pop()
	})
}

// extend tries one more operation on the way to the goal.
func (s *search) extend(g *goal, first int) {
	operations := len(s.pool) - len(s.constants) - len(s.inputs)
	if operations+len(s.wanted)-len(s.outs) >= s.most {
		return
	}
	last := len(s.pool) - 1
	due := s.needs != nil && operations+len(s.wanted)-len(s.outs)+1 == s.most && !s.has(first)
	s.pairs(nil, s.limit-s.spent, func(op, a, b int) {
		if due && !s.needs(op) {
			return
		}
		if last >= first && a != last && b != last && !s.pool[last].before(op, a, b) {
			return
		}
		n := s.push(op, a, b)
		if price := s.price(); price < s.limit && s.fresh(n) &&
			len(s.open(first)) <= 2+(s.limit-1-price)/s.prices.least {
			s.visited++
			s.finish(g, first)
			s.extend(g, first)
		}
		s.pop()
		if s.visited&0xffff == 0 && s.ctx.Err() != nil {
			s.stopped = true
		}
	})
}

// has reports whether there is an operation that the question needs.
func (s *search) has(first int) bool {
	for i := first; i < len(s.pool); i++ {
		if s.needs(s.pool[i].op) {
			return true
		}
	}
	return false
}

// before orders operations that do not use each other.
func (n *node) before(op, a, b int) bool {
	if n.op != op {
		return n.op < op
	}
	if n.a != a {
		return n.a < a
	}
	return n.b < b
}

// open returns the nodes from first on that nothing uses.
func (s *search) open(first int) []int {
	var open [maxNodes]int
	n := 0
	for i := first; i < len(s.pool); i++ {
		if s.pool[i].uses == 0 {
			open[n] = i
			n++
		}
	}
	return append([]int(nil), open[:n]...)
}

// fresh reports whether node n differs from all before it in some state.
func (s *search) fresh(n int) bool {
	v := &s.pool[n].value
next:
	for i := range s.pool[:n] {
		w := &s.pool[i].value
		for lane := range s.lanes {
			if v[lane] != w[lane] {
				continue next
			}
		}
		return false
	}
	return true
}

// push adds what op computes from a and b.
func (s *search) push(op, a, b int) int {
	o := &operations[op]
	n := len(s.pool)
	s.pool = s.pool[:n+1]
	x, va, vb := &s.pool[n], &s.pool[a], &s.pool[b]
	x.kind, x.op, x.a, x.b, x.uses, x.from = computed, op, a, b, 0, va.from|vb.from
	o.compute(x.value[:s.lanes], va.value[:], vb.value[:])
	s.spent += s.prices.op[op]
	s.use(a)
	if !o.unary {
		s.use(b)
	}
	return n
}

// pop takes the last node away.
func (s *search) pop() {
	n := len(s.pool) - 1
	x := &s.pool[n]
	s.spent -= s.prices.op[x.op]
	s.unuse(x.a)
	if !operations[x.op].unary {
		s.unuse(x.b)
	}
	s.pool = s.pool[:n]
}

// use counts a use of node i, and unuse takes it back.
func (s *search) use(i int) {
	s.spent += s.operand(i, 0)
	s.pool[i].uses++
}

func (s *search) unuse(i int) {
	s.pool[i].uses--
	s.spent -= s.operand(i, 0)
}

// operand returns what one more use of node i costs, after some more.
func (s *search) operand(i, more int) int {
	x := &s.pool[i]
	switch {
	case x.kind == constant:
		return s.prices.constant
	case x.kind == input && i != s.stateNode:
		return s.prices.get
	}
	n := x.uses + more
	if i == s.stateNode {
		return s.prices.read(n+1) - s.prices.read(n)
	}
	return s.prices.shared(n+1) - s.prices.shared(n)
}

// price returns the least price of an expression that has the pool's nodes.
func (s *search) price() int {
	if len(s.outs) == len(s.wanted) {
		return s.spent
	}
	return s.spent + s.later(s)
}
