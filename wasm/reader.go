// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

import (
	"fmt"
	"unicode/utf8"
)

// Error says where in a file a module is malformed or not supported.
type Error struct {
	Section SectionID
	Func    int // index of the function, imports included; -1 outside code
	Offset  int // bytes from the start of the file
	Msg     string
}

func (e *Error) Error() string {
	if e.Func >= 0 {
		return fmt.Sprintf("func[%d] offset 0x%x: %s", e.Func, e.Offset, e.Msg)
	}
	if e.Section == sectionNone {
		return fmt.Sprintf("offset 0x%x: %s", e.Offset, e.Msg)
	}
	return fmt.Sprintf("%s section offset 0x%x: %s", e.Section, e.Offset, e.Msg)
}

// A Reader consumes a file or the payload of a custom section. The first error
// sticks: from then on everything reads as zero, so that callers check once per
// construct and not once per byte. Loops over counts must look at [Reader.Err].
type Reader struct {
	buf     []byte // the file up to the end of what may be read
	pos     int    // offset in the file
	section SectionID
	fn      int
	err     error
}

// NewReader returns a reader of a payload. Offsets in errors count from its start.
func NewReader(payload []byte) *Reader {
	return &Reader{buf: payload, section: sectionNone, fn: -1}
}

// Err returns the first error, an [*Error].
func (r *Reader) Err() error { return r.err }

// Fail makes an error where the reader stands.
func (r *Reader) Fail(format string, args ...any) { r.fail(r.pos, format, args...) }

func (r *Reader) fail(at int, format string, args ...any) {
	if r.err == nil {
		r.err = &Error{r.section, r.fn, at, fmt.Sprintf(format, args...)}
	}
}

func (r *Reader) ok() bool  { return r.err == nil }
func (r *Reader) left() int { return len(r.buf) - r.pos }

// More reports whether bytes are left and all went well.
func (r *Reader) More() bool { return r.err == nil && r.pos < len(r.buf) }

// Sub returns a reader of the next n bytes and steps over them.
func (r *Reader) Sub(n uint32, what string) *Reader {
	s := *r
	if int64(n) > int64(r.left()) {
		r.Fail("%s of %d bytes, but %d are left", what, n, r.left())
		s.err = r.err
		return &s
	}
	r.pos += int(n)
	s.buf = r.buf[:r.pos]
	return &s
}

// join takes over the error of a sub-reader, which must have read everything.
func (r *Reader) join(s *Reader, what string) {
	if s.More() {
		s.Fail("%d bytes left over at the end of the %s", s.left(), what)
	}
	r.Adopt(s)
}

// Adopt takes over the error of a sub-reader.
func (r *Reader) Adopt(s *Reader) {
	if r.err == nil {
		r.err = s.err
	}
}

// Byte reads a byte.
func (r *Reader) Byte() byte {
	if !r.More() {
		r.Fail("unexpected end")
		return 0
	}
	b := r.buf[r.pos]
	r.pos++
	return b
}

func (r *Reader) bytes(what string) []byte {
	s := r.Sub(r.U32(), what)
	if !r.ok() {
		return nil
	}
	return append([]byte(nil), s.buf[s.pos:]...)
}

// Rest reads what is left.
func (r *Reader) Rest() []byte {
	if !r.ok() {
		return nil
	}
	rest := append([]byte(nil), r.buf[r.pos:]...)
	r.pos = len(r.buf)
	return rest
}

// Name reads a name, which is UTF-8.
func (r *Reader) Name(what string) string {
	at := r.pos
	s := string(r.bytes(what))
	if !utf8.ValidString(s) {
		r.fail(at, "%s is not valid utf-8", what)
	}
	return s
}

// Count reads the length of a vector. Every element takes a byte at least, so a
// larger count than bytes are left is refused before anything is allocated.
func (r *Reader) Count(what string) int {
	at := r.pos
	n := r.U32()
	if int64(n) > int64(r.left()) {
		r.fail(at, "%d %s, but %d bytes are left", n, what, r.left())
		return 0
	}
	return int(n)
}

// vec reads a vector of what, an element at a time.
func vec[T any](r *Reader, what string, one func(*Reader) T) []T {
	n := r.Count(what)
	var v []T
	for ; n > 0 && r.ok(); n-- {
		v = append(v, one(r))
	}
	return v
}

// U32 reads an unsigned LEB128 of 32 bits.
func (r *Reader) U32() uint32 { return uint32(r.uleb(32)) }

// S64 reads a signed LEB128 of 64 bits.
func (r *Reader) S64() int64 { return r.sleb(64) }

// uleb reads an unsigned LEB128 of at most bits bits (specification, 5.2.2).
func (r *Reader) uleb(bits uint) uint64 {
	at := r.pos
	var v uint64
	for shift := uint(0); ; shift += 7 {
		b := r.Byte()
		if bits-shift < 7 && b>>(bits-shift) != 0 {
			r.fail(at, "integer does not fit u%d", bits)
		}
		if !r.ok() {
			return 0
		}
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v
		}
	}
}

// sleb reads a signed LEB128 of at most bits bits.
func (r *Reader) sleb(bits uint) int64 {
	at := r.pos
	var v int64
	for shift := uint(0); ; shift += 7 {
		b := r.Byte()
		low := int8(b<<1) >> 1 // the 7 bits, sign-extended
		if left := bits - shift; left < 7 {
			// No further byte, and all bits from the sign up are alike.
			if top := low >> (left - 1); b >= 0x80 || top != 0 && top != -1 {
				r.fail(at, "integer does not fit s%d", bits)
			}
		}
		if !r.ok() {
			return 0
		}
		if b < 0x80 {
			return v | int64(low)<<shift
		}
		v |= int64(b&0x7f) << shift
	}
}
