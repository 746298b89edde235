// SPDX-License-Identifier: MIT OR Apache-2.0

// Package profile says what is in a trace: how much is allocated, in which sizes, for how
// long, and how much of it is live at once. It needs memory for the live blocks alone.
package profile

import (
	"io"
	"math/bits"

	"github.com/genalloc/genalloc/trace"
)

// A Profile is what is in a trace.
type Profile struct {
	Operations  int    `json:"operations"`
	Allocations int    `json:"allocations"` // zeroed ones too
	Zeroed      int    `json:"zeroed"`
	Resizes     int    `json:"resizes"`
	Frees       int    `json:"frees"`
	Marks       int    `json:"marks"`
	Releases    int    `json:"releases"` // resets too
	Released    int    `json:"released"` // blocks that these ended
	Growths     int    `json:"growths"`  // of the memory, by others
	Phases      int    `json:"phases"`
	Ignored     int    `json:"ignored"`      // operations about blocks or marks that had ended
	StartPages  uint32 `json:"start_pages"`  // 0 where the trace does not say
	HeapBase    uint32 `json:"heap_base"`    // 0 where the trace does not say
	BytesAsked  uint64 `json:"bytes_asked"`  // by all allocations and resizes
	PeakBytes   uint64 `json:"peak_bytes"`   // the most that were live at once
	PeakAt      int    `json:"peak_at"`      // after so many operations
	PeakPhase   string `json:"peak_phase"`   // what the program did then
	PeakBlocks  int    `json:"peak_blocks"`  // the most that were live at once
	LIFO        int    `json:"lifo_frees"`   // frees of the newest live block
	LeftBlocks  int    `json:"left_blocks"`  // never freed
	LeftBytes   uint64 `json:"left_bytes"`   // in these
	LargestSize uint32 `json:"largest_size"` // bytes

	Sizes      []Class `json:"sizes"`      // bytes
	Alignments []Class `json:"alignments"` // bytes; 0 where the program asked for none
	Lifetimes  []Class `json:"lifetimes"`  // operations from the allocation to the end

	Live  []uint64 `json:"live"`  // the most bytes that were live in each step
	Width int      `json:"width"` // operations in a step
}

// A Class counts blocks by a value from From to To, which is in bytes or in operations.
type Class struct {
	From  uint64 `json:"from"`
	To    uint64 `json:"to"`
	Count int    `json:"count"`
	Left  int    `json:"left"` // blocks never freed, by the size that they have in the end
}

// a counter counts by powers of two: 0, 1, 2 to 3, 4 to 7 and so on.
type counter [65]Class

func (c *counter) at(v uint64) *Class { return &c[bits.Len64(v)] }

// classes returns those that count something.
func (c *counter) classes() []Class {
	list := []Class{}
	for i, x := range c {
		if x.Count > 0 || x.Left > 0 {
			if i > 0 {
				x.From, x.To = 1<<(i-1), 1<<i-1
			}
			list = append(list, x)
		}
	}
	return list
}

// Read reads a trace to its end.
func Read(r *trace.Reader) (*Profile, error) {
	m := maker{s: &Profile{Width: 1}}
	for {
		op, err := r.Read()
		switch err {
		case nil:
			m.add(op)
		case io.EOF:
			return m.finish(), nil
		default:
			return nil, err
		}
	}
}

// Of returns the profile of a trace that is in memory.
func Of(ops []trace.Op) *Profile {
	m := maker{s: &Profile{Width: 1}}
	for _, op := range ops {
		m.add(op)
	}
	return m.finish()
}

// A maker makes a profile, one operation after the other.
type maker struct {
	s     *Profile
	live  trace.Live
	order []int // live blocks, the oldest first, and some that have ended
	phase string

	sizes, alignments, lifetimes counter
}

func (m *maker) add(op trace.Op) {
	s := m.s
	s.Operations++
	if m.live.Idle(op) {
		m.live.Follow(op)
		s.Ignored++
		m.measure()
		return
	}
	switch op.Kind {
	case trace.Memory:
		s.StartPages, s.HeapBase = op.Size, op.Base
	case trace.Alloc, trace.Zero:
		if s.Allocations++; op.Kind == trace.Zero {
			s.Zeroed++
		}
		m.sizes.at(uint64(op.Size)).Count++
		m.alignments.at(uint64(op.Align)).Count++
		m.order = append(m.order, m.live.Made)
		m.ask(op)
	case trace.Resize:
		s.Resizes++
		m.ask(op)
	case trace.Free:
		if s.Frees++; m.newest() == op.Block {
			s.LIFO++
		}
	case trace.Mark:
		s.Marks++
	case trace.Release, trace.Reset:
		s.Releases++
	case trace.Grow:
		s.Growths++
	case trace.Phase:
		s.Phases++
		m.phase = op.Text
	}
	ended := m.live.Follow(op)
	if op.Kind != trace.Free {
		s.Released += len(ended)
	}
	for _, b := range ended {
		m.lifetimes.at(uint64(m.live.Ops-1-b.Made)).Count++
	}
	m.measure()
}

// ask counts the bytes that an operation asks for.
func (m *maker) ask(op trace.Op) {
	m.s.BytesAsked += uint64(op.Size)
	m.s.LargestSize = max(m.s.LargestSize, op.Size)
}

// newest returns the newest live block.
func (m *maker) newest() int {
	for {
		last := m.order[len(m.order)-1]
		if _, ok := m.live.Blocks[last]; ok {
			return last
		}
		m.order = m.order[:len(m.order)-1]
	}
}

// steps is the most that the curve of live bytes has. It has half as many at least, once
// there are as many operations.
const steps = 1024

// measure enters what is live now.
func (m *maker) measure() {
	s := m.s
	if m.live.Bytes > s.PeakBytes {
		s.PeakBytes, s.PeakAt, s.PeakPhase = m.live.Bytes, s.Operations, m.phase
	}
	s.PeakBlocks = max(s.PeakBlocks, len(m.live.Blocks))
	if len(m.order) > 2*len(m.live.Blocks)+steps {
		kept := m.order[:0]
		for _, b := range m.order {
			if _, ok := m.live.Blocks[b]; ok {
				kept = append(kept, b)
			}
		}
		m.order = kept
	}
	at := (s.Operations - 1) / s.Width
	if at == steps { // every two become one
		for i := range steps / 2 {
			s.Live[i] = max(s.Live[2*i], s.Live[2*i+1])
		}
		s.Live = s.Live[:steps/2]
		s.Width *= 2
		at = steps / 2
	}
	for len(s.Live) <= at {
		s.Live = append(s.Live, 0)
	}
	s.Live[at] = max(s.Live[at], m.live.Bytes)
}

func (m *maker) finish() *Profile {
	s := m.s
	s.LeftBlocks, s.LeftBytes = len(m.live.Blocks), m.live.Bytes
	for _, b := range m.live.Blocks {
		m.alignments.at(uint64(b.Align)).Left++
		m.sizes.at(uint64(b.Size)).Left++
	}
	s.Sizes, s.Alignments, s.Lifetimes = m.sizes.classes(), m.alignments.classes(), m.lifetimes.classes()
	for i := range s.Alignments { // which are powers of two
		s.Alignments[i].To = s.Alignments[i].From
	}
	return s
}
