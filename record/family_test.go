// SPDX-License-Identifier: MIT OR Apache-2.0

package record

import (
	"slices"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// TestFamilies: the names that toolchains give, and names that only look alike.
func TestFamilies(t *testing.T) {
	for _, tt := range []struct {
		name            string
		params, results int
		exported        bool
		role            contract.Role // none for no function of an allocator
	}{
		{"malloc", 1, 1, false, contract.Allocates},
		{"malloc", 2, 1, false, ""},
		{"dlmalloc", 1, 1, false, contract.Allocates},
		{"__libc_free", 1, 0, false, contract.Frees},
		{"memalign", 2, 1, false, contract.Allocates},
		{"emscripten_builtin_realloc", 2, 1, false, contract.Resizes},
		{"malloc_usable_size", 1, 1, false, ""},
		{"__rust_alloc", 2, 1, false, contract.Allocates},
		{"__rdl_alloc_zeroed", 2, 1, false, contract.AllocatesZeroed},
		{"__rust_alloc_error_handler", 2, 0, false, ""},
		{"_RNvCshjGH3exYD3_7___rustc14___rust_dealloc", 3, 0, false, contract.Frees},
		{"_RNvCshjGH3exYD3_7___rustc12___rust_alloc", 2, 1, false, contract.Allocates},
		{"__rustc[e0a4d4bf9e4ee76d]::__rust_realloc", 4, 1, false, contract.Resizes},
		{"__rust_realloc.llvm.123", 4, 1, false, contract.Resizes},
		{"_ZN4core5alloc6Layout10__rust_allocE", 2, 1, false, ""},
		{"cabi_realloc", 4, 1, true, contract.Resizes},
		{"cabi_realloc_wit_bindgen_0_24_0", 4, 1, true, contract.Resizes},
		{"__wbindgen_free", 3, 0, true, contract.Frees},
		{"heap.WasmAllocator.alloc", 4, 1, false, contract.Allocates},
		{"heap.WasmAllocator.resize", 6, 1, false, contract.Resizes},
		{"heap.PageAllocator.free", 5, 0, false, contract.Frees},
		{"heap.general_purpose_allocator.GeneralPurposeAllocator(.{.safety = true}).alloc", 4, 1, false, contract.Allocates},
		{"heap.general_purpose_allocator.GeneralPurposeAllocator(.{.safety = true}).allocator", 4, 1, false, ""},
		{"~lib/rt/tlsf/__alloc", 1, 1, false, contract.Allocates},
		{"~lib/rt/tlsf/__realloc", 2, 1, false, contract.Resizes},
		{"~lib/rt/stub/__free", 1, 0, false, contract.Frees},
		{"alloc", 2, 1, true, contract.Allocates},
		{"alloc", 1, 1, true, contract.Allocates},
		{"alloc", 2, 1, false, ""},
		{"dealloc", 2, 0, true, contract.Frees},
		{"mark", 0, 1, true, contract.Marks},
		{"freeze", 1, 0, true, ""},
	} {
		typ := wasm.FuncType{Params: slices.Repeat([]wasm.ValType{wasm.I32}, tt.params), Results: slices.Repeat([]wasm.ValType{wasm.I32}, tt.results)}
		var got contract.Role
		for _, f := range slices.Concat(families, generic) {
			if x, ok := f.match(tt.name, typ, tt.exported); ok {
				got = x.Role
			}
		}
		if got != tt.role {
			t.Errorf("%s with %d and %d: %q, want %q", tt.name, tt.params, tt.results, got, tt.role)
		}
	}
}
