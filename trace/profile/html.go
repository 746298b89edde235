// SPDX-License-Identifier: MIT OR Apache-2.0

package profile

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/genalloc/genalloc/internal/unit"
)

//go:embed page.html.tmpl
var pageText string

var page = template.Must(template.New("").Funcs(template.FuncMap{"comma": unit.Grouped, "count": func(n int) string { return unit.Grouped(uint64(n)) }}).Parse(pageText))

// The plot's size in pixels.
const (
	plotWidth  = 960
	plotHeight = 260
	barWidth   = 360
)

// WriteHTML writes the profile as one page that needs nothing else.
func (s *Profile) WriteHTML(w io.Writer, name string) error {
	histogram := func(title string, left bool, classes []Class) chart {
		c := chart{Title: title, Left: left}
		for _, x := range classes {
			c.Rows = append(c.Rows, row{x, x.bar(classes, barWidth)})
		}
		return c
	}
	return page.Execute(w, struct {
		*Profile
		Name          string
		Curve         string
		Width, Height int
		Charts        []chart
	}{s, name, s.curve(), plotWidth, plotHeight, []chart{
		histogram("Size in bytes", true, s.Sizes), histogram("Alignment in bytes, 0 where none was asked for", true, s.Alignments), histogram("Life in operations", false, s.Lifetimes),
	}})
}

// A chart is a histogram, and a row one of its bars.
type (
	chart struct {
		Title string
		Left  bool // it counts what is never freed
		Rows  []row
	}
	row struct {
		Class
		Bar int
	}
)

// curve returns the area under the live bytes as points of a polygon.
func (s *Profile) curve() string {
	var points strings.Builder
	columns := s.columns(plotWidth)
	for i, v := range columns {
		y := plotHeight - float64(v)/float64(max(s.PeakBytes, 1))*plotHeight
		fmt.Fprintf(&points, "%.1f,%.1f %.1f,%.1f ", float64(i)*plotWidth/float64(len(columns)), y, float64(i+1)*plotWidth/float64(len(columns)), y)
	}
	return fmt.Sprintf("0,%d %s%d,%d", plotHeight, points.String(), plotWidth, plotHeight)
}
