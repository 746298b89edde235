// SPDX-License-Identifier: MIT OR Apache-2.0

package advise

import (
	_ "embed"
	"html/template"
	"io"
	"slices"

	"github.com/genalloc/genalloc/contract"
)

//go:embed page.html.tmpl
var pageText string

var page = template.Must(template.New("").Funcs(template.FuncMap{
	"comma": func(n int) string { return group(float64(n)) }, "next": func(i int) int { return i + 1 },
	"cells": func(a *Advice, r *Result) []string { return a.row(r, 0)[1:] },
}).Parse(pageText))

// A keyEntry explains a colour.
type keyEntry struct{ Class, Name string }

// WriteHTML writes the advice as one page that needs nothing else.
func (a *Advice) WriteHTML(w io.Writer, name string) error {
	var key []keyEntry
	for _, s := range contract.StrategyNames() {
		if slices.ContainsFunc(a.Configurations, func(r *Result) bool { return r.configuration.contract.Strategy == s }) {
			key = append(key, keyEntry{strategyClass(s), string(s)})
		}
	}
	if len(a.Peers) > 0 {
		key = append(key, keyEntry{"peer", "peer"})
	}
	return page.Execute(w, struct {
		*Advice
		Name          string
		Best          *Result
		Front         int
		Key           []keyEntry
		Plots         []*plot
		Heading       []string
		Width, Height float64
	}{a, name, a.Configurations[0], len(a.front()), key, []*plot{
		a.newPlot("Ink against pages", "pages", "ink", pagesOf, inkOf),
		a.newPlot("Bytes against ink", "ink", "bytes of the allocator", inkOf, bytesOf),
	}, a.heading()[1:], plotWidth, plotHeight})
}
