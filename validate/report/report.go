// SPDX-License-Identifier: MIT OR Apache-2.0

// Package report has what the judge found, and writes it for a terminal, as JSON and
// as a page with a picture of the heap.
package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/unit"
	"github.com/genalloc/genalloc/validate/scope"
	"github.com/genalloc/genalloc/validate/script"
)

// Verdict is what a check found.
type Verdict string

// The verdicts.
const (
	Pass Verdict = "pass"
	Fail Verdict = "fail"
	Skip Verdict = "skip" // nothing to judge; the figure says why
)

// A Report has what was found about one module.
type Report struct {
	Contract string   `json:"contract"` // canonical text; empty for the default
	Level    string   `json:"level"`    // quick or full
	Engines  []string `json:"engines"`
	Seed     uint64   `json:"seed"`
	Results  []Result `json:"checks"`

	Excluded []scope.Exclusion `json:"excluded,omitempty"`
	Refusals *Refusals         `json:"refusals,omitempty"` // nil where each is a failure

	All    bool              `json:"-"` // show every failure, and not one for each cause
	Judged contract.Contract `json:"-"`
	Heap   *script.Script    `json:"-"` // the run that the picture is drawn from; nil for none
}

// A Result is what one check found on one engine.
type Result struct {
	Check    string        `json:"check"`
	Promise  string        `json:"promise"`
	ABI      contract.ABI  `json:"abi,omitempty"` // which set was called, where the module has several
	Engine   string        `json:"engine"`        // empty for what needs none
	Verdict  Verdict       `json:"verdict"`
	Figure   string        `json:"figure"` // how much was judged, or why nothing was
	Calls    int           `json:"calls"`  // of the allocator or its host
	Duration time.Duration `json:"duration_ns"`
	Failure  *Failure      `json:"failure,omitempty"`
}

// A Failure is a promise that was broken.
type Failure struct {
	Rule     string         `json:"rule"`    // what was broken: overlap, bounds, …
	Promise  string         `json:"promise"` // the sentence that the rule stands for
	Call     string         `json:"call"`    // with its values; empty if no call is to blame
	Expected string         `json:"expected"`
	Got      string         `json:"got"`
	Hint     string         `json:"hint,omitempty"`     // the way out, where it is the contract that may be wrong
	Script   *script.Script `json:"script,omitempty"`   // the shortest sequence found that shows it
	Schedule []string       `json:"schedule,omitempty"` // what threads did, in order, a line for each
}

// Rules after which the judge calls the module less, or no more.
const (
	Endless  = "endless"  // a call does not return
	Instance = "instance" // the module does not start
)

// String returns the failure in one line.
func (f *Failure) String() string {
	line := f.Rule + ": "
	if f.Call != "" {
		line += f.Call + ": "
	}
	return line + "expected " + f.Expected + ", got " + f.Got
}

// Join adds the results of another report under a name, and returns the whole;
// the receiver may be nil.
func (r *Report) Join(name string, other *Report) *Report {
	for i := range other.Results {
		other.Results[i].Check = name + ": " + other.Results[i].Check
	}
	if r == nil {
		return other
	}
	r.Results = append(r.Results, other.Results...)
	switch {
	case r.Refusals == nil:
		r.Refusals = other.Refusals
	case other.Refusals != nil:
		r.Refusals.Add(*other.Refusals)
	}
	return r
}

// Checks returns the number of checks that were made, each counted once whatever the
// number of engines.
func (r *Report) Checks() int {
	names := map[string]bool{}
	for _, x := range r.Results {
		if x.Verdict != Skip {
			names[x.Check] = true
		}
	}
	return len(names)
}

// Passed returns the number of results that passed.
func (r *Report) Passed() int { return len(r.results(Pass)) }

// OK reports whether no check failed.
func (r *Report) OK() bool { return len(r.Failures()) == 0 }

// Err says in one line which checks failed; nil where none did.
func (r *Report) Err() error {
	var names []string
	for _, f := range r.Failures() {
		if !slices.Contains(names, f.Check) {
			names = append(names, f.Check)
		}
	}
	if names == nil {
		return nil
	}
	return fmt.Errorf("%d of %d checks failed: %s", len(names), r.Checks(), strings.Join(names, ", "))
}

// A Cause is a failure that stands for all others that broke the same rule: the one with
// the shortest script.
type Cause struct {
	Result
	Also []string // other checks that fail for it
}

// Causes returns the causes of all failures, the one with the shortest script first. If
// All is set, each failure is its own.
func (r *Report) Causes() []Cause {
	failed := r.distinct()
	slices.SortStableFunc(failed, func(a, b Result) int { return a.Failure.calls() - b.Failure.calls() })
	var list []Cause
	for _, f := range failed {
		i := slices.IndexFunc(list, func(c Cause) bool { return c.Failure.Rule == f.Failure.Rule })
		if i < 0 || r.All {
			list = append(list, Cause{Result: f})
			continue
		}
		name := f.name()
		if name == list[i].name() {
			name += " on " + f.Engine
		}
		if !slices.Contains(list[i].Also, name) {
			list[i].Also = append(list[i].Also, name)
		}
	}
	return list
}

func (f *Failure) calls() int {
	if f.Script == nil {
		return 0
	}
	return len(f.Script.Calls)
}

// distinct returns the failures, with one for all engines on which a check failed in
// the same way. Its Engine then lists their names.
func (r *Report) distinct() []Result {
	var list []Result
	for _, f := range r.Failures() {
		same := func(x Result) bool {
			return x.name() == f.name() && x.Failure.Rule == f.Failure.Rule && x.Failure.details() == f.Failure.details()
		}
		if i := slices.IndexFunc(list, same); i >= 0 {
			list[i].Engine += " and " + f.Engine
		} else {
			list = append(list, f)
		}
	}
	return list
}

// Failures returns the results that failed.
func (r *Report) Failures() []Result { return r.results(Fail) }

func (r *Report) results(v Verdict) (list []Result) {
	for _, x := range r.Results {
		if x.Verdict == v {
			list = append(list, x)
		}
	}
	return list
}

// Refusals are the requests that a third-party module refused although they would have
// fitted. It may do so.
type Refusals struct {
	Refused  uint64 `json:"refused"`
	Fitted   uint64 `json:"fitted"`   // those refused, and those that got a block
	Smallest uint64 `json:"smallest"` // bytes, of those refused
}

// Refuse counts a request that was refused.
func (r *Refusals) Refuse(size uint64) { r.Add(Refusals{1, 1, size}) }

// Add adds the counts of others.
func (r *Refusals) Add(other Refusals) {
	if r.Refused == 0 || other.Refused != 0 && other.Smallest < r.Smallest {
		r.Smallest = other.Smallest
	}
	r.Refused += other.Refused
	r.Fitted += other.Fitted
}

// String returns a line about the module.
func (r Refusals) String() string {
	if r.Refused == 0 {
		return fmt.Sprintf("refused none of %s requests that would have fitted", unit.Grouped(r.Fitted))
	}
	size := unit.Grouped(r.Smallest) + " bytes"
	if r.Smallest == 1 {
		size = "1 byte"
	}
	return fmt.Sprintf("refused %s of %s requests that would have fitted, the smallest %s", unit.Grouped(r.Refused), unit.Grouped(r.Fitted), size)
}
