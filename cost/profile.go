// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// A Profile is what an allocator's functions cost, path by path. It is what
// `genalloc cost --json` prints.
type Profile struct {
	Bytes     int        `json:"bytes"`                // of the module
	NoInk     string     `json:"ink_absent,omitempty"` // why Stylus does not allow the module; empty where it does
	Functions []Function `json:"functions"`
	Paths     []Path     `json:"paths"`
}

// A Function is one of the contract's functions.
type Function struct {
	Name         string `json:"name"`         // the ABI's
	Export       string `json:"export"`       // the module's
	Bytes        int    `json:"bytes"`        // of its body, what it calls not included; 0 where it is imported
	Instructions int    `json:"instructions"` // in its body
}

// A Path is one way through a function: a call in a certain situation.
type Path struct {
	Function string   `json:"function"`
	Path     string   `json:"path"`
	Call     string   `json:"call"`             // what was metered
	Absent   string   `json:"absent,omitempty"` // why the module has no such path; the figures are null then
	Figures  *Figures `json:"figures"`
}

// Figures are the meters' readings for one call, the callee alone.
type Figures struct {
	Instructions uint64   `json:"instructions"`
	Fuel         uint64   `json:"fuel"`
	Ink          *uint64  `json:"ink"` // null where Stylus does not allow the module
	Gas          *float64 `json:"gas"` // ink at [InkPerGas], pages not included
}

// Measure meters the functions that the contract names, each on every path that
// an allocator may have. Each path is walked on a fresh instance, and is given
// as absent where what came of the call shows that the module went another way.
// A module that Stylus does not allow is metered without ink. Functions that
// are not those of core, c or arena are left out. Of a module that exports malloc and
// none of the contract's that allocate, those of C are metered.
//
// The error is about the contract, which has none of those, or about the module:
// bytes that are not one, or one that does not have what the contract promises, or
// that does not return.
func Measure(module []byte, c contract.Contract) (*Profile, error) {
	m, err := wasm.Decode(module)
	if err != nil {
		return nil, err
	}
	p := &Profile{Bytes: len(module)}
	if c.Threads {
		if module, err = wasm.Unshare(module); err != nil {
			return nil, err
		}
	}
	if _, _, err := Ink(module); err != nil {
		p.NoInk = err.Error()
	}
	parts := split(spoken(m, c))
	if len(parts) == 0 {
		return nil, fmt.Errorf("cost meters the functions of --abi core and c, and these are of %s: meter a module that was made with one of them", c.ABI)
	}
	for _, part := range parts {
		for _, f := range part.Signatures() {
			if err := p.add(m, f); err != nil {
				return nil, err
			}
		}
	}
	for _, part := range parts {
		w := walker{module: module, contract: part, fuelOnly: p.NoInk != ""}
		for _, f := range part.Signatures() {
			for _, s := range scenes[f.Role] {
				if f.Result == contract.ErrnoResult {
					break // it stores the block, which no scene looks for
				}
				path, err := w.walk(f, s)
				if err != nil {
					return nil, err
				}
				p.Paths = append(p.Paths, path)
			}
		}
	}
	return p, nil
}

// spoken returns the contract, or one for what the module has of C if that is malloc
// and the module has none of the contract's functions that allocate.
func spoken(m *wasm.Module, c contract.Contract) contract.Contract {
	allocates := func(f contract.Function) bool {
		return exports(m, f) && (f.Role == contract.Allocates || f.Role == contract.AllocatesZeroed)
	}
	of := contract.C.Functions()
	if slices.ContainsFunc(c.Signatures(), allocates) || !slices.ContainsFunc(of, allocates) {
		return c
	}
	o := contract.Order{ABI: contract.C, Memory: c.Memory, MemoryName: c.MemoryName, HeapBase: c.HeapBase}
	for _, f := range of {
		if exports(m, f) {
			o.Functions = append(o.Functions, f.Name)
		}
	}
	if malloc, err := o.Settle(); err == nil {
		return malloc
	}
	return c
}

func exports(m *wasm.Module, f contract.Function) bool {
	_, _, err := m.ExportedFunc(f.Export)
	return err == nil
}

// split splits the contract into those of core and of c, so that each function gets
// blocks of its own ABI. The functions of arena take either's.
func split(c contract.Contract) []contract.Contract {
	var parts []contract.Contract
	if x := c.Only(contract.Core, contract.Arena); x.HasRole(contract.Allocates, contract.AllocatesZeroed, contract.Resizes) {
		parts = append(parts, x)
	}
	if x := c.Only(contract.C); len(x.Functions) > 0 {
		if len(parts) == 0 {
			x = c.Only(contract.C, contract.Arena)
		}
		parts = append(parts, x)
	}
	return parts
}

// add describes a function of the contract.
func (p *Profile) add(m *wasm.Module, f contract.Function) error {
	index, t, err := m.ExportedFunc(f.Export)
	if err != nil {
		return fmt.Errorf("%w: leave it out with --functions or name it with --export", err)
	}
	if len(t.Params) != len(f.Params) || len(t.Results) != len(f.Results) {
		return fmt.Errorf("function %q: %d parameters and %d results, want %d and %d: is the contract the module's?",
			f.Export, len(t.Params), len(t.Results), len(f.Params), len(f.Results))
	}
	described := Function{Name: f.Name, Export: f.Export}
	if body, err := m.Func(index); err == nil && body != nil {
		described.Bytes, described.Instructions = body.Size, len(body.Body)
	}
	p.Functions = append(p.Functions, described)
	return nil
}

func figures(c Cost, fuelOnly bool) *Figures {
	f := &Figures{Instructions: c.Instructions, Fuel: c.Fuel}
	if !fuelOnly {
		gas := float64(c.Ink) / InkPerGas
		f.Ink, f.Gas = &c.Ink, &gas
	}
	return f
}

// WriteTable writes the profile for a terminal: the functions, then a line for
// each path, then what could not be metered and why.
func (p *Profile) WriteTable(w io.Writer) error {
	var b strings.Builder
	var notes []string
	fmt.Fprintf(&b, "%d bytes\n\n", p.Bytes)
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
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
	tw.Flush()
	if p.NoInk != "" {
		notes = append(notes, "no ink: "+p.NoInk)
	}
	if len(notes) > 0 {
		fmt.Fprintln(&b)
	}
	_, err := io.WriteString(w, b.String()+strings.Join(append(notes, ""), "\n"))
	return err
}

// ink returns the columns INK and GAS.
func (f *Figures) ink() string {
	if f.Ink == nil {
		return "n/a\tn/a"
	}
	return fmt.Sprintf("%d\t%.4f", *f.Ink, *f.Gas)
}
