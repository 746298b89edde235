// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/inspect"
	"github.com/genalloc/genalloc/internal/plain"
)

// compare says how the files differ from the product, if they do: the output,
// then its bindings, up to the first that does.
func compare(o *buildOptions, p *product, s streams) error {
	if err := compareFile(o.output, p.bytes, o.emit != "wat", s); err != nil {
		return err
	}
	for _, f := range p.files {
		if err := compareFile(filepath.Join(filepath.Dir(o.output), f.Name), f.Content, false, s); err != nil {
			return err
		}
	}
	o.warn(s.err)
	if !o.quiet {
		fmt.Fprintf(s.err, "%s  up to date\n", plain.Text(o.output))
	}
	return nil
}

// compareFile compares one file. One that is missing or empty has drifted as far
// as a file can.
func compareFile(path string, generated []byte, binary bool, s streams) error {
	onDisk, err := readInput(path, s)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return wrong(fmt.Errorf("flag --check: %s does not exist: run the same command without --check", path))
	case errors.Is(err, errEmpty):
	case err != nil:
		return &contract.FlagError{Flag: "check", Err: err}
	}
	drift := difference(path, onDisk, generated, binary)
	if drift == "" {
		return nil
	}
	if err := s.print([]byte(drift)); err != nil {
		return err
	}
	return wrong(fmt.Errorf("flag --check: %s is not what would be generated: run the same command without --check", path))
}

// difference returns a unified diff from the file on disk to what would be
// generated, or nothing where they are the same bytes. Modules are compared by
// their listings.
func difference(path string, onDisk, generated []byte, binary bool) string {
	if bytes.Equal(onDisk, generated) {
		return ""
	}
	before, after := onDisk, generated
	if binary {
		before, after = listing(onDisk), listing(generated)
	}
	if d := diff.Diff(path, before, "generated", after); d != nil {
		return printableText(string(d))
	}
	return fmt.Sprintf("%s: %d bytes differ in encoding only from the %d generated\n", plain.Text(path), len(onDisk), len(generated))
}

func listing(b []byte) []byte {
	info, err := inspect.Module(b)
	if err != nil {
		return []byte(err.Error() + "\n")
	}
	var text bytes.Buffer
	info.WriteText(&text)
	info.WriteCode(&text)
	return text.Bytes()
}
