// SPDX-License-Identifier: MIT OR Apache-2.0

package minimal

// pairs calls try for the operations on nodes that include all of open and cost less
// than slack.
func (s *search) pairs(open []int, slack int, try func(op, a, b int)) {
	var cost, again [maxNodes]int // of a use, and of another one in the same operation
	n := len(s.pool)
	for i := range n {
		cost[i], again[i] = s.operand(i, 0), s.operand(i, 1)
	}
	for op := range operations {
		o := &operations[op]
		for a := range n {
			left := slack - s.prices.op[op] - cost[a]
			if left <= 0 || s.stopped {
				continue
			}
			if o.unary {
				if s.pool[a].kind != constant && covers(open, a, a) {
					try(op, a, a)
				}
				continue
			}
			b := 0
			if o.commutes {
				b = a
			}
			if !covers(open, a, a) {
				if len(open) > 1 && open[0] != a && open[1] != a {
					continue
				}
				other := open[0]
				if len(open) > 1 && other == a {
					other = open[1]
				}
				if other >= b && cost[other] < left {
					try(op, a, other)
				}
				continue
			}
			for ; b < n; b++ {
				second := cost[b]
				if b == a {
					second = again[b]
				}
				if second < left && (a >= len(s.constants) || b >= len(s.constants)) {
					try(op, a, b)
				}
			}
		}
	}
}

// covers reports whether a and b include all of open.
func covers(open []int, a, b int) bool {
	for _, i := range open {
		if i != a && i != b {
			return false
		}
	}
	return true
}
