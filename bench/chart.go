// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"fmt"
	"math"
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
