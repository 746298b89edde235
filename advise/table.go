// SPDX-License-Identifier: MIT OR Apache-2.0

package advise

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// shown is how many rows of the front the table has at most.
const shown = 12

// WriteTable writes the advice for a terminal: the command, its reason, and the front.
func (a *Advice) WriteTable(b io.Writer) {
	best := a.Configurations[0]
	fmt.Fprintf(b, "%s\n\n%s\n\n", best.Command, best.Reason)
	fmt.Fprintf(b, "%s allocations, %s frees, %s resizes, %s bytes at most; --abi %s\n", group(float64(a.Trace.Allocations)),
		group(float64(a.Trace.Frees)), group(float64(a.Trace.Resizes)), group(float64(a.Trace.PeakBytes)), a.ABI)
	fmt.Fprintf(b, "rule: %s\n\n", a.Rule)
	tw := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, strings.Join(a.heading(), "\t")+"\t")
	front := a.front()
	for i, r := range front[:min(len(front), shown)] {
		fmt.Fprintln(tw, strings.Join(a.row(r, i+1), "\t")+"\t")
	}
	for _, r := range a.Peers {
		fmt.Fprintln(tw, strings.Join(a.row(r, 0), "\t")+"\t")
	}
	tw.Flush()
	fmt.Fprintln(b)
	for i, r := range front[:min(len(front), shown)] {
		fmt.Fprintf(b, "%4d  %s\n", i+1, r.Command)
	}
	fmt.Fprintf(b, "\n%d configurations, of which %d are not beaten in every figure", len(a.Configurations), len(front))
	if len(front) > shown {
		fmt.Fprintf(b, "; --json and --html have all of them")
	}
	fmt.Fprintln(b)
	for _, why := range a.Absent {
		fmt.Fprintf(b, "left out: %s\n", why)
	}
}

// front lists the configurations that no other beats, best first.
func (a *Advice) front() (list []*Result) {
	for _, r := range a.Configurations {
		if r.Front {
			list = append(list, r)
		}
	}
	return list
}

func (a *Advice) heading() []string {
	words := []string{"", "BYTES", "INK", "FUEL", "PAGES", "FOOTPRINT"}
	switch a.Target {
	case Stylus, CosmWasm:
		words = append(words, "GAS")
	}
	if a.timed() {
		words = append(words, "MS")
	}
	return words
}

func (a *Advice) timed() bool { return a.front()[0].WallNS != nil }

func (a *Advice) row(r *Result, number int) []string {
	name := r.Command
	if number > 0 {
		name = fmt.Sprint(number)
	}
	ink := "-"
	if r.Ink != nil {
		ink = group(float64(*r.Ink))
	}
	words := []string{name, fmt.Sprint(r.Bytes), ink, group(float64(r.Fuel)), group(float64(r.Pages)), fmt.Sprintf("%.2f", r.Footprint)}
	switch a.Target {
	case Stylus:
		words = append(words, group(float64(r.StylusGas)))
	case CosmWasm:
		words = append(words, group(float64(r.CosmWasmGas)))
	}
	if r.WallNS == nil && a.timed() {
		words = append(words, "-")
	}
	if r.WallNS != nil {
		words = append(words, fmt.Sprintf("%.2f", *r.WallNS/1e6))
	}
	return words
}
