// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/cost"
)

// newCost returns the verb that says what each path through a module costs.
func newCost(s streams) *cobra.Command {
	var asJSON bool
	var given contract.Order
	c := &cobra.Command{
		Use:               "cost FILE",
		Short:             "instructions, fuel, ink and gas of each path through a module",
		Args:              oneFile,
		ValidArgsFunction: completeModules,
	}
	c.Flags().SortFlags = false
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	addContractFlags(c.Flags(), &given)
	addCompletions(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		module, err := readModule(args[0], s)
		if err != nil {
			return err
		}
		promised, err := contractFor(module, c.Flags(), given)
		if err != nil {
			return named(args[0], err)
		}
		profile, err := cost.Measure(module, promised)
		if err != nil {
			return wrong(fmt.Errorf("%s: %w", inputName(args[0]), err))
		}
		if asJSON {
			return s.printJSON(profile)
		}
		return s.printTo(func(w io.Writer) { profile.WriteTable(w) })
	}
	return c
}
