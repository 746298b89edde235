// SPDX-License-Identifier: MIT OR Apache-2.0

// Package files writes what a command line names: by rename, after everything
// else has succeeded, and never over what it reads.
package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A Destination is where a product goes. It is settled before the work is done,
// so that most of what can go wrong goes wrong at once.
type Destination struct {
	path    string // links followed; empty for standard output
	through bool   // a device or a pipe: written to, since a rename would replace it
	makeDir bool
}

// Settle looks at what the path names, "-" being standard output. The directory
// has to exist unless it is to be made.
func Settle(path string, makeDir bool) (Destination, error) {
	if path == "-" {
		return Destination{}, nil
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return Destination{}, fmt.Errorf("%s is a directory: name a file in it", path)
	case err == nil && !info.Mode().IsRegular():
		return Destination{path: path, through: true}, nil
	case err == nil && info.Mode().Perm()&0o222 == 0:
		// A rename would succeed, but somebody has asked to keep the file.
		return Destination{}, fmt.Errorf("%s is read-only: make it writable or name another file", path)
	case err == nil:
		// The link stays and its target is replaced.
		target, err := filepath.EvalSymlinks(path)
		return Destination{path: target}, Cause(err)
	case !errors.Is(err, fs.ErrNotExist):
		return Destination{}, fmt.Errorf("%s: %w", path, Cause(err))
	}
	if _, err := os.Lstat(path); err == nil {
		return Destination{}, fmt.Errorf("%s is a link to a file that does not exist: create that file or remove the link", path)
	}
	if dir := filepath.Dir(path); !makeDir {
		if _, err := os.Stat(dir); err != nil {
			return Destination{}, fmt.Errorf("the directory %s does not exist: create it", dir)
		}
	}
	return Destination{path: path, makeDir: makeDir}, nil
}

// Write puts the bytes at the destination. A regular file is replaced by
// rename, so that it always holds either the old bytes or the new ones.
func (d Destination) Write(b []byte, stdout io.Writer) error {
	switch {
	case d.path == "":
		_, err := stdout.Write(b)
		return Cause(err)
	case d.through:
		return d.writeThrough(b)
	}
	dir := filepath.Dir(d.path)
	if d.makeDir {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return fmt.Errorf("%s: %w", dir, Cause(err))
		}
	}
	if err := Write(d.path, b); err != nil {
		return fmt.Errorf("%s: %w", d.path, Cause(err))
	}
	return nil
}

func (d Destination) writeThrough(b []byte) error {
	f, err := os.OpenFile(d.path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("%s: %w", d.path, Cause(err))
	}
	_, err = f.Write(b)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("%s: %w", d.path, Cause(err))
	}
	return nil
}

// Cause strips the file's name from an error: the caller's message has the name,
// and that of a temporary file would mean nothing to the user.
func Cause(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}
