// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"embed"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// usages holds a hand-written text for each verb: usage/VERB.txt. That of the
// command itself is repeated in the README.
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
			if err != nil || len(rest) > 0 {
				return fmt.Errorf("help: %q is not a verb%s: see genalloc --help", args[0], suggestVerb(c.Root(), args[0]))
			}
			_, err = io.WriteString(s.out, helpFor(verb))
			return err
		},
	}
}
