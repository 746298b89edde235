// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"embed"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usages holds a hand-written text for each verb, usage/VERB.txt, and module.txt: the
// paragraph that the verbs share which take the contract's flags.
//
//go:embed usage/*.txt
var usages embed.FS

// helpFor returns a verb's help. build is the verb of the command itself.
func helpFor(c *cobra.Command) string {
	text, err := usages.ReadFile("usage/" + c.Name() + ".txt")
	if err != nil {
		text, _ = usages.ReadFile("usage/" + c.Root().Name() + ".txt")
	}
	module, _ := usages.ReadFile("usage/module.txt")
	return strings.Replace(string(text), "{{module}}\n", string(module), 1)
}

// describe gives a flag the words of the usage text, which shells show when they
// complete it: the verb's own, or else those of build.
func describe(c *cobra.Command, f *pflag.Flag) {
	line := regexp.MustCompile(`(?m)^    (?:-\w, )?--` + f.Name + `( \S+)?  +(.*(?:\n {15,}.*)*)`)
	for _, text := range []string{helpFor(c), helpFor(c.Root())} {
		if found := line.FindStringSubmatch(text); found != nil {
			f.Usage = strings.Join(strings.Fields(found[1]+" "+found[2]), " ")
			return
		}
	}
}

// describeVerbs gives each verb its line of the command's usage text.
func describeVerbs(root *cobra.Command) {
	for _, c := range root.Commands() {
		line := regexp.MustCompile(`(?m)^    genalloc \[?` + c.Name() + `\b.*?  +(.*)`)
		if found := line.FindStringSubmatch(helpFor(root)); found != nil {
			c.Short = found[1]
		}
	}
}

// newHelp returns the verb that prints another's help.
func newHelp(s streams) *cobra.Command {
	return &cobra.Command{
		Use:    "help [VERB]",
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
