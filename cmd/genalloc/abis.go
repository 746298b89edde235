// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/genalloc/genalloc/contract"
)

// A convention is what an ABI's consumers expect beyond signatures.
type convention struct {
	ABI         contract.ABI `json:"abi"`
	For         string       `json:"for"`
	SizeZero    string       `json:"size_zero"`
	OutOfMemory string       `json:"out_of_memory"`
	Notes       string       `json:"notes"`
	Functions   []signature  `json:"functions"`
}

// A signature is a function of an ABI under its own name.
type signature struct {
	Name string `json:"name"`
	Type string `json:"type"` // as (size: i32, align: i32) -> i32
	Doc  string `json:"doc"`
}

// conventions describes each ABI.
var conventions = []convention{
	{
		ABI: contract.Core, For: "anything; the shape of Rust's GlobalAlloc",
		SizeZero:    "an aligned address that is not null, and no byte used",
		OutOfMemory: "null; a trap with --oom trap",
		Notes: "the caller keeps size and alignment, so that a block has no header; " +
			"in an object realloc is " + contract.LinkedRealloc + ", apart from libc's",
	},
	{
		ABI: contract.C, For: "C and C++: wasi-libc, or freestanding",
		SizeZero:    "a unique address",
		OutOfMemory: "null, or 48 (ENOMEM) from posix_memalign; a trap with --oom trap",
		Notes: "16 bytes before each block, or its alignment where that is more, hold the size, which free and realloc are not told; " +
			"in an object also __libc_malloc, __libc_free and __libc_calloc; leave none out, or libc's own allocator is linked as well",
	},
	{
		ABI: contract.CABI, For: "components: the Component Model's canonical ABI",
		SizeZero:    "the alignment, as an address",
		OutOfMemory: "a trap",
		Notes:       "rename with --export for cabi_import_realloc, cabi_export_realloc, canonical_abi_realloc or cm32p2_realloc",
	},
	{
		ABI: contract.WasmBindgen, For: "JavaScript that wasm-bindgen writes",
		SizeZero:    "the alignment, as an address",
		OutOfMemory: "a trap",
		Notes:       "the alignment comes last, other than in core",
	},
	{
		ABI: contract.CosmWasmABI, For: "CosmWasm hosts",
		SizeZero:    "a region of capacity 0",
		OutOfMemory: "null, which the host takes for an error; a trap with --oom trap",
		Notes:       "a region is {offset, capacity, length}, three words of 4 bytes; --min-align aligns it, and its bytes stand 12 bytes behind; with --target cosmwasm only",
	},
	{
		ABI: contract.ProxyWasm, For: "proxy-wasm hosts, such as Envoy",
		SizeZero:    "an address that is not null",
		OutOfMemory: "null; a trap with --oom trap",
		Notes:       "the host gives nothing back",
	},
}

// newABIs returns the verb that prints what each ABI consists of.
func newABIs(s streams) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "abis",
		Short: "the functions and conventions of each ABI",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			list := describeABIs()
			if asJSON {
				return s.printJSON(list)
			}
			return s.printTo(func(w io.Writer) { printABIs(w, list) })
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return c
}

// describeABIs adds to the conventions the functions that the contract knows.
func describeABIs() []convention {
	list := make([]convention, len(conventions))
	for i, c := range conventions {
		for _, f := range c.ABI.Functions() {
			c.Functions = append(c.Functions, signature{f.Name, typeOf(f), f.Doc})
		}
		list[i] = c
	}
	return list
}

// typeOf writes a function's type with the names of its parameters.
func typeOf(f contract.Function) string {
	var params []string
	for _, p := range f.Params {
		params = append(params, fmt.Sprintf("%s: %s", p.Name, p.Type))
	}
	text := "(" + strings.Join(params, ", ") + ")"
	for _, r := range f.Results {
		text += " -> " + string(r)
	}
	return text
}

func printABIs(w io.Writer, list []convention) {
	for i, c := range list {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "--abi %s  for %s\n", c.ABI, c.For)
		for _, f := range c.Functions {
			fmt.Fprintf(w, "    %s%s\n        %s\n", f.Name, f.Type, f.Doc)
		}
		fmt.Fprintf(w, "    size 0         %s\n    out of memory  %s\n", c.SizeZero, c.OutOfMemory)
		for _, note := range strings.Split(c.Notes, "; ") {
			fmt.Fprintf(w, "    note           %s\n", note)
		}
	}
}
