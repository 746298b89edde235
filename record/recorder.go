// SPDX-License-Identifier: MIT OR Apache-2.0

package record

import (
	"fmt"

	"github.com/genalloc/genalloc/internal/plain"
	"github.com/genalloc/genalloc/trace"
)

// A Recorder turns the events of an instrumented program into a trace.
type Recorder struct {
	Report
	w       *trace.Writer
	program *Program
	calls   []int          // of each export
	phase   string         // that nothing happened in yet
	blocks  map[uint32]int // numbers of live blocks, by address
	marks   map[uint32]mark
	early   []entry // until the heap base is known
	base    uint32  // the smallest address seen
	begun   bool    // the memory is written
	made    int     // blocks
	marked  int
	err     error
}

// A Report says what was recorded.
type Report struct {
	Operations int // in the trace
	Refused    int // allocations that the program was refused
	Unknown    int // operations about addresses that no recorded call returned
	Missed     int // blocks whose end was not seen: their address was given out again
}

// A mark has its number and that of the block that was made next.
type mark struct{ number, block int }

// An entry is an operation, or a comment where its kind is 0.
type entry struct {
	trace.Op
	comment string
}

// early is how many entries wait for the smallest address.
const early = 4096

// NewRecorder returns a recorder of what a program does.
func NewRecorder(p *Program, w *trace.Writer) *Recorder {
	return &Recorder{w: w, program: p, calls: make([]int, len(p.Phases)), blocks: map[uint32]int{}, marks: map[uint32]mark{}, base: 1<<32 - 1}
}

// Event enters one event.
func (r *Recorder) Event(kind trace.Kind, address, size, align, old uint32) error {
	if align&(align-1) != 0 {
		align = 0 // refused, or it means something else
	}
	switch kind {
	case trace.Alloc, trace.Zero:
		r.alloc(kind, address, size, align)
	case trace.Resize:
		r.resize(address, size, align, old)
	case trace.Free:
		r.free(address)
	case trace.Mark:
		r.marks[address] = mark{r.marked, r.made}
		r.marked++
		r.put(trace.Op{Kind: kind})
	case trace.Release:
		r.release(address)
	case trace.Reset:
		clear(r.blocks)
		clear(r.marks)
		r.put(trace.Op{Kind: kind})
	case trace.Grow:
		if size > 0 {
			r.put(trace.Op{Kind: kind, Size: size})
		}
	case trace.Phase:
		if int(address) < len(r.calls) {
			r.phase = fmt.Sprintf("call %d of export %.900s", r.calls[address], plain.Text(r.program.Phases[address]))
			r.calls[address]++
		}
	default:
		return fmt.Errorf("event of kind %d", kind)
	}
	return r.err
}

func (r *Recorder) alloc(kind trace.Kind, address, size, align uint32) {
	switch _, taken := r.blocks[address]; {
	case address == 0 && size == 0:
		return
	case address == 0:
		r.Refused++
		r.say("refused: %s %d %d", kind, size, align)
		return
	case taken && size > 0:
		r.Missed++
		r.say("its end was not seen:")
		r.free(address)
	}
	// Blocks of no bytes may share an address: the last is the one that is freed.
	r.blocks[address] = r.made
	r.made++
	r.base = min(r.base, address)
	r.put(trace.Op{Kind: kind, Size: size, Align: align})
}

func (r *Recorder) resize(address, size, align, old uint32) {
	number, known := r.blocks[old]
	switch {
	case old == 0:
		r.alloc(trace.Alloc, address, size, align)
	case address == 0 && size == 0:
		r.free(old)
	case address == 0:
		r.Refused++
		r.say("refused: resize to %d", size)
	case !known:
		r.Unknown++
		r.say("resized, of an address that no recorded call returned:")
		r.alloc(trace.Alloc, address, size, align)
	default:
		if delete(r.blocks, old); address != old {
			if _, taken := r.blocks[address]; taken {
				r.Missed++
				r.say("its end was not seen:")
				r.free(address)
			}
		}
		r.blocks[address] = number
		r.base = min(r.base, address)
		r.put(trace.Op{Kind: trace.Resize, Block: number, Size: size})
	}
}

func (r *Recorder) free(address uint32) {
	number, known := r.blocks[address]
	switch {
	case address == 0:
	case !known:
		r.Unknown++
		r.say("freed, of an address that no recorded call returned: %d", address)
	default:
		delete(r.blocks, address)
		r.put(trace.Op{Kind: trace.Free, Block: number})
	}
}

func (r *Recorder) release(handle uint32) {
	m, known := r.marks[handle]
	if !known {
		r.Unknown++
		r.say("released, of a mark that no recorded call returned: %d", handle)
		return
	}
	for address, number := range r.blocks {
		if number >= m.block {
			delete(r.blocks, address)
		}
	}
	for h, x := range r.marks {
		if x.number >= m.number {
			delete(r.marks, h)
		}
	}
	r.put(trace.Op{Kind: trace.Release, Block: m.number})
}

func (r *Recorder) say(format string, args ...any) {
	r.enter(entry{comment: fmt.Sprintf(format, args...)})
}

// put enters an operation, and the phase before it that it is the first of.
func (r *Recorder) put(op trace.Op) {
	if r.phase != "" {
		r.enter(entry{Op: trace.Op{Kind: trace.Phase, Text: r.phase}})
		r.phase = ""
	}
	r.Operations++
	r.enter(entry{Op: op})
}

// enter writes an entry, or keeps it until the memory can be written.
func (r *Recorder) enter(e entry) {
	if r.begun {
		r.write(e)
		return
	}
	r.early = append(r.early, e)
	if len(r.early) == early || r.program.Base != 0 {
		r.begin()
	}
}

// begin writes the memory, and what waited for it.
func (r *Recorder) begin() {
	r.begun = true
	base := r.program.Base
	if base == 0 && r.made > 0 {
		base = r.base
	}
	if base != 0 {
		r.write(entry{Op: trace.Op{Kind: trace.Memory, Size: r.program.Pages, Base: base}})
	}
	for _, e := range r.early {
		r.write(e)
	}
	r.early = nil
}

func (r *Recorder) write(e entry) {
	if r.err != nil {
		return
	}
	if e.Kind == 0 {
		r.err = r.w.Comment(e.comment)
	} else {
		r.err = r.w.Write(e.Op)
	}
}

// Finish writes what waits. It does not close the trace.
func (r *Recorder) Finish() error {
	if !r.begun {
		r.begin()
	}
	return r.err
}
