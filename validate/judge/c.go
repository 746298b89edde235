// SPDX-License-Identifier: MIT OR Apache-2.0

package judge

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/script"
)

// cAdapter is for C's malloc and its family (ISO C 7.24.3; POSIX, posix_memalign).
// A request with an alignment of up to least goes to malloc, others to aligned_alloc.
type cAdapter struct {
	functions
	// least is the alignment of every block in bytes: that of max_align_t (tool-conventions,
	// BasicCABI: long double is aligned to 16), or what a third-party contract says. This
	// project's modules keep as many bytes before a block, but for those with a header.
	least  uint64
	header uint64 // bytes before each block that say where it goes when it ends; or 0
}

// opAligned is an alloc that aligned_alloc serves.
const opAligned script.Op = "aligned"

// slot is where posix_memalign stores the address, with libc's errno behind it: below every
// heap base, if there is room. The bytes there are restored at once.
const (
	slot      = 4
	untouched = 0x5eed5eed // what a slot holds before the call
)

// errnoAt is the address of errno for a module that sets it: 0, as in a program without
// libc, where the heap leaves no room below it.
func errnoAt(c contract.Contract, s script.Setup) uint64 {
	end := Slots(c).To
	if !c.SetsErrno() || s.Base < end {
		return 0
	}
	return end - errnoSize
}

// errnoSize is the bytes of errno.
const errnoSize = 4

// Slots returns the bytes up to the end of errno, null's included.
func Slots(c contract.Contract) ledger.Span {
	return ledger.Span{To: slot + uint64(c.PointerSize()) + errnoSize}
}

// The errors of these functions that WASI numbers (wasi_snapshot_preview1,
// errno: inval, nomem).
const (
	errInvalid  = 28
	errNoMemory = 48
)

func (a *cAdapter) has(op script.Op) bool {
	return a.functions.has(op) || op == script.OpAlloc && a.functions.has(opAligned)
}

func (a *cAdapter) plan(r request) (contract.Function, []uint64) {
	if a.aligned(r) {
		r.op = opAligned
	}
	return a.functions.plan(r)
}

// aligned reports whether aligned_alloc serves the request.
func (a *cAdapter) aligned(r request) bool {
	return r.op == script.OpAlloc && a.functions.has(opAligned) &&
		(r.align > a.least || !powerOfTwo(r.align) || !a.functions.has(script.OpAlloc))
}

func (a *cAdapter) shape(r request) shape {
	align := a.least
	if a.aligned(r) || r.op == script.OpMemalign {
		align = max(align, r.align)
	}
	if a.header != 0 {
		return shape{align: align, lead: a.header, whole: align}
	}
	return shape{align: align, lead: align, whole: align}
}

func (a *cAdapter) call(in *instance, r request) (answer, error) {
	if in.errno == 0 {
		return a.request(in, r)
	}
	before := in.word(in.errno, untouched)
	got, err := a.request(in, r)
	number := in.word(in.errno, before)
	want := uint32(untouched)
	switch {
	case err != nil || !r.op.Makes() || r.op == script.OpMemalign: // which may set it and returns a number
		return got, err
	case !validAlign(r):
		want = errInvalid
	case got.ptr == 0:
		want = errNoMemory
	case a.header != 0 && got.ptr == r.handle: // it may have been refused another place
		return got, nil
	}
	if number != want {
		return answer{}, &ledger.Breach{Rule: "errno", Expected: fmt.Sprintf("errno to be %d after the call", want), Got: fmt.Sprint(number)}
	}
	return got, nil
}

func (a *cAdapter) request(in *instance, r request) (answer, error) {
	if r.op == script.OpMemalign {
		return a.memalign(in, r)
	}
	ptr, err := in.call(a.plan(r))
	return answer{ptr, ptr}, err
}

// word stores a word and returns what was there.
func (in *instance) word(at uint64, value uint32) (before uint32) {
	var word [4]byte
	in.Read(at, word[:])
	in.Write(at, binary.LittleEndian.AppendUint32(nil, value))
	return binary.LittleEndian.Uint32(word[:])
}

// address stores an address of so many bytes in the slot and returns what was there.
func (in *instance) address(bytes, value uint64) (before uint64) {
	if bytes == 4 {
		return uint64(in.word(slot, uint32(value)))
	}
	var word [8]byte
	in.Read(slot, word[:])
	in.Write(slot, binary.LittleEndian.AppendUint64(nil, value))
	return binary.LittleEndian.Uint64(word[:])
}

// memalign calls posix_memalign, and judges what it returns beside a block.
func (a *cAdapter) memalign(in *instance, r request) (answer, error) {
	before := in.address(r.pointer, untouched)
	code, err := in.call(a.plan(r))
	stored := in.address(r.pointer, before)
	wrong := func(expected, got string, args ...any) (answer, error) {
		return answer{}, &ledger.Breach{Rule: "error-number", Expected: expected, Got: fmt.Sprintf(got, args...)}
	}
	valid := validAlign(r)
	switch {
	case err != nil:
		return answer{}, err
	case code == 0 && valid && stored != 0 && stored != untouched:
		return answer{stored, stored}, nil
	case code == 0 && valid:
		return wrong("0 with the address of a block stored", "0 with %#x stored", stored)
	case !valid && code != errInvalid:
		return wrong(fmt.Sprintf("%d (EINVAL) for alignment %d", errInvalid, r.align), "%d", code)
	case valid && code != errNoMemory:
		return wrong(fmt.Sprintf("0 or %d (ENOMEM)", errNoMemory), "%d", code)
	case stored != untouched:
		return wrong(fmt.Sprintf("nothing stored with %d", code), "%#x", stored)
	}
	return answer{}, nil
}

func powerOfTwo(n uint64) bool { return bits.OnesCount64(n) == 1 }

// validAlign reports whether the function accepts the request's alignment.
// posix_memalign also requires a multiple of a pointer's size.
func validAlign(r request) bool {
	switch r.op {
	case script.OpAlloc:
		return powerOfTwo(r.align)
	case script.OpMemalign:
		return powerOfTwo(r.align) && r.align >= r.pointer
	}
	return true
}

// factors returns the arguments of calloc. Both are above 1 if that is possible, so that
// their product has to be computed. Of a size from 2^63 on it is twice the size, which
// wraps.
func (r request) factors() (count, each uint64) {
	if r.size >= 1<<63 {
		return 64, r.size >> 5
	}
	shift := min(bits.TrailingZeros64(r.size|1<<16), 16)
	return 1 << shift, r.size >> shift
}
