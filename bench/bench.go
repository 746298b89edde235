// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/wasm"
)

// A Module is an allocator to compare.
type Module struct {
	Name     string // for the reader
	File     []byte
	Contract contract.Contract // Run settles it
}

// Options say what is done with the modules.
type Options struct {
	// Workloads to run; nil for those of [Workloads].
	Workloads []Workload

	// Rounds of timing. In each, every module does every workload twice, one
	// module after the other, so that what else happens on the machine hits
	// them alike. 0 leaves time out: the report is the same everywhere then.
	Rounds int

	// Tool says which build of genalloc measures; it goes into the report.
	Tool string

	// Progress, if not nil, is told about each step before it is taken.
	Progress func(step string)
}

// Run compares the modules on the workloads. The error is about a module that
// cannot be compared at all; what fails in a single workload is in the report.
func Run(ctx context.Context, modules []Module, o Options) (*Report, error) {
	if o.Workloads == nil {
		o.Workloads = Workloads()
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	report := &Report{Tool: o.Tool, Rounds: o.Rounds, Workloads: o.Workloads, Modules: []Measured{}}
	var subjects []*subject
	for _, m := range modules {
		s, err := newSubject(m)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Name, err)
		}
		subjects = append(subjects, s)
	}
	for _, s := range subjects {
		o.Progress("metering " + s.Name)
		measured, err := s.measure(ctx, o.Workloads)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		report.Modules = append(report.Modules, *measured)
	}
	if o.Rounds > 0 {
		if err := takeTimes(ctx, subjects, report, o); err != nil {
			return nil, err
		}
	}
	return report, nil
}

// A subject is a module that is ready for the driver.
type subject struct {
	Module
	binding *binding
	driver  string
	text    *string // of the contract that the module carries
	noInk   string  // why Stylus does not allow the module; empty where it does
}

func newSubject(m Module) (*subject, error) {
	decoded, err := wasm.Decode(m.File)
	if err != nil {
		return nil, err
	}
	s := &subject{Module: m}
	if s.binding, err = bind(decoded, m.Contract); err != nil {
		return nil, err
	}
	s.driver = s.binding.driver()
	if text, ok := decoded.Custom(contract.SectionName); ok {
		carried := string(text)
		s.text = &carried
	}
	if _, _, err := cost.Ink(m.File); err != nil {
		s.noInk = err.Error()
	}
	return s, nil
}

// lacks names the first function that the workload needs and the module has not.
func (s *subject) lacks(w *Workload) string {
	for _, f := range called {
		if _, ok := s.binding.calls[f.Role]; !ok && slices.Contains(w.needs, f.Role) {
			return "no " + f.Name
		}
	}
	if w.script == nil {
		return ""
	}
	for _, role := range []contract.Role{contract.Allocates, contract.AllocatesZeroed} {
		way := s.binding.takesAlign(role) || role == contract.Allocates && s.binding.aligned.export != ""
		if align := w.script.aligned[role]; align > usualAlign && !way {
			return fmt.Sprintf("%s takes no alignment, and the trace has one of %d", s.binding.calls[role].export, align)
		}
	}
	return ""
}

// reuse says what a module of ours hands out again; nobody knows that of others.
func (s *subject) reuse() string {
	if s.text == nil {
		return ""
	}
	return s.Module.Contract.Reuse()
}

// measure meters every workload.
func (s *subject) measure(ctx context.Context, workloads []Workload) (*Measured, error) {
	measured := &Measured{Name: s.Name, Bytes: len(s.File), SHA256: fmt.Sprintf("%x", sha256.Sum256(s.File)), Reuse: s.reuse(), Contract: s.text, InkAbsent: s.noInk}
	for i := range workloads {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r, err := s.meter(&workloads[i])
		if err != nil {
			return nil, err
		}
		measured.Results = append(measured.Results, *r)
	}
	return measured, nil
}

// meter meters one workload. An allocator that does not pass edge_cases is
// given the sizes that it asks for of one that does.
func (s *subject) meter(w *Workload) (*Result, error) {
	if lack := s.lacks(w); lack != "" {
		return &Result{Workload: w.Name, Absent: lack}, nil
	}
	r, err := s.meterOnce(w)
	if err != nil || r.Absent == "" || w.Name != edgeCases {
		return r, err
	}
	replay, err := replayedEdgeCases()
	if err != nil {
		return nil, err
	}
	if r, err = s.meterOnce(replay); err != nil {
		return nil, err
	}
	r.Note = replayedNote + ": the test itself wants each block right behind the one before, from page 0 on"
	return r, nil
}
