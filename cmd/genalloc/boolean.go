// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// explainBooleans makes the command and its verbs point out that an unexpected word
// was meant for a flag which takes no value, as in --check true.
func explainBooleans(c *cobra.Command, line []string) {
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, words []string) error {
			err := check(c, words)
			if err == nil {
				return nil
			}
			if meant := booleanWord(c.Flags(), line); meant != nil {
				return meant
			}
			return err
		}
	}
	for _, verb := range c.Commands() {
		explainBooleans(verb, line)
	}
}

// booleanWord looks for a flag without a value that what looks like one follows.
func booleanWord(flags *pflag.FlagSet, line []string) error {
	for i := range len(line) - 1 {
		name, value := strings.TrimLeft(line[i], "-"), line[i+1]
		f := flags.Lookup(name)
		if len(name) == 1 {
			f = flags.ShorthandLookup(name)
		}
		switch {
		case f == nil || f.NoOptDefVal == "" || name == line[i]:
		case slices.Contains([]string{"false", "no", "off", "0"}, value):
			return refuse(f.Name, "it takes no value, and %q is one word too many: say --%s=false, or neither", value, f.Name)
		case slices.Contains([]string{"true", "yes", "on", "1"}, value):
			return refuse(f.Name, "it takes no value, and %q is one word too many: drop the word", value)
		}
	}
	return nil
}
