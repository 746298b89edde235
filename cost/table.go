// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteTable writes the profile for a terminal: the functions, then a line for
// each path, then what could not be metered and why.
func (p *Profile) WriteTable(w io.Writer) error {
	var notes []string
	fmt.Fprintf(w, "%d bytes\n\n", p.Bytes)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "FUNCTION\tEXPORT\tBYTES\tINSTRUCTIONS")
	for _, f := range p.Functions {
		fmt.Fprintf(tw, "%s\t%q\t%d\t%d\n", f.Name, f.Export, f.Bytes, f.Instructions)
	}
	fmt.Fprintln(tw, "\nPATH\tCALL\tEXECUTED\tFUEL\tINK\tGAS")
	for _, x := range p.Paths {
		if x.Figures == nil {
			fmt.Fprintf(tw, "%s\t%s\t-\t-\t-\t-\n", x.Path, cmp.Or(x.Call, x.Function))
			notes = append(notes, fmt.Sprintf("%s, %s: absent: %s", x.Function, x.Path, x.Absent))
			continue
		}
		fmt.Fprintf(tw, "%s\t%s\t%d\t%d\t%s\n", x.Path, x.Call, x.Figures.Instructions, x.Figures.Fuel, x.Figures.ink())
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	if p.NoInk != "" {
		notes = append(notes, "no ink: "+p.NoInk)
	}
	if len(notes) > 0 {
		fmt.Fprintln(w)
	}
	_, err := io.WriteString(w, strings.Join(append(notes, ""), "\n"))
	return err
}

// ink returns the columns INK and GAS.
func (f *Figures) ink() string {
	if f.Ink == nil {
		return "n/a\tn/a"
	}
	return fmt.Sprintf("%d\t%.4f", *f.Ink, *f.Gas)
}
