// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/cost"
)

// A chart is a bar chart on a logarithmic scale, laid out in pixels; a template
// draws it.
type chart struct {
	Title, Unit           string
	Notes                 []string // under the key of a chart in a file of its own
	Width, Height         int
	Left, Top, Bottom     int // of the plot
	Ticks                 []tick
	Bars                  []bar
	BarHeight, TextOffset int
}

// keySpace is the height of the key under a chart in a file of its own, where no page
// explains the colours, and noteSpace that of a line below it.
const (
	keySpace  = 24
	noteSpace = 18
)

// FileWidth is that of the chart with a margin.
func (c *chart) FileWidth() int { return c.Width + 16 }

// FileHeight is that of the chart with its key and its notes.
func (c *chart) FileHeight() int { return c.Height + keySpace + len(c.Notes)*noteSpace }

// A keyEntry explains a colour.
type keyEntry struct {
	X           int
	Kind, Label string
}

// NoteY is where a note stands.
func (c *chart) NoteY(i int) int { return c.Height + keySpace + i*noteSpace + noteSpace/2 }

// AxisX is the middle of the plot.
func (c *chart) AxisX() int { return (labelWidth + chartWidth - valueWidth) / 2 }

// Key explains the colours.
func (c *chart) Key() []keyEntry {
	return []keyEntry{
		{labelWidth, "ours", "generated"},
		{labelWidth + 110, "peer", "measured beside it"},
		{labelWidth + 270, "recorded", "recorded figure"},
	}
}

type tick struct {
	X     float64
	Label string
}

type bar struct {
	Y     int
	Width float64
	Label string // the module
	Text  string // the value
	Kind  string // class: ours, peer or recorded
	End   float64
}

// Pixels.
const (
	chartWidth = 720
	labelWidth = 250
	valueWidth = 90
	rowHeight  = 24
	barHeight  = 16
	titleSpace = 34
	axisSpace  = 46
)

// A value is one bar's.
type value struct {
	label, kind string
	v           float64 // above 0
}

// newChart lays out a chart; nil if there is nothing to show.
func newChart(title, unit string, values []value) *chart {
	if len(values) == 0 {
		return nil
	}
	low, high := scale(values)
	at := func(v float64) float64 {
		share := (math.Log10(v) - low) / (high - low)
		return math.Round(share*(chartWidth-labelWidth-valueWidth)*10) / 10
	}
	c := &chart{
		Title: title, Unit: unit, Width: chartWidth, Left: labelWidth, Top: titleSpace,
		BarHeight: barHeight, TextOffset: barHeight - 4,
	}
	for i, v := range values {
		width := at(v.v)
		c.Bars = append(c.Bars, bar{
			Y: titleSpace + i*rowHeight + (rowHeight-barHeight)/2, Width: width, End: labelWidth + width + 6,
			Label: v.label, Text: number(&v.v), Kind: v.kind,
		})
	}
	c.Bottom = titleSpace + len(values)*rowHeight
	c.Height = c.Bottom + axisSpace
	for e := low; e <= high; e++ {
		c.Ticks = append(c.Ticks, tick{labelWidth + at(math.Pow(10, e)), power(int(e))})
	}
	return c
}

// shorten cuts a name to what the labels have room for.
func shorten(name string) string {
	const room = 34 // characters of 13 pixels
	if runes := []rune(name); len(runes) > room {
		return string(runes[:room-1]) + "…"
	}
	return name
}

// scale returns the powers of ten around the values. The lower one leaves the
// smallest value a bar that can be seen.
func scale(values []value) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		low, high = min(low, v.v), max(high, v.v)
	}
	const visible = 0.15 // of a power of ten
	low, high = math.Floor(math.Log10(low)-visible), math.Ceil(math.Log10(high))
	return low, max(high, low+1)
}

// power writes a power of ten.
func power(e int) string {
	if e < 3 {
		return fmt.Sprintf("%g", math.Pow10(e))
	}
	thousands := min(e/3, 3)
	return fmt.Sprintf("%d %c", int(math.Pow10(e-3*thousands)), "kMG"[thousands-1])
}

// kind is the class of a module's bars.
func (m *Measured) kind() string {
	switch {
	case m.Source != "":
		return "recorded"
	case m.Contract != nil:
		return "ours"
	}
	return "peer"
}

// chart draws one figure of one workload for all modules that have it.
func (r *Report) chart(w *Workload, title, unit string, figure func(*Result) *float64) *chart {
	var values []value
	for i := range r.Modules {
		m := &r.Modules[i]
		if x := m.Result(w.Name); x != nil {
			if v := figure(x); v != nil && *v > 0 {
				values = append(values, value{shorten(m.Name), m.kind(), *v})
			}
		}
	}
	return newChart(title, unit, values)
}

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
