// SPDX-License-Identifier: MIT OR Apache-2.0

package object

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"
)

// A reader consumes the payload of a custom section. The first error sticks;
// from then on everything reads as zero.
type reader struct {
	buf []byte
	pos int
	err error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("payload offset %#x: %s", r.pos, fmt.Sprintf(format, args...))
	}
}

func (r *reader) more() bool { return r.err == nil && r.pos < len(r.buf) }

func (r *reader) byte() byte {
	if !r.more() {
		r.fail("unexpected end")
		return 0
	}
	r.pos++
	return r.buf[r.pos-1]
}

func (r *reader) u32() uint32 {
	if r.err != nil {
		return 0
	}
	v, n := binary.Uvarint(r.buf[r.pos:])
	if n <= 0 || v > 1<<32-1 {
		r.fail("no unsigned LEB128 of 32 bits")
		return 0
	}
	r.pos += n
	return uint32(v)
}

// s64 reads a signed LEB128.
func (r *reader) s64() int64 {
	var v int64
	for shift := 0; shift < 64; shift += 7 {
		b := r.byte()
		v |= int64(b&0x7f) << shift
		if b < 0x80 {
			if shift+7 < 64 && b&0x40 != 0 {
				v |= -1 << (shift + 7)
			}
			return v
		}
	}
	r.fail("no signed LEB128 of 64 bits")
	return 0
}

// count reads the length of a vector. Every element takes a byte at least, so a
// larger count than bytes are left is refused before anything is allocated.
func (r *reader) count() uint32 {
	n := r.u32()
	if int64(n) > int64(len(r.buf)-r.pos) {
		r.fail("%d elements, but %d bytes are left", n, len(r.buf)-r.pos)
		return 0
	}
	return n
}

// sub returns a reader of the next n bytes and steps over them.
func (r *reader) sub(n uint32) *reader {
	if r.err == nil && int64(n) > int64(len(r.buf)-r.pos) {
		r.fail("%d bytes wanted, but %d are left", n, len(r.buf)-r.pos)
	}
	if r.err != nil {
		return &reader{err: r.err}
	}
	s := &reader{buf: r.buf[:r.pos+int(n)], pos: r.pos}
	r.pos += int(n)
	return s
}

func (r *reader) string() string {
	s := r.sub(r.u32())
	text := string(s.buf[s.pos:])
	if !utf8.ValidString(text) {
		r.fail("a name that is not UTF-8")
	}
	return text
}
