// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/genalloc/genalloc/contract"
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

// readInput reads a module's file, or standard input for "-". A file that cannot be
// read is the command line's fault, an empty one the module's.
func readInput(path string, s streams) ([]byte, error) { return readFile(path, "a module", s) }

// readFile reads a file that should hold what the words say.
func readFile(path, what string, s streams) ([]byte, error) {
	in := s.in
	switch path {
	case "":
		return nil, errors.New("the file name is empty: name a file, or - for standard input")
	case "-":
	default:
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
		return nil, wrong(fmt.Errorf("%s %w: it should hold %s", inputName(path), errEmpty, what))
	case len(b) > maxInput:
		return nil, wrong(fmt.Errorf("%s: more than %d bytes: %s is not as large", inputName(path), maxInput, what))
	}
	return b, nil
}

var errEmpty = errors.New("is empty")

// flagged puts the flag before an error in the file that it names. Such a file is
// the command line's fault, whatever is wrong with it.
func flagged(flag string, err error) error {
	return &exitError{exitUsage, &contract.FlagError{Flag: flag, Err: err}}
}

// named puts the file before an error about the module in it. One about the command
// line names a flag.
func named(file string, err error) error {
	var exit *exitError
	if !errors.As(err, &exit) {
		return err
	}
	return fmt.Errorf("%s: %w", inputName(file), err)
}

// inputName returns what messages call the file.
func inputName(path string) string {
	if path == "-" {
		return "standard input"
	}
	return path
}
