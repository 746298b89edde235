// SPDX-License-Identifier: MIT OR Apache-2.0

package sat

import (
	"context"
	"errors"
	"fmt"
)

// Status is what became of a formula.
type Status int

// The statuses.
const (
	Unknown Status = iota // the search ended first
	Sat                   // Model satisfies the formula
	Unsat                 // Proof shows that nothing does
)

// String gives the status in the words of SMT-LIB.
func (s Status) String() string { return [...]string{"unknown", "sat", "unsat"}[s] }

// Result is a checked answer.
type Result struct {
	Status    Status
	Model     Model // for Sat
	Proof     Proof // for Unsat
	Steps     int   // for Unsat: learned clauses in the proof
	Conflicts int
}

// Solve decides f, or gives Unknown when ctx ends first. An answer is checked
// before it is returned, a model by Model.Satisfies and a proof by Check; the
// error tells that one did not pass, which is a fault of the solver.
func Solve(ctx context.Context, f *Formula) (Result, error) { return SolveWithin(ctx, f, 0) }

// SolveWithin is Solve, but gives Unknown also after so many conflicts, unless that is 0.
func SolveWithin(ctx context.Context, f *Formula, most int) (Result, error) {
	s := newSolver(f, nil)
	s.most = most
	r := Result{Status: s.search(ctx), Conflicts: s.conflicts}
	switch r.Status {
	case Sat:
		r.Model = make(Model, f.NumVars+1)
		for v := 1; v <= f.NumVars; v++ {
			r.Model[v] = s.value[toILit(Lit(v))] == 1
		}
		if !r.Model.Satisfies(f) {
			return Result{}, errors.New("solver: model does not satisfy the formula")
		}
	case Unsat:
		r.Proof, r.Steps = s.trimmed()
		if err := Check(f, r.Proof); err != nil {
			return Result{}, fmt.Errorf("solver: proof refused: %w", err)
		}
	}
	return r, nil
}
