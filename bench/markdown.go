// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/unit"
)

// A Document is a generated section of a file of this project.
type Document struct {
	File, Section string // File from the root of the repository
	Text          func(*Report) string
}

// Documents are the sections that show a report: a few rows and columns in the README,
// everything in docs/.
var Documents = []Document{
	{"README.md", "bench", func(r *Report) string { return r.markdown(known, (*column).brief) }},
	{"docs/figures.md", "measured", func(r *Report) string { return r.markdown(measured, r.shows) }},
	{"docs/figures.md", "recorded", func(r *Report) string {
		text := r.markdown(recorded, (*column).recorded)
		for i, source := range r.sources() {
			text += fmt.Sprintf("\n%s Recorded: %s.\n", dagger(i), source)
		}
		return text
	}},
}

// A row is a row of a table: a module, or the builds of one for size and for speed.
type row struct {
	name   string
	builds []*Measured
}

func measured(x row) bool { return x.builds[0].Source == "" }
func recorded(x row) bool { return x.builds[0].Source != "" }

// known picks the rows of the README: the default, the smallest, one that reuses memory,
// and allocators that people know.
func known(x row) bool {
	return slices.Contains([]string{
		"genalloc", "genalloc --optimize size", "genalloc --strategy " + string(contract.LongRunning),
		"wasi-libc-dlmalloc", "zig-WasmAllocator", "mini-alloc", "wee_alloc",
	}, x.name)
}

// A column is a column of a table.
type column struct {
	heading string
	kind    columnKind
	cell    func(*Measured) string
}

type columnKind int

const (
	inBrief    columnKind = iota // in the README too
	inFull                       // in docs/ only
	inMeasured                   // not recorded
	forTimes                     // differs from run to run, and not recorded
)

func (c *column) brief() bool          { return c.kind == inBrief }
func (c *column) recorded() bool       { return c.kind == inBrief || c.kind == inFull }
func (r *Report) shows(c *column) bool { return c.kind != forTimes || r.Rounds > 0 }

var columns = []column{
	{"gives memory back", inBrief, func(m *Measured) string { return cmp.Or(m.Reuse, absent) }},
	{"bytes", inBrief, (*Measured).bytes},
	{"fuel, `alloc(16, 8)`", inBrief, figure("fixed", func(x *Result) string { return number(x.Fuel) })},
	{"ink, `alloc(16, 8)`", inBrief, figure("fixed", inkText)},
	{"ink, `alloc` and `dealloc` of 1 to 256 B", inBrief, figure("pairs", inkText)},
	{"ink, a vector grown from 1 B to 1 MiB", inFull, figure("vec", inkText)},
	{"ink, `alloc_zeroed` of 1 MiB", inFull, figure("mebibyte", inkText)},
	{"heap per live byte, 64 blocks made and given back in turn", inMeasured, figure("lifo", func(x *Result) string { return number(x.footprint()) })},
	{"gas, `edge_cases`", inFull, figure(edgeCases, func(x *Result) string {
		if x.Ink == nil {
			return absent
		}
		return gas(*x.Ink)
	})},
	{"ns, `alloc(16, 8)`, untouched", forTimes, figure("fixed", func(x *Result) string { return wallText(x.Untouched) })},
	{"ns, `alloc` and `dealloc`, touched", forTimes, figure("pairs", func(x *Result) string { return wallText(x.Touched) })},
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
	digits := math.Pow10(int(math.Log10(w.Median)) - 1)
	return unit.Rounded(math.Round(w.Median/digits) * digits)
}

// rows lists the modules. Two builds of a recorded module share a row.
func (r *Report) rows() []row {
	var rows []row
	for i := 0; i < len(r.Modules); i++ {
		m := &r.Modules[i]
		x := row{m.Name, []*Measured{m}}
		if short, ok := strings.CutSuffix(m.Name, sizeBuild); ok && i+1 < len(r.Modules) && r.Modules[i+1].Name == short+speedBuild {
			i++
			x = row{short, []*Measured{m, &r.Modules[i]}}
		}
		rows = append(rows, x)
	}
	return rows
}

// markdown is a table of some rows and columns.
func (r *Report) markdown(has func(row) bool, shows func(*column) bool) string {
	sources := r.sources()
	lines := []string{"| |", "|---|"}
	for i := range columns {
		if c := &columns[i]; shows(c) {
			lines[0] += " " + c.heading + " |"
			lines[1] += "---:|"
		}
	}
	for _, x := range r.rows() {
		if !has(x) {
			continue
		}
		name := markdownEscape(x.name)
		if recorded(x) {
			name += " " + dagger(slices.Index(sources, x.builds[0].Source))
		}
		line := "| " + name + " |"
		for i := range columns {
			if c := &columns[i]; shows(c) {
				line += " " + x.cells(c) + " |"
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n") + "\n"
}

// sources lists where recorded figures come from, each once.
func (r *Report) sources() []string {
	var list []string
	for _, m := range r.Modules {
		if m.Source != "" && !slices.Contains(list, m.Source) {
			list = append(list, m.Source)
		}
	}
	return list
}

// dagger marks the rows of the i-th source.
func dagger(i int) string { return strings.Repeat("†", i+1) }

// The endings of the names of two builds of one module.
const (
	sizeBuild  = ", size"
	speedBuild = ", speed"
)

// cells writes the figures of all builds where they differ.
func (x row) cells(c *column) string {
	var list []string
	for _, m := range x.builds {
		list = append(list, c.cell(m))
	}
	return strings.Join(slices.Compact(list), " / ")
}

// markdownEscape keeps a name from ending its cell.
func markdownEscape(name string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "\n", " ").Replace(name)
}
