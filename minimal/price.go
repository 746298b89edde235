// SPDX-License-Identifier: MIT OR Apache-2.0

package minimal

import (
	"fmt"

	"github.com/genalloc/genalloc/cost"
	"github.com/genalloc/genalloc/wasm"
)

// A Meter prices instructions.
type Meter struct {
	Name  string
	start int // of a function's entry
	block int // of a basic block
	of    func(wasm.Opcode) int
	read  func(cost.Figures) int
}

// Meters are what a search can count in.
var Meters = []Meter{
	{Name: "ink", block: cost.InkPerBlock, of: ink, read: func(f cost.Figures) int { return int(*f.Ink) }},
	{Name: "fuel", start: 1, of: fuel, read: func(f cost.Figures) int { return int(f.Fuel) }},
}

// ink returns the price of an instruction on Stylus.
func ink(op wasm.Opcode) int {
	price, err := cost.InkOf(nil, wasm.Instr{Op: op})
	if err != nil {
		panic(fmt.Sprintf("%s has no price: %v", op.Info().Name, err))
	}
	return int(price)
}

// fuel returns what wasmtime burns for an instruction.
func fuel(op wasm.Opcode) int {
	burnt, err := cost.FuelOf(nil, wasm.Instr{Op: op})
	if err != nil {
		panic(err)
	}
	return int(burnt)
}

// prices are those that the search adds up, for one meter.
type prices struct {
	get, tee, constant int
	global             int   // to read the state once more
	op                 []int // of operations
	least              int   // of an operation
	again              int   // the least for which a value can be computed once more
}

func newPrices(m Meter) prices {
	p := prices{get: m.of(wasm.OpLocalGet), tee: m.of(wasm.OpLocalTee), constant: m.of(wasm.OpI32Const), global: m.of(wasm.OpGlobalGet)}
	p.least = m.of(operations[0].op)
	for _, o := range operations {
		p.op = append(p.op, m.of(o.op))
		p.least = min(p.least, m.of(o.op))
	}
	p.again = p.least + p.get
	return p
}

// shared returns the least for which a computed value is used n times: either it goes
// through a local, or it is computed anew.
func (p prices) shared(n int) int {
	if n < 2 {
		return 0
	}
	return min(p.tee+(n-1)*p.get, (n-1)*p.again)
}

// read is shared for the state, which can also be read again.
func (p prices) read(n int) int { return min(p.shared(n), max(n-1, 0)*p.global) }

// MeterNamed returns the meter of that name.
func MeterNamed(name string) (Meter, bool) {
	for _, m := range Meters {
		if m.Name == name {
			return m, true
		}
	}
	return Meter{}, false
}
