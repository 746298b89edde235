// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/genalloc/genalloc/contract"
)

// abiJSON is an ABI as JSON has it.
type abiJSON struct {
	contract.Convention
	Functions []functionJSON `json:"functions"`
}

type functionJSON struct {
	Name string `json:"name"`
	Type string `json:"type"` // as (size: i32, align: i32) -> i32
	Doc  string `json:"doc"`
}

// newABIs returns the verb that prints what each ABI consists of.
func newABIs(s streams) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:  "abis",
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			var list []abiJSON
			for _, c := range contract.Conventions {
				x := abiJSON{Convention: c}
				for _, f := range c.ABI.Functions() {
					x.Functions = append(x.Functions, functionJSON{f.Name, f.Signature(), f.Doc})
				}
				list = append(list, x)
			}
			return s.show(list, asJSON, func(w io.Writer) { writeABIs(w, list) })
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "")
	return c
}

func writeABIs(w io.Writer, list []abiJSON) {
	for i, c := range list {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "--abi %s  for %s\n", c.ABI, c.For)
		for _, f := range c.Functions {
			fmt.Fprintf(w, "    %s%s\n        %s\n", f.Name, f.Type, f.Doc)
		}
		fmt.Fprintf(w, "    size 0         %s\n    out of memory  %s\n", c.SizeZero, c.OutOfMemory)
		for _, note := range c.Notes {
			fmt.Fprintf(w, "    note           %s\n", note)
		}
	}
}
