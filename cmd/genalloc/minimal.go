// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/genalloc/genalloc/internal/unit"
	"github.com/genalloc/genalloc/minimal"
)

// newMinimal returns the verb that looks for cheaper code than the generator's.
func newMinimal(s streams) *cobra.Command {
	var (
		asJSON     bool
		operations int
		meter      = "ink"
	)
	c := &cobra.Command{Use: "minimal", Args: noArguments, RunE: func(c *cobra.Command, _ []string) error {
		m, ok := minimal.MeterNamed(meter)
		if !ok {
			return fmt.Errorf("invalid argument %q for --meter: want ink or fuel", meter)
		}
		if operations < 1 || operations > minimal.MaxOperations {
			return fmt.Errorf("invalid argument \"%d\" for --operations: want 1 to %d", operations, minimal.MaxOperations)
		}
		var results []minimal.Result
		for _, q := range minimal.Questions() {
			r, err := minimal.Search(c.Context(), q, m, operations)
			if err != nil {
				return wrong(err)
			}
			if results = append(results, r); !asJSON {
				if err := s.show(r, false, func(w io.Writer) { writeMinimal(w, r, m) }); err != nil {
					return err
				}
			}
		}
		if asJSON {
			return s.printJSON(results)
		}
		return nil
	}}
	c.Flags().BoolVar(&asJSON, "json", false, "")
	c.Flags().IntVar(&operations, "operations", 4, "")
	c.Flags().StringVar(&meter, "meter", meter, "")
	return c
}

// writeMinimal writes what a search found.
func writeMinimal(w io.Writer, r minimal.Result, m minimal.Meter) {
	fmt.Fprintf(w, "%s\n  ours     %s %s: %s\n", r.Question, unit.Grouped(uint64(r.Price)), m.Name, r.Module)
	switch {
	case r.Found == 0:
		fmt.Fprintf(w, "  found    nothing of up to %s that is as cheap\n", unit.Count(uint64(r.Operations), "operation"))
	case r.Found == r.Price:
		fmt.Fprintf(w, "  found    nothing of up to %s that is cheaper; as cheap, and proved:\n", unit.Count(uint64(r.Operations), "operation"))
	default:
		fmt.Fprintf(w, "  found    %s %s, and proved:\n", unit.Grouped(uint64(r.Found)), m.Name)
	}
	if r.Answer != "" {
		for line := range strings.Lines(r.Answer) {
			fmt.Fprintf(w, "    %s", line)
		}
	}
	fmt.Fprintf(w, "  visited  %s expressions; the prover refuted %s\n\n", unit.Grouped(uint64(r.Visited)), unit.Count(uint64(r.Refuted), "answer"))
}
