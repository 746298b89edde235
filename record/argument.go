// SPDX-License-Identifier: MIT OR Apache-2.0

package record

import (
	"fmt"
	"math"
	"strconv"

	"github.com/genalloc/genalloc/wasm"
)

// argument reads a value of a type, as its bits.
func argument(t wasm.ValType, word string) (uint64, error) {
	size := 64
	if t == wasm.I32 || t == wasm.F32 {
		size = 32
	}
	switch t {
	case wasm.I32, wasm.I64:
		n, err := strconv.ParseInt(word, 0, size)
		if err != nil {
			var u uint64
			u, err = strconv.ParseUint(word, 0, size)
			n = int64(u)
		}
		if err != nil {
			return 0, fmt.Errorf("%q is no %s", word, t)
		}
		return uint64(n) & (1<<size - 1), nil
	case wasm.F32, wasm.F64:
		f, err := strconv.ParseFloat(word, size)
		if err != nil {
			return 0, fmt.Errorf("%q is no %s", word, t)
		}
		if t == wasm.F32 {
			return uint64(math.Float32bits(float32(f))), nil
		}
		return math.Float64bits(f), nil
	}
	return 0, fmt.Errorf("%s cannot be given", t)
}
