// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/internal/unit"
)

// WriteJSON writes the report as one JSON object with the fields of [Report].
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteTable writes the report for a terminal: a table for each workload, then
// what was left out or done otherwise.
func (r *Report) WriteTable(w io.Writer) error {
	var b strings.Builder
	for _, t := range r.tables() {
		fmt.Fprintf(&b, "%s: %s, per %s\n%s\n", t.Name, t.Doc, t.Op, layout(t.Rows))
	}
	for _, note := range r.notes() {
		fmt.Fprintln(&b, note)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// A table is what the report has on one workload, in words: a heading and a
// row for each module.
type table struct {
	Workload
	Rows [][]string
}

func (r *Report) tables() []table {
	heading := []string{"MODULE", "BYTES", "FUEL", "INK", "GAS", "HEAP", "HEAP/LIVE", "GIVES BACK"}
	if r.Rounds > 0 {
		heading = append(heading, "NS UNTOUCHED", "MIN", "MAX", "NS TOUCHED", "MIN", "MAX", "RATIO")
	}
	var list []table
	for _, w := range r.Workloads {
		t := table{Workload: w, Rows: [][]string{heading}}
		for i := range r.Modules {
			m := &r.Modules[i]
			if result := m.Result(w.Name); result != nil {
				t.Rows = append(t.Rows, r.row(m, result))
			}
		}
		list = append(list, t)
	}
	return list
}

// absent stands for a figure that there is not.
const absent = "-"

func (r *Report) row(m *Measured, x *Result) []string {
	row := []string{m.label(), m.bytes(), number(x.Fuel), number(x.Ink), absent, absent, number(x.footprint()), cmp.Or(m.Reuse, absent)}
	if x.Ink != nil {
		row[4] = gas(*x.Ink)
	}
	if m.InkAbsent != "" {
		row[3], row[4] = "n/a", "n/a"
	}
	if x.Live != 0 {
		row[5] = unit.Grouped(x.Heap)
	}
	if r.Rounds == 0 {
		return row
	}
	for _, wall := range []*Wall{x.Untouched, x.Touched} {
		if wall == nil {
			row = append(row, absent, absent, absent)
			continue
		}
		row = append(row, number(&wall.Median), number(&wall.Min), number(&wall.Max))
	}
	return append(row, r.ratio(x))
}

// ratio compares the time with blocks touched with that of the first module.
func (r *Report) ratio(x *Result) string {
	first := r.Modules[0].Result(x.Workload)
	if first == nil || first.Touched == nil || x.Touched == nil {
		return absent
	}
	return fmt.Sprintf("%.2f", x.Touched.Median/first.Touched.Median)
}

// label is the module's name, marked where its figures are recorded ones.
func (m *Measured) label() string {
	if m.Source != "" {
		return m.Name + " (recorded)"
	}
	return m.Name
}

// bytes is the module's size, which not every source of recorded figures gives.
func (m *Measured) bytes() string {
	if m.Bytes == 0 {
		return absent
	}
	return fmt.Sprint(m.Bytes)
}

// notes say what the tables have no room for.
func (r *Report) notes() []string {
	var list []string
	sources := map[string]bool{}
	for _, m := range r.Modules {
		if m.InkAbsent != "" {
			list = append(list, fmt.Sprintf("%s: no ink: %s", m.Name, m.InkAbsent))
		}
		for _, x := range m.Results {
			for _, text := range []string{x.Absent, x.Note} {
				if text != "" {
					list = append(list, fmt.Sprintf("%s, %s: %s", m.Name, x.Workload, text))
				}
			}
		}
		if m.Source != "" && !sources[m.Source] {
			sources[m.Source] = true
			list = append(list, "recorded: "+m.Source)
		}
	}
	return list
}

// number writes a figure with as many digits as are of use: four at least, and
// all of the whole part.
func number(v *float64) string {
	switch {
	case v == nil:
		return absent
	case *v >= 1000:
		return unit.Rounded(*v)
	}
	text := fmt.Sprintf("%.2f", *v)
	return strings.TrimSuffix(text, ".00")
}

// gas writes ink as gas, with four digits at least.
func gas(ink float64) string {
	v := ink / cost.InkPerGas
	if v >= 1000 {
		return unit.Rounded(v)
	}
	return fmt.Sprintf("%.4g", v)
}

// layout aligns the first column to the left and the others to the right.
func layout(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				b.WriteString("  " + cell + pad)
			} else {
				b.WriteString("  " + pad + cell)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
