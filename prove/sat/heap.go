// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

// heap orders variables by activity, the most active first.
type heap struct {
	activity []float64 // by variable
	at       []int32   // by variable: index in vars, -1 if absent
	vars     []int32
}

func newHeap(n int) heap {
	h := heap{activity: make([]float64, n), at: make([]int32, n)}
	for i := range h.at {
		h.at[i] = -1
	}
	return h
}

// raise adds to the activity of v and returns the new one.
func (h *heap) raise(v int32, by float64) float64 {
	h.activity[v] += by
	if h.at[v] >= 0 {
		h.up(h.at[v])
	}
	return h.activity[v]
}

func (h *heap) scale(by float64) {
	for i := range h.activity {
		h.activity[i] *= by
	}
}

func (h *heap) insert(v int32) {
	if h.at[v] >= 0 {
		return
	}
	h.vars = append(h.vars, v)
	h.at[v] = int32(len(h.vars) - 1)
	h.up(h.at[v])
}

func (h *heap) pop() (int32, bool) {
	if len(h.vars) == 0 {
		return 0, false
	}
	top, last := h.vars[0], h.vars[len(h.vars)-1]
	h.vars = h.vars[:len(h.vars)-1]
	h.at[top] = -1
	if len(h.vars) > 0 {
		h.put(0, last)
		h.down(0)
	}
	return top, true
}

func (h *heap) put(i, v int32) { h.vars[i], h.at[v] = v, i }

func (h *heap) up(i int32) {
	v := h.vars[i]
	for i > 0 {
		p := (i - 1) / 2
		if h.activity[h.vars[p]] >= h.activity[v] {
			break
		}
		h.put(i, h.vars[p])
		i = p
	}
	h.put(i, v)
}

func (h *heap) down(i int32) {
	v := h.vars[i]
	for {
		c := 2*i + 1
		if int(c) >= len(h.vars) {
			break
		}
		if int(c)+1 < len(h.vars) && h.activity[h.vars[c+1]] > h.activity[h.vars[c]] {
			c++
		}
		if h.activity[h.vars[c]] <= h.activity[v] {
			break
		}
		h.put(i, h.vars[c])
		i = c
	}
	h.put(i, v)
}
