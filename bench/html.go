// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/cost"
)

//go:embed page.html.tmpl chart.svg.tmpl style.css.tmpl
var pageText embed.FS

var page = template.Must(template.New("").ParseFS(pageText, "*.tmpl"))

// A section is one workload on the page.
type section struct {
	table
	Charts []*chart
}

// WriteHTML writes the report as one page that needs nothing else: no script,
// no font and no other file.
func (r *Report) WriteHTML(w io.Writer) error {
	data := struct {
		*Report
		Sections []section
		Notes    []string
	}{Report: r, Notes: r.notes()}
	for _, t := range r.tables() {
		data.Sections = append(data.Sections, section{t, r.charts(&t.Workload)})
	}
	if err := page.ExecuteTemplate(w, "page.html.tmpl", data); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return nil
}

// charts returns a chart for each kind of figure that the report has.
func (r *Report) charts(w *Workload) []*chart {
	median := func(wall *Wall) *float64 {
		if wall == nil {
			return nil
		}
		return &wall.Median
	}
	list := []*chart{
		r.chart(w, "Ink", "ink per "+w.Op, func(x *Result) *float64 { return x.Ink }),
		r.chart(w, "Fuel", "fuel per "+w.Op, func(x *Result) *float64 { return x.Fuel }),
		r.chart(w, "Heap", "times the most bytes in use at once", (*Result).footprint),
		r.chart(w, "Time, blocks untouched", "ns per "+w.Op, func(x *Result) *float64 { return median(x.Untouched) }),
		r.chart(w, "Time, a byte of each block written", "ns per "+w.Op, func(x *Result) *float64 { return median(x.Touched) }),
	}
	return slices.DeleteFunc(list, func(c *chart) bool { return c == nil })
}

// WriteSVG writes a chart of the gas that a workload takes as a file of its own.
func (r *Report) WriteSVG(w io.Writer, workload string) error {
	if x := r.workload(workload); x != nil {
		gas := func(x *Result) *float64 {
			if x.Ink == nil {
				return nil
			}
			gas := *x.Ink / cost.InkPerGas
			return &gas
		}
		if c := r.chart(x, "Gas of "+workload, "gas per "+x.Op, gas); c != nil {
			c.Notes = []string{
				"The scale is logarithmic: a bar of twice the length stands for far more than twice the gas.",
				fmt.Sprintf("The price of pages is left out. A Stylus contract has at most %d of them.", contract.StylusMaxPages),
			}
			return page.ExecuteTemplate(w, "file", c)
		}
	}
	return fmt.Errorf("workload %s: no module has ink for it", workload)
}
