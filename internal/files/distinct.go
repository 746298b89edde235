// SPDX-License-Identifier: MIT OR Apache-2.0

package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/genalloc/genalloc/contract"
)

// A Place is a file that a command line names behind a flag, or as the module
// where Flag is empty. An empty Path is no file.
type Place struct{ Flag, Path string }

// Places are those that one flag names.
func Places(flag string, paths ...string) []Place {
	var list []Place
	for _, path := range paths {
		list = append(list, Place{flag, path})
	}
	return list
}

// Distinct refuses a command line that writes a file which it also reads, or
// writes one file twice: data would be lost. Devices and pipes may be repeated.
// "-" is stdin. The error is a [*contract.FlagError].
func Distinct(stdin io.Reader, writes, reads []Place) error {
	for i, w := range writes {
		refuse := func(what string) error {
			return &contract.FlagError{Flag: w.Flag, Err: fmt.Errorf("%s is %s: name another file", w.Path, what)}
		}
		for _, r := range reads {
			switch {
			case !w.same(r, stdin):
			case r.Flag == "":
				return refuse("the module itself")
			default:
				return refuse("what --" + r.Flag + " reads")
			}
		}
		for _, other := range writes[:i] {
			if w.same(other, stdin) {
				return refuse("what --" + other.Flag + " writes")
			}
		}
	}
	return nil
}

// same reports whether two places are one regular file, whatever its names.
func (p Place) same(q Place, stdin io.Reader) bool {
	if p.Path == "" || q.Path == "" {
		return false
	}
	a, errA := p.stat(stdin)
	b, errB := q.stat(stdin)
	if errA == nil && errB == nil {
		return a.Mode().IsRegular() && os.SameFile(a, b)
	}
	// Neither exists yet, but both will.
	return errors.Is(errA, fs.ErrNotExist) && errors.Is(errB, fs.ErrNotExist) && resolved(p.Path) == resolved(q.Path)
}

// stat looks at the file; only what is read can be standard input.
func (p Place) stat(stdin io.Reader) (fs.FileInfo, error) {
	if p.Path != "-" {
		return os.Stat(p.Path)
	}
	if f, ok := stdin.(*os.File); ok {
		return f.Stat()
	}
	return nil, errors.New("not a file")
}

// resolved returns one name for all names of a file that does not exist.
func resolved(path string) string {
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(dir, filepath.Base(path))
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return path
}
