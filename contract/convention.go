// SPDX-License-Identifier: MIT OR Apache-2.0

package contract

import (
	"slices"
	"strings"
)

// A Convention is what an ABI's callers expect beyond signatures, in words.
type Convention struct {
	ABI         ABI      `json:"abi"`
	For         string   `json:"for"`           // who calls it
	SizeZero    string   `json:"size_zero"`     // what a request of 0 bytes returns
	OutOfMemory string   `json:"out_of_memory"` // what a request that cannot be met returns
	Notes       []string `json:"notes"`
}

// Conventions describes each ABI, in the order of [ABIs].
var Conventions = []Convention{
	{
		ABI: Core, For: "anything; the shape of Rust's GlobalAlloc",
		SizeZero:    "an aligned address that is not null; no byte is used, or under --strategy lists the smallest block",
		OutOfMemory: "null; a trap with --oom trap",
		Notes: []string{
			"the caller passes size and alignment, so a block has no header",
			"in an object realloc is named " + LinkedRealloc + ", since libc has another realloc",
		},
	},
	{
		ABI: C, For: "C and C++: wasi-libc, or freestanding",
		SizeZero:    "a unique address",
		OutOfMemory: "null, or 48 (ENOMEM) from posix_memalign; a trap with --oom trap",
		Notes: []string{
			"a header of 16 bytes, or of the alignment if that is larger, holds the block's size for free and realloc; under --strategy lists one of 4 bytes names its class",
			"an object also defines __libc_malloc, __libc_free and __libc_calloc",
			"include every function in an object: otherwise libc's own allocator is linked as well",
		},
	},
	{
		ABI: CABI, For: "components: the Component Model's canonical ABI",
		SizeZero:    "the alignment, as an address",
		OutOfMemory: "a trap",
		Notes:       []string{"rename with --export for cabi_import_realloc, cabi_export_realloc, canonical_abi_realloc or cm32p2_realloc"},
	},
	{
		ABI: WasmBindgen, For: "JavaScript that wasm-bindgen writes",
		SizeZero:    "the alignment, as an address",
		OutOfMemory: "a trap",
		Notes:       []string{"the alignment comes last, unlike in core"},
	},
	{
		ABI: CosmWasmABI, For: "CosmWasm hosts",
		SizeZero:    "a region of capacity 0",
		OutOfMemory: "null, which the host takes for an error; a trap with --oom trap",
		Notes: []string{
			"a region is {offset, capacity, length}, three words of 4 bytes; the allocated bytes follow it",
			"--min-align aligns the region",
			"needs --target cosmwasm",
		},
	},
	{
		ABI: ProxyWasm, For: "proxy-wasm hosts, such as Envoy",
		SizeZero:    "an address that is not null",
		OutOfMemory: "null; a trap with --oom trap",
		Notes: []string{
			"the host never frees: what is written in C, and frees the host's blocks, has --abi c and this function over malloc",
			"Envoy's host calls this function, or malloc where there is none; proxytest calls this one alone",
			"MOSN's host calls malloc alone, and without it passes no configuration, header or body on: export both, as --abi c,proxy-wasm does",
		},
	},
	{
		ABI: OPA, For: "the C part of policies that Open Policy Agent compiles, and their hosts",
		SizeZero:    "a unique address",
		OutOfMemory: "a trap",
		Notes: []string{
			"a header of 8 bytes holds the block's size for opa_free and opa_realloc; --min-align is at most 8",
			"the host writes its input at the first free address, grows the memory for it, and then moves that address behind it",
			"an object also defines opa_free_bulk; the rest of what OPA's malloc.h declares is in C, in hosts/opa/guest/rest.c",
			"under --strategy lists there is no first free address: say --functions opa_malloc,opa_free,opa_realloc",
		},
	},
	{
		ABI: Arena, For: "programs that work in phases, beside the functions of another ABI",
		SizeZero:    "nothing is requested",
		OutOfMemory: "nothing is requested",
		Notes: []string{
			"a mark means nothing but to release and in its own instance; any number is safe to release",
			"a mark is stale once an older one was released: release it no more. It changes nothing if it lies above what is in use, and frees what lies above it otherwise",
			"what was allocated before somebody else grew the memory is not taken back once blocks lie behind those pages",
			"in an object the names are genalloc_mark, genalloc_release and genalloc_reset",
		},
	},
}

// LacksMalloc reports whether a proxy-wasm host that calls malloc in place of the ABI's own
// function finds none.
func (c Contract) LacksMalloc() bool {
	is := func(f Function) bool { return f.Export == "malloc" && len(f.Params) == 1 }
	return c.ABI.Includes(ProxyWasm) && !slices.ContainsFunc(c.Signatures(), is)
}

// Signature writes the function's type with the names of its parameters, as in
// (size: i32, align: i32) -> i32.
func (f Function) Signature() string {
	var params []string
	for _, p := range f.Params {
		params = append(params, p.Name+": "+string(p.Type))
	}
	text := "(" + strings.Join(params, ", ") + ")"
	for _, r := range f.Results {
		text += " -> " + string(r)
	}
	return text
}
