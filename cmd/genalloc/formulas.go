// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/genalloc/genalloc/internal/files"
	"github.com/genalloc/genalloc/prove"
	"github.com/genalloc/genalloc/prove/sat"
)

// formulas writes each formula that the solver is given to files in a directory.
// nil writes nothing.
type formulas struct {
	dir, flag string
	files     []formulaFile
	mu        sync.Mutex
	index     map[string]string // lines by name; nil for none
	err       error             // the first
}

// formulaFile is a file that is written of each formula, or of those with a proof.
type formulaFile struct {
	extension string
	write     func(prove.Formula, io.Writer) error
	proof     bool
}

// newSMT2 writes formulas for other solvers.
func newSMT2(dir string) (*formulas, error) {
	return newFormulas(&formulas{dir: dir, flag: "emit-smt2", files: []formulaFile{{".smt2", prove.Formula.SMT2, false}}})
}

// newLRAT writes formulas for checkers of proofs, with the proofs.
func newLRAT(dir string) (*formulas, error) {
	return newFormulas(&formulas{dir: dir, flag: "emit-lrat", index: map[string]string{}, files: []formulaFile{
		{".cnf", prove.Formula.DIMACS, false}, {".lrat", prove.Formula.LRAT, true},
	}})
}

func newFormulas(f *formulas) (*formulas, error) {
	if f.dir == "" {
		return nil, nil
	}
	f.err = os.MkdirAll(f.dir, 0o755)
	return f, f.failed()
}

func (f *formulas) write(x prove.Formula) {
	if f == nil {
		return
	}
	for _, to := range f.files {
		if to.proof && x.Status != sat.Unsat {
			continue
		}
		var b bytes.Buffer
		err := to.write(x, &b)
		if err == nil {
			err = os.WriteFile(filepath.Join(f.dir, x.Name()+to.extension), b.Bytes(), 0o644)
		}
		f.note(err)
	}
	if f.index != nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.index[x.Name()] = fmt.Sprintf("%-36s %-5v  %s, %s: %s\n", x.Name(), x.Status, x.Obligation, x.Case, x.Statement)
	}
}

func (f *formulas) note(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
}

// finish writes the index, and returns the first error.
func (f *formulas) finish() error {
	if f == nil {
		return nil
	}
	if f.index != nil {
		b := []byte(indexHead)
		for _, name := range slices.Sorted(maps.Keys(f.index)) {
			b = append(b, f.index[name]...)
		}
		f.note(os.WriteFile(filepath.Join(f.dir, "index.txt"), b, 0o644))
	}
	return f.failed()
}

// failed returns the first error.
func (f *formulas) failed() error {
	if f.err == nil {
		return nil
	}
	return refuse(f.flag, "%s: %w", f.dir, files.Cause(f.err))
}

const indexHead = `Each line below has a file name, what was found, and the case of the obligation.

NAME.cnf is in DIMACS: clauses that have a model exactly if the case can fail, or for
"possible", if it can happen. "dead" asks whether a path can be taken: it is an obligation
only if the answer is unsat.
NAME.lrat is the proof, in LRAT, that they have none.

The comments of a .cnf say which numbers are the bits of which variable, the lowest first:
the arguments by their names; globalN and pages, the state before the call; growN.ok,
whether the host lets the memory grow; loadN and the like, what the path reads. other.at
and other.size are any live block, foreign is any byte that is not the allocator's, and
byte any byte of a block. Number 1 is true. The other numbers are the outputs of gates,
each defined by the clauses in which it comes first. A clause of one literal says that a
statement holds: what the contract lets be assumed, the conditions of the path, what was
proved of it before, and that the goal does not hold. prove --emit-smt2 writes the same
statements as terms, under the same name.

`
