// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagError rewrites pflag's errors in the form of all messages: the flag first,
// then what is wrong, then the way out.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	var syntax *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &unknown):
		dashes, meant := "--", unknown.GetSpecifiedName()
		if letters := unknown.GetSpecifiedShortnames(); letters != "" {
			dashes, meant = "-", letters // -target is read as -t -a -r …
		}
		return fmt.Errorf("flag %s%s: no such flag%s: see %s --help",
			dashes, unknown.GetSpecifiedName(), suggestFlag(c, meant), c.CommandPath())
	case errors.As(err, &missing):
		f, value := missing.GetFlag(), "VALUE"
		if f.Value.Type() == "file" {
			value = "FILE"
		}
		return fmt.Errorf("flag --%s: the value is missing: say --%s %s", f.Name, f.Name, value)
	case errors.As(err, &invalid):
		return fmt.Errorf("flag --%s: %w", invalid.GetFlag().Name, valueError(invalid))
	case errors.As(err, &syntax):
		return fmt.Errorf("flag %s: not in the form --NAME or --NAME=VALUE: see %s --help",
			syntax.GetSpecifiedFlag(), c.CommandPath())
	}
	return err
}

// valueError rewrites the errors of strconv, which pflag passes on.
func valueError(invalid *pflag.InvalidValueError) error {
	var number *strconv.NumError
	switch err := invalid.Unwrap(); {
	case invalid.GetFlag().Value.Type() == "duration":
		return fmt.Errorf("%q is not a duration: give one such as 90s or 10m", invalid.GetValue())
	case !errors.As(err, &number):
		return err
	case invalid.GetFlag().Value.Type() == "bool":
		return fmt.Errorf("%q is neither true nor false", number.Num)
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%q is out of range: give a smaller number", number.Num)
	default:
		return fmt.Errorf("%q is not a whole number", number.Num)
	}
}

// suggestFlag names the flag that the user may have meant.
func suggestFlag(c *cobra.Command, word string) string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return suggestion(word, names, "--")
}

// suggestVerb names the verb that the user may have meant.
func suggestVerb(c *cobra.Command, word string) string {
	var names []string
	for _, verb := range c.Commands() {
		if verb.IsAvailableCommand() {
			names = append(names, verb.Name())
		}
	}
	return suggestion(word, names, "")
}

// suggestion asks about the name that is closest to the word.
func suggestion(word string, names []string, dashes string) string {
	if name := closest(word, names); name != "" {
		return " (did you mean " + dashes + name + "?)"
	}
	return ""
}

// closest returns the name that begins with the word, or else the one within two
// edits of it, or nothing. A word of one or two letters is close to too many.
func closest(word string, names []string) string {
	if len(word) < 3 {
		return ""
	}
	best, distance := "", 3
	for _, name := range names {
		d := editDistance(name, word)
		if d > 0 && strings.HasPrefix(name, word) {
			d = 1
		}
		if d < distance {
			best, distance = name, d
		}
	}
	return best
}

// editDistance is the number of single-letter edits from a to b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

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
