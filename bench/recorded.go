// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Add appends the modules of a report that was written as JSON, as recorded
// figures: those of the workloads that r has. Times are left out, since they
// mean nothing beside those of another run. A module that does not name its
// source gets the one given. One that has no results is a remark on a module
// measured here: which freed memory it hands out again.
func (r *Report) Add(recorded io.Reader, source string) error {
	other, err := Read(recorded)
	if err != nil {
		return err
	}
	for _, m := range other.Modules {
		if len(m.Results) == 0 {
			for i := range r.Modules {
				if r.Modules[i].Name == m.Name {
					r.Modules[i].Reuse = m.Reuse
				}
			}
			continue
		}
		if m.Source == "" {
			m.Source, m.SHA256 = source, ""
		}
		kept := m.Results[:0:0]
		for _, x := range m.Results {
			if r.workload(x.Workload) != nil {
				x.Untouched, x.Touched = nil, nil
				kept = append(kept, x)
			}
		}
		m.Results = kept
		r.Modules = append(r.Modules, m)
	}
	return nil
}

// Read reads a report that was written as JSON.
func Read(from io.Reader) (*Report, error) {
	r := new(Report)
	d := json.NewDecoder(from)
	d.DisallowUnknownFields()
	if err := d.Decode(r); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	if len(r.Modules) == 0 {
		return nil, errors.New("report: no modules in it: was it written by bench --save?")
	}
	return r, nil
}

func (r *Report) workload(name string) *Workload {
	for i := range r.Workloads {
		if r.Workloads[i].Name == name {
			return &r.Workloads[i]
		}
	}
	return nil
}
