// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"errors"
	"fmt"
	"math"

	"github.com/bytecodealliance/wasmtime-go/v39"
)

var errReference = errors.New("references cannot be passed")

func toWasm(kinds []wasmtime.ValKind, args []uint64) ([]any, error) {
	if len(kinds) != len(args) {
		return nil, fmt.Errorf("%d arguments, want %d", len(args), len(kinds))
	}
	list := make([]any, len(args))
	for i, kind := range kinds {
		switch kind {
		case wasmtime.KindI32:
			list[i] = int32(args[i])
		case wasmtime.KindI64:
			list[i] = int64(args[i])
		case wasmtime.KindF32:
			list[i] = math.Float32frombits(uint32(args[i]))
		case wasmtime.KindF64:
			list[i] = math.Float64frombits(args[i])
		default:
			return nil, errReference
		}
	}
	return list, nil
}

// fromWasm turns what Func.Call returns into bits: nil, a value, or several.
func fromWasm(got any) []uint64 {
	switch v := got.(type) {
	case int32:
		return []uint64{uint64(uint32(v))}
	case int64:
		return []uint64{uint64(v)}
	case float32:
		return []uint64{uint64(math.Float32bits(v))}
	case float64:
		return []uint64{math.Float64bits(v)}
	case []wasmtime.Val:
		var list []uint64
		for _, x := range v {
			list = append(list, fromWasm(x.Get())...)
		}
		return list
	}
	return nil
}
