// SPDX-License-Identifier: MIT OR Apache-2.0

package files

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// A Pending is a file that appears, or replaces the one of its name, when it is
// committed. Until then it has another name in the same directory.
type Pending struct {
	*os.File
	path string
	done bool
}

// Create begins a file. It will have the permissions of the one that it replaces.
func Create(path string) (*Pending, error) {
	dir, base := filepath.Split(path)
	name := filepath.Join(dir, fmt.Sprintf(".%s%x", base, rand.Uint64()))
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err
	}
	p := &Pending{File: f, path: path}
	if old, err := os.Stat(path); err == nil {
		if err := os.Chmod(name, old.Mode().Perm()); err != nil {
			p.Discard()
			return nil, err
		}
	}
	return p, nil
}

// Commit gives the file its name.
func (p *Pending) Commit() error {
	defer p.Discard()
	if err := p.Sync(); err != nil {
		return err
	}
	if err := p.Close(); err != nil {
		return err
	}
	if err := os.Rename(p.Name(), p.path); err != nil {
		return err
	}
	p.done = true
	return nil
}

// Discard removes the file, unless it is committed.
func (p *Pending) Discard() error {
	if p.done {
		return nil
	}
	p.done = true
	p.Close()
	return os.Remove(p.Name())
}

// Write replaces a file, whose old content stays until all of the new one is written.
func Write(path string, b []byte) error {
	p, err := Create(path)
	if err != nil {
		return err
	}
	if _, err := p.Write(b); err != nil {
		p.Discard()
		return err
	}
	return p.Commit()
}
