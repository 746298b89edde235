// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/bindings"
	"github.com/genalloc/genalloc/contract"
)

// languages is the value of --bindings: a list, each once.
type languages []bindings.Language

func (l *languages) String() string { return strings.Join(words(*l), ",") }

// Type returns one of pflag's names for types.
func (l *languages) Type() string { return "string" }

// Set reads a comma-separated list.
func (l *languages) Set(s string) error {
	*l = nil
	for _, name := range strings.Split(s, ",") {
		var one bindings.Language
		if err := one.UnmarshalText([]byte(name)); err != nil {
			return err
		}
		if slices.Contains(*l, one) {
			return fmt.Errorf("%s is named twice: name it once", one)
		}
		*l = append(*l, one)
	}
	return nil
}

// write returns the files for the output.
func (l languages) write(c contract.Contract, output string) ([]bindings.File, error) {
	var files []bindings.File
	for _, language := range l {
		some, err := bindings.Write(language, c, filepath.Base(output))
		if err != nil {
			return nil, &contract.FlagError{Flag: "bindings", Err: err}
		}
		files = append(files, some...)
	}
	return files, nil
}

// settleBeside settles where bindings go: into the output's directory.
func settleBeside(o *buildOptions, files []bindings.File) ([]destination, error) {
	var all []destination
	taken := []string{filepath.Base(o.output)}
	for _, f := range files {
		if slices.Contains(taken, f.Name) {
			return nil, &contract.FlagError{Flag: "bindings", Err: fmt.Errorf("%s would be overwritten: name the output differently", f.Name)}
		}
		taken = append(taken, f.Name)
		d, err := settleDestination(filepath.Join(filepath.Dir(o.output), f.Name), !o.outputGiven)
		if err != nil && !o.check {
			return nil, &contract.FlagError{Flag: "bindings", Err: err}
		}
		all = append(all, d)
	}
	return all, nil
}
