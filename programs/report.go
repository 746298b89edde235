// SPDX-License-Identifier: MIT OR Apache-2.0

package programs

import (
	"fmt"
	"io"

	"github.com/genalloc/genalloc/internal/engine"
	"github.com/genalloc/genalloc/internal/unit"
)

// rounds is how often each program runs with each allocator, to take the shortest time.
const rounds = 3

// A Measured is a program with an allocator.
type Measured struct {
	Program   Program
	Allocator Allocator
	Run
}

// Measure builds and runs a program with every allocator; the first is the libc's own. It
// fails where what the program prints is not the same with each.
func (b Builder) Measure(p Program, e engine.Engine, rounds int) ([]Measured, error) {
	var all []Measured
	for _, a := range Allocators() {
		file, err := b.Link(p, a)
		if err != nil {
			return nil, err
		}
		best := Measured{Program: p, Allocator: a}
		for i := range rounds {
			r, err := b.Run(p, e, file)
			if err != nil {
				return nil, fmt.Errorf("%s with %s: %w", p.Name, a.Name, err)
			}
			if i == 0 || r.Time < best.Time {
				best.Run = *r
			}
		}
		all = append(all, best)
		if best.Output != all[0].Output {
			return nil, fmt.Errorf("%s with %s prints %q, and with %s %q", p.Name, a.Name, best.Output, all[0].Allocator.Name, all[0].Output)
		}
	}
	return all, nil
}

// Write writes the page of docs/ that compares the allocators in all programs.
func (b Builder) Write(w io.Writer, e engine.Engine, progress io.Writer) error {
	fmt.Fprint(w, pageHead)
	for _, p := range Programs {
		fmt.Fprintln(progress, p.Name)
		all, err := b.Measure(p, e, rounds)
		if err != nil {
			return err
		}
		libc := all[0]
		for _, m := range all {
			name := ""
			if m.Allocator == libc.Allocator {
				name = p.Name
			}
			fmt.Fprintf(w, "| %s | %s | %s | %s | %.2f | %.4f | %.2f |\n", name, m.Allocator.Name, unit.Grouped(uint64(m.Bytes)), unit.Grouped(m.Pages),
				ratio(m.Pages, libc.Pages), ratio(m.Fuel, libc.Fuel), ratio(m.Time, libc.Time))
		}
	}
	fmt.Fprint(w, pageTail)
	for _, p := range Programs {
		fmt.Fprintf(w, "| %s | %s | %s | %s |\n", p.Name, p.Work, b.advice(p), b.misuse(p, e))
	}
	return nil
}

func ratio[N ~int64 | ~uint64](n, to N) float64 { return float64(n) / float64(to) }

const pageHead = `# Real programs

Programs of others, compiled by clang for WASI and run in wasmtime, with the libc's own
malloc (dlmalloc) and with each strategy under --abi c. Each run checks its own output, and
the output is the same with every allocator. *Pages* are those of the memory at the end.
The ratios are to the libc; *fuel* is wasmtime's count of instructions for the whole
program, and *time* the shortest of three runs. ` + "`make programs`" + ` writes this page; it
fetches the sources from Debian and from Go modules.

| program | allocator | bytes | pages | pages, ratio | fuel, ratio | time, ratio |
|---|---|---|---|---|---|---|
`

const pageTail = `
What each program does, what ` + "`genalloc advise`" + ` recommends for its trace, and what a
debug build (` + "`--debug`" + `) finds in it:

| program | work | advice | debug build |
|---|---|---|---|
`
