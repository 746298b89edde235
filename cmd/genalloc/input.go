// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// maxInput is the most bytes that are read as a module. Modules of this size
// are whole applications with their assets; a device without end is stopped too.
const maxInput = 64 << 20

// oneFile takes exactly one file name; - is standard input.
func oneFile(c *cobra.Command, args []string) error {
	switch len(args) {
	case 1:
		return nil
	case 0:
		return fmt.Errorf("%s: the file is missing: name a module, or - for standard input", c.Name())
	}
	return fmt.Errorf("%s: unexpected argument %q: it takes one file", c.Name(), args[1])
}

// readInput reads a file, or standard input for "-". A file that cannot be read
// is the command line's fault, an empty one the module's.
func readInput(path string, s streams) ([]byte, error) {
	in := s.in
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, pathError(err))
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", inputName(path), pathError(err))
	case len(b) == 0:
		return nil, wrong(fmt.Errorf("%s %w", inputName(path), errEmpty))
	case len(b) > maxInput:
		return nil, wrong(fmt.Errorf("%s: more than %d bytes: no module that large is read", inputName(path), maxInput))
	}
	return b, nil
}

var errEmpty = errors.New("is empty: it should hold a module")

// inputName returns what messages call the file.
func inputName(path string) string {
	if path == "-" {
		return "standard input"
	}
	return path
}
