// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/genalloc/genalloc/internal/files"
)

// maxInput is the most bytes that are read as a module. Modules of this size
// are whole applications with their assets; an endless device is stopped too.
const maxInput = 64 << 20

var errEmpty = errors.New("is empty")

// oneFile takes exactly one file name; - is standard input.
func oneFile(c *cobra.Command, args []string) error {
	switch len(args) {
	case 1:
		return nil
	case 0:
		return fmt.Errorf("%s: the file is missing: name one, or - for standard input", c.Name())
	}
	return fmt.Errorf("%s: unexpected argument %q: it takes one file", c.Name(), args[1])
}

// fileVerb returns a verb that takes one module.
func fileVerb(name string, run func(c *cobra.Command, file string) error) *cobra.Command {
	return &cobra.Command{
		Use: name + " FILE", Args: oneFile, ValidArgsFunction: completeModules,
		RunE: func(c *cobra.Command, args []string) error { return run(c, args[0]) },
	}
}

// readFile reads a file, or standard input for "-", that should hold what the words
// say. A file that cannot be read is a usage error, an empty one is wrong.
func readFile(path, what string, s streams) ([]byte, error) {
	if path == "" {
		return nil, errors.New("the file name is empty: name a file, or - for standard input")
	}
	in, err := s.open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	b, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", inputName(path), files.Cause(err))
	case len(b) == 0:
		return nil, wrong(fmt.Errorf("%s %w: it should hold %s", inputName(path), errEmpty, what))
	case len(b) > maxInput:
		return nil, wrong(fmt.Errorf("%s is larger than %d bytes: it should hold %s", inputName(path), maxInput, what))
	}
	return b, nil
}

// open opens a file, or standard input for "-".
func (s streams) open(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(s.in), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, files.Cause(err))
	}
	return f, nil
}

// parse opens a file that a flag names and hands it to a parser. Whatever is wrong
// with such a file is a usage error.
func parse[T any](flag, path string, parser func(io.Reader) (T, error)) (value T, err error) {
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		value, err = parser(f)
	}
	if err != nil {
		return value, refuse(flag, "%s: %w", path, files.Cause(err))
	}
	return value, nil
}

// inputName returns what messages call the file.
func inputName(path string) string {
	if path == "-" {
		return "standard input"
	}
	return path
}

// stem returns the file's name without folders and ending.
func stem(path string) string { return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) }
