// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// refuseTwice makes every flag of the command and of its verbs refuse a second
// value that differs from the first: pflag would let the last one win in silence.
func refuseTwice(c *cobra.Command) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !isList(f.Value) {
			f.Value = &single{Value: f.Value}
		}
	})
	for _, verb := range c.Commands() {
		refuseTwice(verb)
	}
}

// isList reports whether a flag may be given more than once, by pflag's names
// for such types.
func isList(v pflag.Value) bool {
	return strings.HasSuffix(v.Type(), "Slice") || strings.HasSuffix(v.Type(), "Array")
}

// A single is a value that is given once, or several times alike.
type single struct {
	pflag.Value
	given bool
}

func (v *single) Set(s string) error {
	before := v.String()
	if err := v.Value.Set(s); err != nil {
		return err
	}
	if v.given && v.String() != before {
		return fmt.Errorf("given twice, as %q and as %q: keep one", before, v.String())
	}
	v.given = true
	return nil
}
