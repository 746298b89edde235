// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/inspect"
	"github.com/genalloc/genalloc/internal/plain"
	"github.com/genalloc/genalloc/wasm"
)

// newCheck returns the verb that makes a module again from the flags that it carries,
// and compares.
func newCheck(s streams, m maker) *cobra.Command {
	var asJSON, quiet bool
	c := fileVerb("check", func(_ *cobra.Command, file string) error {
		x, err := readModule(file, s)
		noFlags := fmt.Errorf("%s carries no flags: say them, as in genalloc --check -o FILE --max-pages 4", x.name)
		switch {
		case errors.Is(err, errNotLinked):
			return wrong(noFlags)
		case err != nil:
			return err
		}
		order, ok, err := x.carried()
		switch {
		case err != nil:
			return err
		case !ok:
			return wrong(noFlags)
		}
		promised, err := order.Settle()
		if err != nil {
			return err
		}
		_, generated, err := m(promised)
		if err != nil {
			return err
		}
		drift := difference(x.name, x.bytes, generated, true)
		switch {
		case asJSON:
			err = s.printJSON(freshness{x.name, promised.String(), drift == "", len(x.bytes), len(generated)})
		case drift != "":
			err = s.print([]byte(drift))
		case !quiet:
			fmt.Fprintf(s.err, "%s  up to date\n", plain.Text(x.name))
		}
		if err == nil && drift != "" {
			err = wrong(fmt.Errorf("%s is out of date: the flags that it carries generate different bytes: make it again", x.name))
		}
		return err
	})
	c.Flags().BoolVar(&asJSON, "json", false, "")
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "")
	return c
}

// freshness is what check prints as JSON.
type freshness struct {
	File           string `json:"file"`
	Contract       string `json:"contract"` // the canonical flags that the module carries
	UpToDate       bool   `json:"up_to_date"`
	Bytes          int    `json:"bytes"`
	GeneratedBytes int    `json:"generated_bytes"`
}

// compare compares the outputs of a build with the files on disk, up to the first
// that differs.
func (o *buildOptions) compare(outputs []output, s streams) error {
	for i, out := range outputs {
		onDisk, err := readFile(out.path, "a module", s)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return wrong(refuse("check", "%s does not exist: run the same command without --check", out.path))
		case errors.Is(err, errEmpty):
		case err != nil:
			return refuse("check", "%w", err)
		}
		drift := difference(out.path, onDisk, out.content, i == 0 && o.emit != "wat")
		if drift == "" {
			continue
		}
		flags := flagDifference(out.path, onDisk, o.contract)
		if err := s.print([]byte(flags + drift)); err != nil {
			return err
		}
		which := "the same"
		if flags != "" {
			which = "these"
		}
		return wrong(refuse("check", "%s is out of date: %s flags generate different bytes: run the same command without --check", out.path, which))
	}
	o.warn(s.err)
	if !o.quiet {
		fmt.Fprintf(s.err, "%s  up to date\n", plain.Text(string(o.output)))
	}
	return nil
}

// difference returns a unified diff from the file on disk to what is generated, or
// nothing where they are the same bytes. Binary files are compared by their listings.
func difference(path string, onDisk, generated []byte, binary bool) string {
	if bytes.Equal(onDisk, generated) {
		return ""
	}
	if binary {
		onDisk, generated = inspect.Listing(onDisk), inspect.Listing(generated)
	}
	if d := diff.Diff(path, onDisk, "generated", generated); d != nil {
		return plain.Lines(string(d))
	}
	return fmt.Sprintf("%s: its listing is that of the generated module, but its globals, data or encoding differ\n", plain.Text(path))
}

// flagDifference says which flags a module carries and the command line lacks, and
// the other way round. It says nothing of files that carry no flags.
func flagDifference(path string, onDisk []byte, c contract.Contract) string {
	m, err := wasm.Decode(onDisk)
	if err != nil {
		return ""
	}
	text, ok := m.Custom(contract.SectionName)
	carried, err := contract.Parse(string(text))
	if !ok || err != nil {
		return ""
	}
	var b strings.Builder
	only := func(where string, these, those []string) {
		these = slices.DeleteFunc(these, func(flag string) bool { return slices.Contains(those, flag) })
		if len(these) > 0 {
			fmt.Fprintf(&b, "only %s: %s\n", where, plain.Text(strings.Join(these, " ")))
		}
	}
	only("in "+plain.Text(path), carried.Args(), c.Args())
	only("on the command line", c.Args(), carried.Args())
	return b.String()
}
