// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"embed"
	"fmt"

	"github.com/spf13/cobra"
)

// usages holds a hand-written text for each verb: usage/VERB.txt.
//
//go:embed usage/*.txt
var usages embed.FS

// helpFor returns a verb's help. build is the verb of the command itself.
func helpFor(c *cobra.Command) string {
	text, err := usages.ReadFile("usage/" + c.Name() + ".txt")
	if err != nil {
		text, _ = usages.ReadFile("usage/" + c.Root().Name() + ".txt")
	}
	return string(text)
}

// newHelp returns the verb that prints another's help.
func newHelp(s streams) *cobra.Command {
	return &cobra.Command{
		Use:    "help [VERB]",
		Short:  "help for a verb",
		Hidden: true,
		RunE: func(c *cobra.Command, args []string) error {
			verb, rest, err := c.Root().Find(args)
			switch {
			case err == nil && verb != c.Root() && len(rest) > 0:
				return fmt.Errorf("help: unexpected argument %q: it takes one verb", rest[0])
			case err != nil || len(rest) > 0:
				return fmt.Errorf("help: %q is not a verb%s: see genalloc --help", args[0], suggestVerb(c.Root(), args[0]))
			}
			return s.print([]byte(helpFor(verb)))
		},
	}
}
