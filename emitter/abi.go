// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import (
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/plain"
)

// adapters lists the functions of other ABIs than core, each after the function
// that it calls, and before them what they call to set errno.
func adapters(c contract.Contract) []string {
	var blocks []string
	add := func(f contract.Function) {
		if block := blockOf(f); !slices.Contains(blocks, block) {
			blocks = append(blocks, block)
		}
	}
	if c.SetsErrno() {
		blocks = append(blocks, "error")
	}
	for _, f := range c.Signatures() {
		if f.ABI == contract.Core || f.ABI == contract.Watch {
			continue
		}
		if measure, ok := measures(f.ABI); ok && c.Stats {
			add(measure)
		}
		if callee, ok := callee(f); ok {
			add(callee)
		}
		add(f)
	}
	return blocks
}

// blockOf names the block, or the axis, of a function.
func blockOf(f contract.Function) string {
	return string(f.ABI) + "." + f.Name
}

// callee returns the function of c's own that another of them calls: for the one that
// stores an aligned block, the one that returns it; for those that resize or zero a
// block, the one that returns a block of any size.
func callee(f contract.Function) (contract.Function, bool) {
	stores := f.Result == contract.ErrnoResult
	if f.ABI != contract.C || !stores && f.Role != contract.AllocatesZeroed && f.Role != contract.Resizes {
		return contract.Function{}, false
	}
	of := f.ABI.Functions()
	i := slices.IndexFunc(of, func(g contract.Function) bool {
		return g.Role == contract.Allocates && g.Result == contract.BlockResult && stores == (g.Param(contract.AlignParam) >= 0)
	})
	return of[i], true
}

// exports gives the functions their names. Where fresh bytes are 0, alloc_zeroed is
// $alloc under a second name.
func (m *Model) exports(c contract.Contract) []Export {
	var es []Export
	for _, f := range c.Signatures() {
		id := "$" + f.Name
		switch {
		case f.ABI == contract.C && f.Role == contract.Resizes:
			id = "$c_realloc" // $realloc is the strategy's
		case f.ABI == contract.Core && (f.Role == contract.Allocates || f.Role == contract.AllocatesZeroed && m.fresh):
			id = m.Alloc
		}
		es = append(es, Export{plain.WAT(f.Export), id})
	}
	return es
}
