// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

// Effort is what the search took. All but the time is the same in every run.
type Effort struct {
	Formulas  int     `json:"formulas"`
	Clauses   int     `json:"clauses"`
	Conflicts int     `json:"conflicts"`
	Seconds   float64 `json:"cpu_seconds"` // of a processor; on systems that do not say, the time that passed
}

func (e *Effort) add(f Effort) {
	e.Formulas, e.Clauses, e.Conflicts = e.Formulas+f.Formulas, e.Clauses+f.Clauses, e.Conflicts+f.Conflicts
	e.Seconds += f.Seconds
}

// Effort is what all obligations took.
func (r *Report) Effort() (e Effort) {
	for _, x := range r.Results {
		e.add(x.Effort)
	}
	return e
}
