// SPDX-License-Identifier: MIT OR Apache-2.0

package profile

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/genalloc/genalloc/internal/plain"
	"github.com/genalloc/genalloc/internal/unit"
)

// WriteText writes the profile as text, with a picture of the live bytes.
func (s *Profile) WriteText(w io.Writer) {
	for _, line := range s.Lines() {
		fmt.Fprintln(w, line)
	}
	if s.PeakBytes > 0 {
		fmt.Fprintf(w, "\nlive bytes over %s\n", plural(s.Operations, "operation"))
		s.picture(w)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	list := func(title, left string, classes []Class) {
		if len(classes) == 0 {
			return
		}
		fmt.Fprintf(t, "\n%s\tblocks\t%s\t\n", title, left)
		for _, c := range classes {
			fmt.Fprintf(t, "%s\t%s\t", c.Range(), unit.Grouped(uint64(c.Count)))
			if left != "" {
				fmt.Fprintf(t, "%s\t", unit.Grouped(uint64(c.Left)))
			}
			fmt.Fprintf(t, " %s\n", strings.Repeat("█", c.bar(classes, 30)))
		}
		t.Flush()
	}
	list("size in bytes", "never freed", s.Sizes)
	list("alignment (0: none asked for)", "never freed", s.Alignments)
	list("life in operations", "", s.Lifetimes)
}

// Lines are the profile's sentences.
func (s *Profile) Lines() []string {
	lines := []string{fmt.Sprintf("%s: %s, %s zeroed; %s; %s", plural(s.Operations, "operation"),
		plural(s.Allocations, "allocation"), unit.Grouped(uint64(s.Zeroed)), plural(s.Resizes, "resize"), plural(s.Frees, "free"))}
	if s.Marks+s.Releases > 0 {
		lines = append(lines, fmt.Sprintf("%s; %s, which end %s", plural(s.Marks, "mark"), plural(s.Releases, "release"), plural(s.Released, "block")))
	}
	if s.Phases > 0 {
		lines = append(lines, plural(s.Phases, "phase"))
	}
	if s.HeapBase > 0 || s.StartPages > 0 {
		lines = append(lines, fmt.Sprintf("the heap begins at %d in a memory of %s", s.HeapBase, plural(int(s.StartPages), "page")))
	}
	if s.Growths > 0 {
		lines = append(lines, "others grow the memory "+plural(s.Growths, "time"))
	}
	peak := fmt.Sprintf("at most %s live at once, after operation %s", plural(int(s.PeakBytes), "byte"), unit.Grouped(uint64(s.PeakAt)))
	if s.PeakPhase != "" {
		peak += ", in " + plain.Text(s.PeakPhase)
	}
	lines = append(lines, peak, "at most "+plural(s.PeakBlocks, "block")+" live at once")
	lines = append(lines, fmt.Sprintf("%s asked for in all, %s at most at a time", plural(int(s.BytesAsked), "byte"), unit.Grouped(uint64(s.LargestSize))))
	if s.Frees > 0 {
		lines = append(lines, fmt.Sprintf("%.0f %% of the frees are of the newest live block", 100*float64(s.LIFO)/float64(s.Frees)))
	}
	lines = append(lines, fmt.Sprintf("%s never freed, of %s", plural(s.LeftBlocks, "block"), plural(int(s.LeftBytes), "byte")))
	if s.Ignored > 0 {
		lines = append(lines, fmt.Sprintf("%s without effect: the block or the mark had ended", plural(s.Ignored, "operation")))
	}
	return lines
}

// Range writes what values the class has.
func (c Class) Range() string {
	switch {
	case c.From == c.To:
		return unit.Grouped(c.From)
	case c.To > 1<<62:
		return unit.Grouped(c.From) + " and more"
	}
	return unit.Grouped(c.From) + " to " + unit.Grouped(c.To)
}

// bar is the length of the class's bar. One that counts something can be seen.
func (c Class) bar(all []Class, width int) int {
	most := 1
	for _, x := range all {
		most = max(most, x.Count)
	}
	return (c.Count*width + most - 1) / most
}

// picture draws the live bytes in rows of characters.
func (s *Profile) picture(w io.Writer) {
	const rows, width = 8, 64
	columns := s.columns(width)
	label := unit.Grouped(s.PeakBytes)
	for row := rows - 1; row >= 0; row-- {
		var line strings.Builder
		for _, v := range columns {
			eighths := int((v*rows*8 + s.PeakBytes - 1) / s.PeakBytes)
			line.WriteRune([]rune(" ▁▂▃▄▅▆▇█")[min(max(eighths-row*8, 0), 8)])
		}
		at := ""
		switch row {
		case rows - 1:
			at = label
		case 0:
			at = "0"
		}
		fmt.Fprintf(w, "%*s |%s\n", len(label), at, strings.TrimRight(line.String(), " "))
	}
}

// columns returns the curve in at most so many steps.
func (s *Profile) columns(n int) []uint64 {
	n = min(n, len(s.Live))
	columns := make([]uint64, n)
	for i, v := range s.Live {
		at := i * n / len(s.Live)
		columns[at] = max(columns[at], v)
	}
	return columns
}

// plural writes how many there are of something.
func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return unit.Grouped(uint64(n)) + " " + noun
}
