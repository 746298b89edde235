// SPDX-License-Identifier: MIT OR Apache-2.0

package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// WriteTable writes the report for a terminal: one line for each check, then each cause
// of failures with its script, and what was excluded or refused. Names that come from the module are quoted.
func (r *Report) WriteTable(w io.Writer) error {
	var b bytes.Buffer
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "CHECK\tENGINE\tRESULT\tFIGURE\tTIME")
	for _, x := range r.Results {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", x.name(), cmp.Or(x.Engine, "-"), x.Verdict, x.Figure, short(x.Duration))
	}
	tw.Flush()
	for _, x := range r.Causes() {
		b.WriteString("\n" + x.text())
	}
	if r.Excluded != nil {
		fmt.Fprintln(tw, "\nEXCLUDED\tNOT JUDGED")
	}
	for _, x := range r.Excluded {
		fmt.Fprintf(tw, "%s\t%s\n", x.What, x.Unjudged)
	}
	tw.Flush()
	if r.Refusals != nil {
		fmt.Fprintf(&b, "\n%s\n", r.Refusals)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// name returns the check, with the ABI if the module has several.
func (x Result) name() string {
	return strings.TrimSuffix(x.Check+" "+string(x.ABI), " ")
}

// short rounds a duration for the reader.
func short(d time.Duration) string {
	if d < time.Millisecond {
		return d.Round(10 * time.Microsecond).String()
	}
	return d.Round(100 * time.Microsecond).String()
}

// text returns the lines about a cause.
func (x Cause) text() string {
	on := ""
	if x.Engine != "" {
		on = " on " + x.Engine
	}
	also := ""
	if x.Also != nil {
		also = fmt.Sprintf("  also in   %s: see --all\n", strings.Join(x.Also, ", "))
	}
	return fmt.Sprintf("%s%s: %s\n  promise   %s\n%s%s", x.name(), on, x.Failure.Rule, x.Failure.Promise, x.Failure.details(), also)
}

// details returns the lines that do not depend on the check or the engine.
func (f *Failure) details() string {
	var b strings.Builder
	if f.Call != "" {
		fmt.Fprintf(&b, "  call      %s\n", f.Call)
	}
	fmt.Fprintf(&b, "  expected  %s\n  got       %s\n", f.Expected, f.Got)
	if f.Hint != "" {
		fmt.Fprintf(&b, "  way out   %s\n", f.Hint)
	}
	if f.Script != nil {
		fmt.Fprintln(&b, "  script    run it again with --replay")
		for _, line := range strings.Split(strings.TrimSpace(f.Script.String()), "\n") {
			fmt.Fprintln(&b, "    "+line)
		}
	}
	if f.Schedule != nil {
		fmt.Fprintln(&b, "  schedule")
		for _, line := range f.Schedule {
			fmt.Fprintln(&b, "    "+line)
		}
	}
	return b.String()
}

// WriteJSON writes the report as one JSON object with the fields of [Report]:
// contract, level, engines, seed, checks, excluded and refusals, and first the verdict on
// the whole, pass or fail. Each of checks has check, promise, abi, engine,
// verdict (pass, fail or skip), figure, calls, duration_ns and, if it failed,
// failure: rule, promise, call, expected, got, hint, script with setup and calls, and schedule.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // types have arrows
	e.SetIndent("", "  ")
	verdict := Pass
	if !r.OK() {
		verdict = Fail
	}
	return e.Encode(struct {
		Verdict Verdict `json:"verdict"`
		*Report
	}{verdict, r})
}
