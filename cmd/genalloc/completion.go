// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/engine"
)

var shells = []string{"bash", "zsh", "fish"}

// newCompletion returns the verb that writes a shell's completion script.
func newCompletion(s streams) *cobra.Command {
	return &cobra.Command{
		Use:       "completion SHELL",
		ValidArgs: shells,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) != 1:
				return fmt.Errorf("completion: name one shell: %s", strings.Join(shells, ", "))
			case !slices.Contains(shells, args[0]):
				return fmt.Errorf("completion: %q is not one of %s", args[0], strings.Join(shells, ", "))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			var script bytes.Buffer
			var err error
			switch root := c.Root(); args[0] {
			case "bash":
				err = root.GenBashCompletionV2(&script, true)
			case "zsh":
				err = root.GenZshCompletion(&script)
			case "fish":
				err = root.GenFishCompletion(&script, true)
			}
			if err != nil {
				return err
			}
			return s.print(script.Bytes())
		},
	}
}

// flagValues are the values that a shell offers behind a flag.
var flagValues = map[string][]string{
	"emit":      {"wasm", "wat", "obj"},
	"state":     {"data", "global"},
	"bindings":  words(bindings.Languages),
	"abi":       words(contract.ABIs),
	"target":    {"wasm2", "mvp", "stylus", "cosmwasm", "wasm3"},
	"strategy":  words(contract.StrategyNames()),
	"classes":   {"1", "2", "4", "8"},
	"memory":    {"export", "import"},
	"heap-base": {"1024", "import:env.__heap_base"},
	"grow":      {"exact", "chunk=", "double", "never"},
	"on-grow":   {"env." + contract.EmscriptenGrown},
	"oom":       {"null", "trap"},
	"optimize":  {"balanced", "gas", "size"},
	"engine":    engine.Known(),
}

// addCompletion tells the shell about values that are words.
func addCompletion(c *cobra.Command, f *pflag.Flag) {
	if values, ok := flagValues[f.Name]; ok {
		c.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	if f.Name == "functions" {
		c.RegisterFlagCompletionFunc(f.Name, completeFunctions)
	}
}

// words returns the values of an enumeration.
func words[T ~string](values []T) []string {
	text := make([]string, len(values))
	for i, v := range values {
		text[i] = string(v)
	}
	return text
}

// completeFunctions offers each function of the ABI that the list does not name yet.
func completeFunctions(c *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	done := typed[:strings.LastIndexByte(typed, ',')+1]
	var offers []string
	for _, f := range contract.ABI(c.Flags().Lookup("abi").Value.String()).Functions() {
		if !strings.Contains(","+done, ","+f.Name+",") {
			offers = append(offers, done+f.Name)
		}
	}
	return offers, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// completeModules offers files by their ending, for verbs that read one module.
func completeModules(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return []string{"wasm"}, cobra.ShellCompDirectiveFilterFileExt
}
