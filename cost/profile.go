// SPDX-License-Identifier: MIT OR Apache-2.0

package cost

import (
	"fmt"

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
// are not those of core or arena are left out.
//
// The error is about the contract, which has none of those, or about the module:
// bytes that are not one, or one that does not have what the contract promises, or
// that does not return.
func Measure(module []byte, c contract.Contract) (*Profile, error) {
	core := c.Only(contract.Core, contract.Arena)
	functions := core.Signatures()
	if len(c.Only(contract.Core).Signatures()) == 0 {
		way := "meter a module that was made with --abi core"
		if c.ABI.Includes(contract.C) {
			way = "genalloc bench meters malloc and free"
		}
		return nil, fmt.Errorf("cost meters the functions of --abi core, and these are of %s: %s", c.ABI, way)
	}
	m, err := wasm.Decode(module)
	if err != nil {
		return nil, err
	}
	p := &Profile{Bytes: len(module)}
	for _, f := range functions {
		if err := p.add(m, f); err != nil {
			return nil, err
		}
	}
	if _, _, err := Ink(module); err != nil {
		p.NoInk = err.Error()
	}
	w := walker{module: module, contract: core, fuelOnly: p.NoInk != ""}
	for _, f := range functions {
		for _, s := range scenes[f.Role] {
			path, err := w.walk(f, s)
			if err != nil {
				return nil, err
			}
			p.Paths = append(p.Paths, path)
		}
	}
	return p, nil
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
