// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/genalloc/genalloc/inspect"
)

// newInspect returns the verb that describes a module.
func newInspect(s streams) *cobra.Command {
	var asJSON, code bool
	c := fileVerb("inspect", func(_ *cobra.Command, file string) error {
		if asJSON && code {
			return refuse("json", "it has no place for the text of --code: drop either")
		}
		b, err := readCode(file, s)
		if err != nil {
			return err
		}
		info, err := inspect.Module(b)
		if err != nil {
			return wrong(fmt.Errorf("%s: %w", inputName(file), err))
		}
		return s.show(info, asJSON, func(w io.Writer) {
			info.WriteText(w)
			if code {
				info.WriteCode(w)
			}
		})
	})
	c.Flags().BoolVar(&asJSON, "json", false, "")
	c.Flags().BoolVar(&code, "code", false, "")
	return c
}
