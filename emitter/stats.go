// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import (
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
)

// A counted function stands in for an exported one: it calls it and counts.
type counted struct {
	*Model
	Block        string // the choice on the axis counted
	ID, Callee   string // identifiers of functions
	Params, Args string
	Was, Now     amount // the bytes of the block before the call and after it
}

// An amount is an expression for a block's bytes.
type amount struct{ choice, of string }

// Blocks lists the blocks that the function is made of.
func (x counted) Blocks() []string {
	return []string{"counted." + x.Block, "amount." + x.Was.choice, "amount." + x.Now.choice}
}

// count adds to a model the counters, and the functions that count.
func (m *Model) count(c contract.Contract) {
	m.Choices["countgrowth"] = "stats"
	m.State = append(m.State, "stats.counters")
	m.Functions = append(m.Functions, "stats.count")
	taken := map[string]bool{}
	for i, f := range c.Signatures() {
		block := map[contract.Role]string{contract.Allocates: "makes", contract.AllocatesZeroed: "makes", contract.Resizes: "makes", contract.Frees: "frees"}[f.Role]
		if block == "" {
			continue
		}
		if f.Result == contract.ErrnoResult {
			block = "stores"
		}
		x := counted{Model: m, Block: block, ID: "$counted_" + f.Name, Callee: m.Exports[i].Func, Was: amountBefore(f), Now: amountAfter(f)}
		for _, p := range f.Params {
			x.Params += fmt.Sprintf(" (param $%s %s)", p.Name, p.Type)
			x.Args += fmt.Sprintf(" (local.get $%s)", p.Name)
		}
		m.Counted = append(m.Counted, x)
		m.Exports[i].Func = x.ID
		taken[x.Was.choice], taken[x.Now.choice] = true, true
	}
	for _, choice := range []string{"sized", "measured"} {
		if taken[choice] {
			m.Functions = append(m.Functions, "stats."+choice)
		}
	}
}

// measures returns the function by which the ABI itself tells a block's size.
func measures(abi contract.ABI) (contract.Function, bool) {
	of := abi.Functions()
	i := slices.IndexFunc(of, func(f contract.Function) bool { return f.Role == contract.Measures })
	if i < 0 {
		return contract.Function{}, false
	}
	return of[i], true
}

// amountBefore says how the function knows the size of the block that it is given.
func amountBefore(f contract.Function) amount {
	block, old := f.Param(contract.BlockParam), f.Param(contract.OldSizeParam)
	switch _, measured := measures(f.ABI); {
	case block < 0:
		return amount{choice: "none"}
	case old >= 0:
		return amount{sizing(f.ABI), get(f.Params[old].Name)}
	case measured:
		return amount{"measured", get(f.Params[block].Name)}
	}
	return amount{"region", get(f.Params[block].Name)}
}

// amountAfter says how large the block is that the function returns or stores.
func amountAfter(f contract.Function) amount {
	size, out := f.Param(contract.SizeParam), f.Param(contract.OutParam)
	switch _, measured := measures(f.ABI); {
	case size < 0:
		return amount{choice: "none"}
	case measured && out >= 0:
		return amount{"measured", "(i32.load " + get(f.Params[out].Name) + ")"}
	case measured:
		return amount{"measured", get("block")}
	}
	return amount{sizing(f.ABI), get(f.Params[size].Name)}
}

// sizing is how an ABI counts a size that its caller names: under some, nothing
// belongs to a block of size 0.
func sizing(abi contract.ABI) string {
	return pick(abi == contract.CABI || abi == contract.WasmBindgen, "sized", "named")
}

func get(local string) string { return "(local.get $" + local + ")" }

// amount renders an amount.
func (r *renderer) amount(a amount) (string, error) {
	return r.part("amount."+a.choice, operand{r.model, a.of})
}
