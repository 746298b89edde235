// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"fmt"

	"github.com/genalloc/genalloc/prove/sym"
	"github.com/genalloc/genalloc/wasm"
)

// mostWritten bounds what a replayed call may write: the engine touches it all.
const mostWritten = 1 << 30

// witness looks at some bytes of the memory before and after a replayed call: the
// first and the last of everything that the path writes, and those that the
// obligation is about. It predicts each from the path's effects.
type witness struct {
	rerun
	before map[uint64]byte // what is put there before the call
	after  map[uint64]byte // what has to be there after it
	err    error
}

func newWitness(r rerun) (*witness, error) {
	w := &witness{rerun: r, before: map[uint64]byte{}, after: map[uint64]byte{}}
	if err := w.loads(); err != nil {
		return nil, err
	}
	if r.path.End != sym.Return {
		return w, nil
	}
	var watched []uint64
	total := uint64(0)
	for _, f := range writes(r.path) {
		if f.Round != nil { // one of many that the model says no more of
			return w, nil
		}
		if n := w.value(f.Len); n > 0 {
			total += n
			watched = append(watched, w.value(f.Addr), w.value(f.Addr)+n-1)
		}
	}
	if total > mostWritten {
		return nil, fmt.Errorf("the counterexample writes %d bytes: too many to replay", total)
	}
	byteOf := w.values["byte"].Lo
	watched = append(watched, byteOf, w.value(r.call.old.at)+byteOf, w.values["foreign"].Lo, w.values["other.at"].Lo)
	for _, v := range w.all(r.path.Results) {
		watched = append(watched, v, v+byteOf)
	}
	for _, a := range watched {
		if a < w.value(r.path.State.Pages)*wasm.PageSize {
			w.after[a] = w.predict(a)
		}
	}
	return w, nil
}

// loads puts the bytes in memory that the path reads there. Clean bytes are 0.
func (w *witness) loads() error {
	for i, f := range w.path.Effects {
		if f.Kind != sym.Load || f.Value == nil {
			continue
		}
		v, at := w.value(f.Value), w.value(f.Addr)
		for n := range w.value(f.Len) {
			b := byte(v >> (8 * n))
			had, from, old := w.trace(w.path.Effects[:i], at+n)
			if known, twice := w.before[from]; old && twice {
				had = known
			} else if old && !w.zero(from) {
				had, w.before[from] = b, b
			}
			if had != b {
				return mismatch("it would have to read %#x at %d, which is not there", b, at+n)
			}
		}
	}
	return nil
}

// zero reports whether a byte is known to be 0 before the call: a clean byte, or one
// of pages that are yet to be grown.
func (w *witness) zero(a uint64) bool {
	if a >= w.value(w.call.state.Pages)*wasm.PageSize {
		return true
	}
	return !w.call.contract.Dirty && w.value(w.call.pre.clean) <= a && a < w.value(w.call.pre.end)
}

// trace finds where the byte at a comes from after the effects: a value that one of
// them wrote, or the byte that was at from before.
func (w *witness) trace(effects []sym.Effect, a uint64) (b byte, from uint64, old bool) {
	for i := len(effects) - 1; i >= 0; i-- {
		f := effects[i]
		if f.Kind == sym.Load || f.Kind == sym.Grow {
			continue
		}
		offset := a - w.value(f.Addr)
		if a < w.value(f.Addr) || offset >= w.value(f.Len) {
			continue
		}
		switch f.Kind {
		case sym.Store:
			return byte(w.value(f.Value) >> (8 * offset)), 0, false
		case sym.Fill:
			return byte(w.value(f.Value)), 0, false
		default: // Copy: all is read before any is written
			return w.trace(effects[:i], w.value(f.From)+offset)
		}
	}
	return 0, a, true
}

// predict returns the byte at a after the call. Bytes that the program may have
// written before it are chosen here, different from each other.
func (w *witness) predict(a uint64) byte {
	b, from, old := w.trace(w.path.Effects, a)
	if !old || w.zero(from) {
		return b
	}
	if known, ok := w.before[from]; ok {
		return known
	}
	w.before[from] = byte(from*0x9e3779b97f4a7c15>>56) | 1
	return w.before[from]
}

func (w *witness) write(memory []byte) {
	for a, b := range w.before {
		if a < uint64(len(memory)) {
			memory[a] = b
		}
	}
}

func (w *witness) read(memory []byte) {
	for a, want := range w.after {
		switch {
		case a >= uint64(len(memory)):
			w.err = mismatch("byte %d is not there", a)
		case memory[a] != want:
			w.err = mismatch("byte %d is %#x, not %#x", a, memory[a], want)
		}
	}
}
