// SPDX-License-Identifier: MIT OR Apache-2.0

package report

import (
	"crypto/sha256"
	_ "embed"
	"fmt"
	"html/template"
	"io"
)

//go:embed report.html.tmpl
var pageText string

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"short": short,
}).Parse(pageText))

// WriteHTML writes the report as one page that loads nothing and runs no script. It
// shows the verdicts, and the heap over time in the run that failed or else in a short
// run with a bit of everything. title names the module, sum is its SHA-256, and tool says
// which build judged it. Whatever comes from the module is escaped.
func (r *Report) WriteHTML(w io.Writer, title string, sum [sha256.Size]byte, tool string) error {
	data := struct {
		*Report
		Title, Sum, Tool string
		Failed           []Cause
		Picture          *picture
	}{Report: r, Title: title, Sum: fmt.Sprintf("%x", sum), Tool: tool, Failed: r.Causes()}
	if r.Heap != nil {
		p := draw(*r.Heap, r.Judged, !r.OK())
		data.Picture = &p
	}
	return page.Execute(w, data)
}
