// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"slices"

	"github.com/genalloc/genalloc/contract"
)

// setsOf returns the ABIs of which the module has a function. Each of them is
// judged on its own: blocks of one set are not the other's to free.
func setsOf(c contract.Contract) []contract.ABI {
	sets := slices.DeleteFunc(c.ABI.List(), func(set contract.ABI) bool {
		return len(under(c, set).Signatures()) == 0
	})
	if len(sets) == 0 {
		return c.ABI.List()[:1]
	}
	return sets
}

// under returns the contract of one set of functions. The callers of cabi's and of
// wasm-bindgen's do not look for null: those functions trap whatever --oom says.
func under(c contract.Contract, set contract.ABI) contract.Contract {
	names := []string{} // none is not all
	for _, f := range set.Functions() {
		if c.Has(f.Name) {
			names = append(names, f.Name)
		}
	}
	c.ABI, c.Functions = set, names
	if set == contract.CABI || set == contract.WasmBindgen {
		c.OOM = contract.OOMTrap
	}
	return c
}

// mark returns the name by which a report tells a set from others; none where
// there is one only.
func (j *judge) mark(set contract.ABI) contract.ABI {
	if len(j.contract.ABI.List()) == 1 {
		return ""
	}
	return set
}
