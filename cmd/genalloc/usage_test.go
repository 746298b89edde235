// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/genalloc/genalloc/contract"
)

func testRoot() *cobra.Command {
	return newRoot(streams{strings.NewReader(""), io.Discard, io.Discard}, nil, emit)
}

// TestUsage holds the hand-written texts against the flags and verbs that exist.
func TestUsage(t *testing.T) {
	root := testRoot()
	if err := fs.WalkDir(usages, "usage", func(path string, d fs.DirEntry, err error) error {
		name := strings.TrimSuffix(d.Name(), ".txt")
		if d.Type().IsRegular() && name != root.Name() && name != "module" {
			if c, _, err := root.Find([]string{name}); err != nil || c == root {
				t.Errorf("%s belongs to no verb", path)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, c := range append(root.Commands(), root) {
		if c.Hidden {
			continue
		}
		text := helpFor(c)
		if !strings.Contains(helpFor(root), c.Name()) {
			t.Errorf("usage of the command does not mention the verb %s", c.Name())
		}
		if c.HasParent() && c.Short == "" {
			t.Errorf("usage of the command does not describe the verb %s", c.Name())
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			flag := regexp.MustCompile(`--` + regexp.QuoteMeta(f.Name) + `\b[^-]`)
			if !flag.MatchString(text) {
				t.Errorf("usage of %s does not mention --%s", c.Name(), f.Name)
			}
			if f.Usage == "" {
				t.Errorf("no usage text describes --%s of %s", f.Name, c.Name())
			}
		})
		for _, part := range []string{"Usage:\n", "Exit status:\n", "    0   ", "    2   "} {
			if !strings.Contains(text, part) {
				t.Errorf("usage of %s has no %q", c.Name(), part)
			}
		}
		for i, line := range strings.Split(text, "\n") {
			if len(line) > 90 {
				t.Errorf("usage of %s, line %d is %d columns wide", c.Name(), i+1, len(line))
			}
		}
	}
}

// TestStrategies checks that the usage text knows each strategy that can be generated.
func TestStrategies(t *testing.T) {
	for _, row := range contract.Strategies {
		if text := helpFor(testRoot()); row.Generated && !(strings.Contains(text, string(row.Name)) && strings.Contains(text, row.Doc)) {
			t.Errorf("usage does not describe --strategy %s as %q", row.Name, row.Doc)
		}
	}
}

// TestFlagValues holds the values that shells offer against those that the
// contract takes.
func TestFlagValues(t *testing.T) {
	for name, values := range flagValues {
		if !slices.ContainsFunc(contract.Flags, func(f contract.Flag) bool { return f.Name == name }) {
			continue // a flag of build itself
		}
		for _, value := range values {
			if strings.HasSuffix(value, "=") {
				value += "4"
			}
			if err := contract.Set(new(contract.Order), name, value); err != nil {
				t.Errorf("offered: %v", err)
			}
		}
		// Enumerations list their values when they refuse one.
		_, list, ok := strings.Cut(contract.Set(new(contract.Order), name, "?").Error(), "is not one of ")
		want := strings.ReplaceAll(strings.Join(values, ", "), "chunk=", "chunk=N")
		if ok && list != want {
			t.Errorf("--%s: offered %s, taken %s", name, want, list)
		}
	}
}

func TestClosest(t *testing.T) {
	names := []string{"output", "max-pages", "memory", "memory-name", "oom"}
	for _, tt := range []struct{ word, want string }{
		{"max-page", "max-pages"},
		{"maxpages", "max-pages"},
		{"max", "max-pages"},
		{"memori", "memory"},
		{"memory-nam", "memory-name"},
		{"out", "output"},
		{"o", ""},
		{"zzzz", ""},
		{"", ""},
	} {
		if got := closest(tt.word, names); got != tt.want {
			t.Errorf("closest(%q) = %q, want %q", tt.word, got, tt.want)
		}
	}
}
