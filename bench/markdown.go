// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// Section is the name of the table's section in the README.
const Section = "bench"

// A column is a column of the table in the README.
type column struct {
	heading string
	timed   bool // differs from run to run; left out where nothing was timed
	cell    func(*Measured) string
}

var columns = []column{
	{"bytes", false, (*Measured).bytes},
	{"fuel, `alloc(16, 8)`", false, figure("fixed", func(x *Result) string { return number(x.Fuel) })},
	{"ink, `alloc(16, 8)`", false, figure("fixed", inkText)},
	{"ink, `alloc` and `dealloc` of 1 to 256 B", false, figure("pairs", inkText)},
	{"ink, a vector grown from 1 B to 1 MiB", false, figure("vec", inkText)},
	{"ink, `alloc_zeroed` of 1 MiB", false, figure("mebibyte", inkText)},
	{"gas, `edge_cases`", false, figure(edgeCases, func(x *Result) string {
		if x.Ink == nil {
			return absent
		}
		return gas(*x.Ink)
	})},
	{"ns, `alloc(16, 8)`, untouched", true, figure("fixed", func(x *Result) string { return wallText(x.Untouched) })},
	{"ns, `alloc` and `dealloc`, touched", true, figure("pairs", func(x *Result) string { return wallText(x.Touched) })},
}

func figure(workload string, text func(*Result) string) func(*Measured) string {
	return func(m *Measured) string {
		if x := m.Result(workload); x != nil {
			return text(x)
		}
		return absent
	}
}

// inkText writes ink to four digits at least; millions in short.
func inkText(x *Result) string {
	if x.Ink != nil && *x.Ink >= 1e6 {
		return fmt.Sprintf("%.1f M", *x.Ink/1e6)
	}
	return number(x.Ink)
}

// wallText writes a time to two digits: more would differ from run to run.
func wallText(w *Wall) string {
	switch {
	case w == nil:
		return absent
	case w.Median < 9.5:
		return fmt.Sprintf("%.1f", w.Median)
	}
	unit := math.Pow10(int(math.Log10(w.Median)) - 1)
	return group(fmt.Sprintf("%.0f", math.Round(w.Median/unit)*unit))
}

// WriteMarkdown writes the report's chief figures as one table for the README,
// with the sources of recorded ones under it. Two builds of a recorded module
// share a row.
func (r *Report) WriteMarkdown(w io.Writer) error {
	var shown []column
	for _, c := range columns {
		if !c.timed || r.Rounds > 0 {
			shown = append(shown, c)
		}
	}
	head, rule := "| |", "|---|"
	for _, c := range shown {
		head += " " + c.heading + " |"
		rule += "---:|"
	}
	lines, sources := []string{head, rule}, []string(nil)
	for i := 0; i < len(r.Modules); i++ {
		m := &r.Modules[i]
		name, other := m.Name, (*Measured)(nil)
		if short, ok := strings.CutSuffix(m.Name, sizeBuild); ok && i+1 < len(r.Modules) && r.Modules[i+1].Name == short+speedBuild {
			name, other = short, &r.Modules[i+1]
			i++
		}
		if m.Source != "" {
			if !slices.Contains(sources, m.Source) {
				sources = append(sources, m.Source)
			}
			name += " " + strings.Repeat("†", 1+slices.Index(sources, m.Source))
		}
		line := "| " + markdownEscape(name) + " |"
		for _, c := range shown {
			line += " " + cells(c, m, other) + " |"
		}
		lines = append(lines, line)
	}
	for i, source := range sources {
		lines = append(lines, "", strings.Repeat("†", i+1)+" Recorded: "+source+".")
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// The endings of the names of two builds of one module.
const (
	sizeBuild  = ", size"
	speedBuild = ", speed"
)

func cells(c column, m, other *Measured) string {
	text := c.cell(m)
	if other == nil || c.cell(other) == text {
		return text
	}
	return text + " / " + c.cell(other)
}

// markdownEscape keeps a name from ending its cell.
func markdownEscape(name string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "\n", " ").Replace(name)
}
