// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import "strings"

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
