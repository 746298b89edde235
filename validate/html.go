// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	_ "embed"
	"html/template"
	"io"

	"github.com/genalloc/genalloc/validate/script"
)

//go:embed report.html.tmpl
var pageText string

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"short": short,
}).Parse(pageText))

// WriteHTML writes the report as one page that needs nothing else: no script,
// no request. It shows the verdicts, and the heap over time in the run that
// failed or, where none did, in a short run of a bit of everything. title names
// the module; like all that comes from it, it is escaped.
func (r *Report) WriteHTML(w io.Writer, title string) error {
	data := struct {
		*Report
		Title   string
		Told    []Result
		Picture *picture
	}{Report: r, Title: title, Told: r.told()}
	if r.heap != nil {
		p := draw(*r.heap, r.order, !r.OK())
		data.Picture = &p
	}
	return page.Execute(w, data)
}

// keepHeap chooses the run that the picture shows.
func (j *judge) keepHeap() {
	j.report.order = j.contract
	for _, f := range j.report.Failures() {
		if f.Failure.Script != nil {
			j.report.heap = f.Failure.Script
			return
		}
	}
	c := j.contract.Only(j.sets[0])
	if j.closed != "" || needsBlocks(c) != "" || len(j.modules) == 0 {
		return
	}
	setup := script.DefaultSetup(c)
	setup.ABI = j.mark(c.ABI)
	s, err := open(j.modules[0], c, setup)
	if err != nil {
		return
	}
	portrait(s)
	s.close()
	j.report.heap = s.script()
}
