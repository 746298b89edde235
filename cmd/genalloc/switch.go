// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// explainSwitches makes the command and its verbs say, where a word of the command
// line is one too many, that it was meant for a flag which takes no value.
func explainSwitches(c *cobra.Command, line []string) {
	if refuse := c.Args; refuse != nil {
		c.Args = func(c *cobra.Command, words []string) error {
			err := refuse(c, words)
			if err == nil {
				return nil
			}
			if meant := switchValue(c.Flags(), line); meant != nil {
				return meant
			}
			return err
		}
	}
	for _, verb := range c.Commands() {
		explainSwitches(verb, line)
	}
}

// switchValue looks for a flag that takes no value with what looks like one.
func switchValue(flags *pflag.FlagSet, line []string) error {
	for i := range len(line) - 1 {
		name, value := strings.TrimLeft(line[i], "-"), line[i+1]
		f := flags.Lookup(name)
		if len(name) == 1 {
			f = flags.ShorthandLookup(name)
		}
		if f == nil || f.NoOptDefVal == "" || name == line[i] {
			continue
		}
		switch off := []string{"false", "no", "off", "0"}; {
		case slices.Contains(off, value):
			return fmt.Errorf("flag --%s: it takes no value, so that %q is one word too many: say --%s=false, or neither", f.Name, value, f.Name)
		case slices.Contains([]string{"true", "yes", "on", "1"}, value):
			return fmt.Errorf("flag --%s: it takes no value, so that %q is one word too many: drop the word", f.Name, value)
		}
	}
	return nil
}
