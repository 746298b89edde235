// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"

	"github.com/genalloc/genalloc/internal/files"
	"github.com/genalloc/genalloc/prove"
)

// formulas writes each formula that the solver is given to a file in a directory.
// nil writes nothing.
type formulas struct {
	dir string
	mu  sync.Mutex
	err error // the first
}

func newFormulas(dir string) (*formulas, error) {
	if dir == "" {
		return nil, nil
	}
	f := &formulas{dir: dir}
	f.err = os.MkdirAll(dir, 0o755)
	return f, f.failed()
}

func (f *formulas) write(x prove.Formula) {
	var b bytes.Buffer
	err := x.SMT2(&b)
	if err == nil {
		err = os.WriteFile(filepath.Join(f.dir, x.Name()+".smt2"), b.Bytes(), 0o644)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
}

// failed returns the first error.
func (f *formulas) failed() error {
	if f == nil || f.err == nil {
		return nil
	}
	return refuse("emit-smt2", "%s: %w", f.dir, files.Cause(f.err))
}
