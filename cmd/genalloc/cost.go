// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/cost"
)

// newCost returns the verb that prints what each path through a module costs.
func newCost(s streams) *cobra.Command {
	var asJSON bool
	var given contract.Order
	c := fileVerb("cost", func(c *cobra.Command, file string) error {
		x, err := readSubject(file, c.Flags(), given, s)
		if err != nil {
			return err
		}
		profile, err := cost.Measure(x.bytes, x.contract)
		if err != nil {
			return wrong(fmt.Errorf("%s: %w", x.name, err))
		}
		return s.show(profile, asJSON, func(w io.Writer) { profile.WriteTable(w) })
	})
	c.Flags().BoolVar(&asJSON, "json", false, "")
	addContractFlags(c, &given)
	return c
}
