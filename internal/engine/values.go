// SPDX-License-Identifier: MIT OR Apache-2.0

package engine

import (
	"math"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/genalloc/genalloc/wasm"
)

var kinds = map[wasm.ValType]wasmtime.ValKind{
	wasm.I32: wasmtime.KindI32, wasm.I64: wasmtime.KindI64,
	wasm.F32: wasmtime.KindF32, wasm.F64: wasmtime.KindF64,
}

func funcType(t wasm.FuncType) *wasmtime.FuncType {
	list := func(types []wasm.ValType) (list []*wasmtime.ValType) {
		for _, t := range types {
			list = append(list, wasmtime.NewValType(kinds[t]))
		}
		return list
	}
	return wasmtime.NewFuncType(list(t.Params), list(t.Results))
}

// value makes a number of its bits. References are not numbers.
func value(kind wasmtime.ValKind, bits uint64) (wasmtime.Val, bool) {
	switch kind {
	case wasmtime.KindI32:
		return wasmtime.ValI32(int32(bits)), true
	case wasmtime.KindI64:
		return wasmtime.ValI64(int64(bits)), true
	case wasmtime.KindF32:
		return wasmtime.ValF32(math.Float32frombits(uint32(bits))), true
	case wasmtime.KindF64:
		return wasmtime.ValF64(math.Float64frombits(bits)), true
	}
	return wasmtime.Val{}, false
}

// bits returns those of a value, or of what a call returns: nil, a value, or several.
func bits(got any) []uint64 {
	switch v := got.(type) {
	case int32:
		return []uint64{uint64(uint32(v))}
	case int64:
		return []uint64{uint64(v)}
	case float32:
		return []uint64{uint64(math.Float32bits(v))}
	case float64:
		return []uint64{math.Float64bits(v)}
	case wasmtime.Val:
		return bits(v.Get())
	case []wasmtime.Val:
		var list []uint64
		for _, x := range v {
			list = append(list, bits(x)...)
		}
		return list
	}
	return nil
}
