// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

import "encoding/binary"

// Widths of padded LEBs in bytes: the longest a 32-bit and a 64-bit integer can
// take (specification, 5.2.2). A linker overwrites LEBs of this width in place.
const (
	PaddedLen32 = 5
	PaddedLen64 = 10
)

// AppendULEB appends v as an unsigned LEB128 of minimal length.
func AppendULEB(b []byte, v uint64) []byte { return binary.AppendUvarint(b, v) }

// AppendSLEB appends v as a signed LEB128 of minimal length.
func AppendSLEB(b []byte, v int64) []byte {
	for v < -64 || v > 63 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v)&0x7f)
}

// AppendLEBPadded appends v as a LEB128 of n bytes, signed where the type is. It keeps
// the low 7n bits of v.
func AppendLEBPadded[T int | int64 | uint64](b []byte, v T, n int) []byte {
	for ; n > 1; n-- {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v)&0x7f)
}

// appendSized appends the length and the content.
func appendSized[T string | []byte](b []byte, content T) []byte {
	return append(AppendULEB(b, uint64(len(content))), content...)
}
