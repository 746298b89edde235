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
		return !slices.ContainsFunc(c.Signatures(), func(f contract.Function) bool { return f.ABI == set })
	})
	if len(sets) == 0 {
		return c.ABI.List()[:1]
	}
	return sets
}

// mark returns the name by which a report tells a set from others; none where
// there is one only.
func (j *judge) mark(set contract.ABI) contract.ABI {
	if len(j.contract.ABI.List()) == 1 {
		return ""
	}
	return set
}
