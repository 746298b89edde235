// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/plain"
	"github.com/genalloc/genalloc/internal/unit"
	"github.com/genalloc/genalloc/object"
)

// A summary is what build prints after success, as text or as JSON.
type summary struct {
	Path         string   `json:"path"`
	Format       string   `json:"format"`                  // wasm, wat or obj
	Bytes        int      `json:"bytes"`                   // of the object, or of the module, assembled
	Functions    []string `json:"functions"`               // by export name; in an object, by symbol
	InitialPages uint32   `json:"initial_pages,omitempty"` // of 64 KiB; absent for an object
	MaxPages     uint32   `json:"max_pages,omitempty"`     // absent for none
	Memory       string   `json:"memory,omitempty"`        // where it is not exported as "memory"
	Chunk        uint32   `json:"chunk,omitempty"`         // pages that each thread claims at once
	State        string   `json:"state,omitempty"`         // of an object: data or global
	StateBytes   uint32   `json:"state_bytes,omitempty"`   // of linear memory
	Inline       bool     `json:"inline,omitempty"`        // inlined code works on the state
	Reuse        string   `json:"reuse"`                   // which freed memory is handed out again
	Symbols      int      `json:"symbols,omitempty"`       // that an object defines for others
	Bindings     []string `json:"bindings,omitempty"`      // files
	Validated    bool     `json:"validated"`               // false under --no-validate
	ChecksPassed int      `json:"checks_passed"`
	Proved       int      `json:"proved,omitempty"` // obligations, under --prove
	Contract     string   `json:"contract"`         // the canonical flags, as the module carries them
	Milliseconds int64    `json:"milliseconds"`
}

func summarise(o *buildOptions, p *product, beside []output, took time.Duration) summary {
	s := summary{
		Path: string(o.output), Format: o.emit, Bytes: len(p.module), Functions: []string{},
		Chunk: o.contract.Chunk, Reuse: o.contract.Reuse(), Contract: o.contract.String(), Proved: p.proved, Milliseconds: took.Milliseconds(),
	}
	if o.emit == "obj" {
		s.Bytes = len(p.bytes)
		s.State, s.Inline = o.object.For(o.contract).State.String(), o.object.Inline
		// The object was made here: a test of the summary sees that it can be read.
		if info, err := object.Inspect(p.object); err == nil && info != nil {
			s.Symbols, s.StateBytes = len(info.Defined()), info.DataBytes()
		}
	} else {
		s.InitialPages, s.MaxPages = o.contract.InitialPages, o.contract.MaxPages
		if c := o.contract; c.Memory != contract.ExportMemory || c.MemoryName != contract.Default().MemoryName {
			s.Memory = fmt.Sprintf("%sed as %s", c.Memory, c.MemoryName)
		}
	}
	for _, out := range beside {
		s.Bindings = append(s.Bindings, out.path)
	}
	for _, f := range o.contract.Signatures() {
		s.Functions = append(s.Functions, f.Export)
	}
	if p.report != nil {
		s.Validated, s.ChecksPassed = true, p.report.Passed()
	}
	return s
}

// report prints the summary in the form that the flags ask for.
func (s summary) report(o *buildOptions, to streams) error {
	o.warn(to.err)
	o.warnOfReuse(to.err)
	o.warnOfMalloc(to.err)
	if o.json {
		return to.printJSON(s)
	}
	if !o.quiet {
		s.print(to.err)
	}
	return nil
}

// warn says, even under --quiet, that the module was not tested.
func (o *buildOptions) warn(w io.Writer) {
	if o.noValidate {
		fmt.Fprintln(w, "genalloc: not validated (--no-validate)")
	}
}

// warnOfReuse says that free frees nothing, since programs written for malloc rely on it,
// or that alignment gaps will keep most blocks from being reused.
func (o *buildOptions) warnOfReuse(w io.Writer) {
	c := o.contract
	if o.quiet {
		return
	}
	if c.ABI.Includes(contract.C) && c.Reuse() == contract.ReusesNothing {
		fmt.Fprintf(w, "genalloc: --abi c with --strategy %s: free gives no memory back: a program that runs long needs another allocator\n", c.Strategy)
	}
	if least := c.ReuseAlign(); least > 0 {
		fmt.Fprintf(w, "genalloc: --strategy %s with --min-align %d: odd sizes leave gaps, and a block in front of a gap is not reused: say --min-align %d\n", c.Strategy, c.MinAlign, least)
	}
}

// warnOfMalloc says that a host will find no malloc: it would pass no data on, and no call
// would fail.
func (o *buildOptions) warnOfMalloc(w io.Writer) {
	if o.quiet || !o.contract.LacksMalloc() {
		return
	}
	fmt.Fprintln(w, "genalloc: proxy-wasm hosts that call malloc, such as MOSN's, pass no data on without it: say --abi c,proxy-wasm and export malloc")
}

func (s summary) print(w io.Writer) {
	style := styleFor(w)
	path := plain.Text(s.Path)
	if s.Path == "-" {
		path = "standard output"
	}
	assembled := "" // says that the bytes are not those of the text in the file
	if s.Format == "wat" {
		assembled = " when assembled"
	}
	fmt.Fprintf(w, "%s  %d bytes%s\n", style(bold, path), s.Bytes, assembled)
	fmt.Fprintf(w, "  functions  %s\n", plain.Text(strings.Join(s.Functions, ", ")))
	if s.Format == "obj" {
		fmt.Fprintf(w, "  symbols    %d defined\n", s.Symbols)
		fmt.Fprintf(w, "  state      %s\n", s.where())
	} else {
		fmt.Fprintf(w, "  memory     %s\n", s.pages())
	}
	if s.Chunk > 0 {
		fmt.Fprintf(w, "  threads    an instance for each, which claims %s at once\n", unit.Pages(uint64(s.Chunk)))
	}
	reuse := s.Reuse
	if reuse == contract.ReusesNothing {
		reuse += ": freed memory is not handed out again"
	}
	fmt.Fprintf(w, "  reuse      %s\n", reuse)
	for _, file := range s.Bindings {
		fmt.Fprintf(w, "  bindings   %s\n", plain.Text(file))
	}
	if s.Validated {
		fmt.Fprintf(w, "  checks     %s\n", style(green, fmt.Sprintf("%d passed", s.ChecksPassed)))
	}
	if s.Proved > 0 {
		fmt.Fprintf(w, "  proof      %s\n", style(green, fmt.Sprintf("%d obligations proved", s.Proved)))
	}
	fmt.Fprintf(w, "  time       %.2f s\n", float64(s.Milliseconds)/1000)
}

// where says where an object's state is.
func (s summary) where() string {
	if s.State == object.StateGlobal.String() {
		return "in globals of each instance"
	}
	where := fmt.Sprintf("%d bytes of memory, heap from __heap_base", s.StateBytes)
	if s.Inline {
		where += "; inlined code works on it"
	}
	return where
}

func (s summary) pages() string {
	limit := "no maximum"
	if s.MaxPages != 0 {
		limit = fmt.Sprintf("at most %d", s.MaxPages)
	}
	pages := fmt.Sprintf("%s at the start, %s", unit.Pages(uint64(s.InitialPages)), limit)
	if s.Memory != "" {
		pages += ", " + plain.Text(s.Memory)
	}
	return pages
}

// SGR sequences of ECMA-48.
const (
	bold  = "\x1b[1m"
	green = "\x1b[32m"
	reset = "\x1b[0m"
)

// styleFor returns a function that colours text for a terminal, and leaves it alone
// elsewhere. It follows the convention of NO_COLOR: any value but the empty one
// switches colour off, on a terminal too.
func styleFor(w io.Writer) func(sequence, text string) string {
	if isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" {
		return func(sequence, text string) string { return sequence + text + reset }
	}
	return func(_, text string) string { return text }
}
