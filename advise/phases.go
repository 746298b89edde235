// SPDX-License-Identifier: MIT OR Apache-2.0

package advise

import (
	"github.com/genalloc/genalloc/trace"
	"github.com/genalloc/genalloc/trace/profile"
)

// linked reports whether the trace is one of a program that an object can be linked into:
// it says where the heap began.
func linked(p *profile.Profile) bool { return p.StartPages > 0 }

// unaligned reports whether some block asked for no alignment, as malloc's do.
func unaligned(p *profile.Profile) bool { return p.Alignments[0].From == 0 }

// largest is the largest alignment of the trace's blocks, in bytes.
func largest(p *profile.Profile) uint64 {
	most := p.Alignments[len(p.Alignments)-1].From
	if unaligned(p) {
		return max(most, unasked)
	}
	return most
}

// hasMarks reports whether the program marks and releases.
func hasMarks(p *profile.Profile) bool { return p.Marks+p.Releases > 0 }

// reuses reports whether a block ends before another is made or resized.
func reuses(ops []trace.Op) bool {
	var live trace.Live
	ended := false
	for _, op := range ops {
		if ended && (op.Kind.Makes() || op.Kind == trace.Resize) {
			return true
		}
		ended = len(live.Follow(op)) > 0 || ended
	}
	return false
}

func isLive(l *trace.Live, block int) bool {
	_, ok := l.Blocks[block]
	return ok
}

// unmarked returns the trace of a program that frees each block itself: without marks,
// and with a free for each block that a release or a reset ends.
func unmarked(ops []trace.Op) []trace.Op {
	var out []trace.Op
	var live trace.Live
	for _, op := range ops {
		ended := live.Follow(op)
		switch op.Kind {
		case trace.Release, trace.Reset:
			for i := len(ended) - 1; i >= 0; i-- { // the newest first
				out = append(out, trace.Op{Kind: trace.Free, Block: ended[i].Number})
			}
		case trace.Mark:
		default:
			out = append(out, op)
		}
	}
	return out
}

// A phase is what stands between two phase lines.
type phase struct {
	begin, end int // of its operations
	first      int // the first block that it makes
	nests      bool
}

// phases finds the phases of a trace. A phase nests if every block that it makes ends in
// it, and if it resizes no block that was there before: such a phase can begin with a
// mark and end with a release.
func phases(ops []trace.Op) (list []phase) {
	var live trace.Live
	current := -1
	for i, op := range ops {
		if op.Kind == trace.Phase {
			list = append(list, phase{begin: i + 1, first: live.Made, nests: true})
			current = len(list) - 1
		}
		if current >= 0 {
			p := &list[current]
			p.end = i + 1
			if op.Kind == trace.Resize && op.Block < p.first && !live.Idle(op) {
				p.nests = false
			}
		}
		live.Follow(op)
		if current >= 0 && (i+1 == len(ops) || ops[i+1].Kind == trace.Phase) {
			p := &list[current]
			for n := p.first; n < live.Made && p.nests; n++ {
				p.nests = !isLive(&live, n)
			}
			p.nests = p.nests && live.Made > p.first
		}
	}
	return list
}

// marked returns the trace of a program that marks the beginning of each phase that nests
// and releases what it made at its end, and how many phases that are.
func marked(ops []trace.Op) (out []trace.Op, count int) {
	at := 0
	for _, p := range phases(ops) {
		if !p.nests {
			continue
		}
		out = append(out, ops[at:p.begin]...)
		out = append(out, trace.Op{Kind: trace.Mark})
		for _, op := range ops[p.begin:p.end] {
			if op.Kind != trace.Free || op.Block < p.first {
				out = append(out, op)
			}
		}
		out = append(out, trace.Op{Kind: trace.Release, Block: count})
		at = p.end
		count++
	}
	return append(out, ops[at:]...), count
}
