// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

// conflict follows unit clauses from the literals of the trail that were not
// visited yet, and returns the clause that became false, if one did.
func (e *elaborator) conflict() *known {
	for ; e.head < len(e.trail); e.head++ {
		if bad := e.visit(-e.trail[e.head]); bad != nil {
			return bad
		}
	}
	return nil
}

// visit goes through the clauses that watch l, which became false.
func (e *elaborator) visit(l Lit) *known {
	list := e.watch[index(l)]
	keep := list[:0]
	for i, w := range list {
		if w.c.dropped {
			continue
		}
		if e.value[index(w.blocker)] == 1 {
			keep = append(keep, w)
			continue
		}
		c := w.c
		if c.lits[0] == l {
			c.lits[0], c.lits[1] = c.lits[1], c.lits[0]
		}
		other := c.lits[0]
		if e.value[index(other)] != 1 && e.rewatch(c, other) {
			continue
		}
		keep = append(keep, eye{c, other})
		switch e.value[index(other)] {
		case 0:
			e.set(other, c)
		case -1:
			e.watch[index(l)] = append(keep, list[i+1:]...)
			return c
		}
	}
	e.watch[index(l)] = keep
	return nil
}

// rewatch moves the second watch of c to a literal that is not false.
func (e *elaborator) rewatch(c *known, other Lit) bool {
	for j := 2; j < len(c.lits); j++ {
		if m := c.lits[j]; e.value[index(m)] != -1 {
			c.lits[1], c.lits[j] = m, c.lits[1]
			e.watch[index(m)] = append(e.watch[index(m)], eye{c, other})
			return true
		}
	}
	return false
}

// trimChains leaves out the chains that the last one does not rest on.
func trimChains(chains []Chain, inputs int) []Chain {
	needed := make([]bool, len(chains))
	needed[len(chains)-1] = true
	for i := len(chains) - 1; i >= 0; i-- {
		if !needed[i] {
			continue
		}
		for _, id := range chains[i] {
			if j := int(id) - inputs; j >= 0 {
				needed[j] = true
			}
		}
	}
	place := make([]int32, len(chains))
	var kept []Chain
	for i, c := range chains {
		if !needed[i] {
			continue
		}
		for j, id := range c {
			if n := int(id) - inputs; n >= 0 {
				c[j] = place[n]
			}
		}
		place[i] = int32(inputs + len(kept))
		kept = append(kept, c)
	}
	return kept
}
