// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A Report is what a comparison found. It is what `genalloc bench --json` prints.
type Report struct {
	Tool      string     `json:"tool,omitempty"` // which build of genalloc measured
	Rounds    int        `json:"rounds"`         // of timing; 0 where nothing was timed
	Workloads []Workload `json:"workloads"`
	Modules   []Measured `json:"modules"`
}

// Measured is one allocator with its results.
type Measured struct {
	Name      string   `json:"name"`
	Bytes     int      `json:"bytes"`                // of the module
	SHA256    string   `json:"sha256,omitempty"`     // of the module; empty where figures are recorded
	Reuse     string   `json:"reuse,omitempty"`      // which freed memory it hands out again; empty where nobody has said
	Contract  *string  `json:"contract"`             // the text of the genalloc section; null where there is none
	InkAbsent string   `json:"ink_absent,omitempty"` // why there is no ink; empty where there is
	Source    string   `json:"source,omitempty"`     // where recorded figures come from; empty where they were measured now
	Results   []Result `json:"results"`
}

// A Result is what an allocator did with a workload. Fuel and ink are those of
// one of the workload's Ops, averaged over Ops of them, the callees alone.
type Result struct {
	Workload string   `json:"workload"`
	Absent   string   `json:"absent,omitempty"` // why there are no figures
	Note     string   `json:"note,omitempty"`   // what was done otherwise than for the others
	Ops      uint32   `json:"ops,omitempty"`
	Fuel     *float64 `json:"fuel"`
	Ink      *float64 `json:"ink"`            // null where Stylus does not allow the module
	Heap     uint64   `json:"heap,omitempty"` // bytes from the lowest block to the end of the highest; 0 where not recorded
	Live     uint64   `json:"live,omitempty"` // the most bytes that were in use at once

	// Wall time, if asked for, with the blocks left alone and with a byte of
	// each written.
	Untouched *Wall `json:"untouched,omitempty"`
	Touched   *Wall `json:"touched,omitempty"`
}

// Wall is the time that one of a workload's Ops takes, in nanoseconds, loop and
// call instruction included, over the rounds.
type Wall struct {
	Median float64 `json:"median_ns"`
	Min    float64 `json:"min_ns"`
	Max    float64 `json:"max_ns"`
}

// Result returns the module's result for a workload, or nil.
func (m *Measured) Result(workload string) *Result {
	for i := range m.Results {
		if m.Results[i].Workload == workload {
			return &m.Results[i]
		}
	}
	return nil
}

const replayedNote = "the same sizes replayed"

// footprint is the ratio of heap to live bytes; nil where it is not recorded.
func (r *Result) footprint() *float64 {
	if r.Live == 0 {
		return nil
	}
	ratio := float64(r.Heap) / float64(r.Live)
	return &ratio
}

func (r *Result) replayed() bool { return strings.HasPrefix(r.Note, replayedNote) }

// note adds a remark, once.
func (r *Result) note(text string) {
	switch {
	case strings.Contains(r.Note, text):
	case r.Note == "":
		r.Note = text
	default:
		r.Note += "; " + text
	}
}

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
