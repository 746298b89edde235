// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/genalloc/genalloc/contract"
)

// A place is a file that a command line names: behind a flag, or as the module
// where there is no flag. It is nothing where the path is empty.
type place struct{ flag, path string }

// places are those that one flag names.
func places(flag string, paths ...string) []place {
	var list []place
	for _, path := range paths {
		list = append(list, place{flag, path})
	}
	return list
}

// apart refuses a command line that writes a file where it reads one, or writes
// another: the one would be lost. Devices and pipes have room for both.
func apart(s streams, writes, reads []place) error {
	for i, w := range writes {
		refuse := func(format string, args ...any) error {
			return &contract.FlagError{Flag: w.flag, Err: fmt.Errorf("%s is "+format+": name another file", append([]any{w.path}, args...)...)}
		}
		for _, r := range reads {
			switch {
			case !w.same(r, s):
			case r.flag == "":
				return refuse("the module itself")
			default:
				return refuse("what --%s reads", r.flag)
			}
		}
		for _, other := range writes[:i] {
			if w.same(other, s) {
				return refuse("what --%s writes", other.flag)
			}
		}
	}
	return nil
}

// same reports whether two places are one regular file, by whatever names.
func (p place) same(q place, s streams) bool {
	if p.path == "" || q.path == "" {
		return false
	}
	a, errA := p.stat(s)
	b, errB := q.stat(s)
	if errA == nil && errB == nil {
		return a.Mode().IsRegular() && os.SameFile(a, b)
	}
	// Neither is there yet: both will be.
	return errors.Is(errA, fs.ErrNotExist) && errors.Is(errB, fs.ErrNotExist) && resolved(p.path) == resolved(q.path)
}

// stat looks at the file; only what is read can be standard input.
func (p place) stat(s streams) (fs.FileInfo, error) {
	if p.path != "-" {
		return os.Stat(p.path)
	}
	if f, ok := s.in.(*os.File); ok {
		return f.Stat()
	}
	return nil, errors.New("not a file")
}

// resolved returns one name for all of a file that does not exist.
func resolved(path string) string {
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(dir, filepath.Base(path))
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return path
}
