// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"fmt"
	"slices"
	"strings"
)

// String returns the result in a line: the obligation, the verdict, the time, and
// what there is to say about anything but a proof.
func (r Result) String() string {
	line := fmt.Sprintf("%-24s %-12s %7.2f s", r.Obligation.Name, r.Verdict, r.Duration.Seconds())
	if r.Reason != "" {
		line += "  " + r.Reason
	}
	if r.Counterexample != nil {
		line += "  " + r.Counterexample.String()
	}
	return line
}

// String lists the values of the counterexample by the names of what they are the
// values of: the arguments, and the state before the call.
func (c *Counterexample) String() string {
	var values []string
	for name, v := range c.Values {
		values = append(values, fmt.Sprintf("%s = %v", name, v))
	}
	slices.Sort(values)
	return c.Case + ": " + strings.Join(values, ", ")
}

// Summary is a report as JSON has it.
type Summary struct {
	Verdict     Verdict             `json:"verdict"`
	Obligations []ObligationSummary `json:"obligations"`
}

// ObligationSummary is one obligation's outcome as JSON has it.
type ObligationSummary struct {
	Name           string            `json:"name"`
	Statement      string            `json:"statement"`
	Verdict        Verdict           `json:"verdict"`
	Reason         string            `json:"reason,omitempty"`
	Milliseconds   int64             `json:"milliseconds"`
	Steps          int               `json:"steps"` // of the checked proofs
	Counterexample map[string]string `json:"counterexample,omitempty"`
}

// Summary returns the report without the proofs themselves.
func (r *Report) Summary() Summary {
	s := Summary{Verdict: r.Verdict(), Obligations: []ObligationSummary{}}
	for _, x := range r.Results {
		o := ObligationSummary{
			Name: x.Obligation.Name, Statement: x.Obligation.Text, Verdict: x.Verdict,
			Reason: x.Reason, Milliseconds: x.Duration.Milliseconds(),
		}
		for _, p := range x.Proofs {
			o.Steps += len(p)
		}
		if x.Counterexample != nil {
			o.Counterexample = map[string]string{}
			for name, v := range x.Counterexample.Values {
				o.Counterexample[name] = fmt.Sprint(v)
			}
		}
		s.Obligations = append(s.Obligations, o)
	}
	return s
}
