// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/genalloc/genalloc/internal/files"
	"github.com/genalloc/genalloc/trace"
	"github.com/genalloc/genalloc/trace/profile"
)

// newTrace returns the verb that says what is in a trace.
func newTrace(s streams) *cobra.Command {
	var asJSON bool
	var html fileName
	c := fileVerb("trace", func(_ *cobra.Command, file string) error {
		if err := files.Distinct(s.in, files.Places("html", string(html)), files.Places("", file)); err != nil {
			return err
		}
		page, err := settleReport("html", html)
		if err != nil {
			return err
		}
		p, err := readTrace(file, s, profile.Read)
		if err != nil {
			return err
		}
		if err := page.writeReport(func(w io.Writer) error { return p.WriteHTML(w, inputName(file)) }); err != nil {
			return err
		}
		return s.show(p, asJSON, p.WriteText)
	})
	c.ValidArgsFunction = nil // any file
	c.Flags().BoolVar(&asJSON, "json", false, "")
	c.Flags().Var(&html, "html", "")
	return c
}

// readTrace reads a trace from a file or from standard input.
func readTrace[T any](file string, s streams, read func(*trace.Reader) (T, error)) (value T, err error) {
	in, err := s.open(file)
	if err != nil {
		return value, err
	}
	defer in.Close()
	if value, err = read(trace.NewReader(in)); err != nil {
		return value, wrong(fmt.Errorf("%s: %w", inputName(file), files.Cause(err)))
	}
	return value, nil
}
