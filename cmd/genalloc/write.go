// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// A destination is where a product goes. It is settled before any work is done
// for it, so that most of what can go wrong does so at once.
type destination struct {
	path    string // links followed; empty for standard output
	through bool   // a device or a pipe: written to, since a rename would replace it
	makeDir bool   // its directory is made too, as the default output's is
}

// settleDestination looks at what the path names, "-" being standard output.
func settleDestination(path string, makeDir bool) (destination, error) {
	if path == "-" {
		return destination{}, nil
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return destination{}, fmt.Errorf("%s is a directory: name a file in it", path)
	case err == nil && !info.Mode().IsRegular():
		return destination{path: path, through: true}, nil
	case err == nil && info.Mode().Perm()&0o222 == 0:
		// A rename would succeed, but somebody has asked to keep the file.
		return destination{}, fmt.Errorf("%s is read-only: make it writable or name another file", path)
	case err == nil:
		// A link's target is replaced, and not the link.
		target, err := filepath.EvalSymlinks(path)
		return destination{path: target}, pathError(err)
	case !errors.Is(err, fs.ErrNotExist):
		return destination{}, fmt.Errorf("%s: %w", path, pathError(err))
	}
	if _, err := os.Lstat(path); err == nil {
		return destination{}, fmt.Errorf("%s is a link to a file that does not exist: create that file or remove the link", path)
	}
	if dir := filepath.Dir(path); !makeDir {
		if _, err := os.Stat(dir); err != nil {
			return destination{}, fmt.Errorf("the directory %s does not exist: create it", dir)
		}
	}
	return destination{path: path, makeDir: makeDir}, nil
}

// write puts the bytes at the destination. A regular file is replaced by
// rename, so that whatever happens it is the old one or the new.
func (d destination) write(b []byte, stdout io.Writer) error {
	switch {
	case d.path == "":
		_, err := stdout.Write(b)
		return pathError(err)
	case d.through:
		return d.writeThrough(b)
	}
	dir := filepath.Dir(d.path)
	if d.makeDir {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return fmt.Errorf("%s: %w", dir, pathError(err))
		}
	}
	if err := renameio.WriteFile(d.path, b, 0o666, renameio.WithTempDir(dir)); err != nil {
		return fmt.Errorf("%s: %w", d.path, pathError(err))
	}
	return nil
}

func (d destination) writeThrough(b []byte) error {
	f, err := os.OpenFile(d.path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("%s: %w", d.path, pathError(err))
	}
	_, err = f.Write(b)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("%s: %w", d.path, pathError(err))
	}
	return nil
}

// pathError takes from an error the name of a file: the caller's names it, and
// a temporary one would mean nothing to the user.
func pathError(err error) error {
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
