// SPDX-License-Identifier: MIT OR Apache-2.0

// Package checks has every check of a module. A check of behaviour only chooses calls:
// package judge decides whether their answers are right.
package checks

import (
	"context"
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/report"
	"github.com/genalloc/genalloc/validate/scope"
	"github.com/genalloc/genalloc/wasm"
)

// A Check judges one sentence of the promise.
type Check struct {
	Name    string
	Promise string // the sentence

	Whole   bool // needs a memory of exactly 4 GiB
	Foreign bool // is about nothing but growth by others
	Large   bool // is about nothing but sizes of 4 GiB and more
	needs   []need
	// Static judges the decoded module, Run the behaviour of one instance, and Threads that
	// of several over one memory. A check has one of the three, except for the one that
	// compares the engines.
	Static  func(*wasm.Module, contract.Contract) *report.Failure
	Run     func(*Trial)
	Threads func(context.Context, Shared) Outcome
}

// Skip says why the check has nothing to judge under a contract; "" if it has.
func (c Check) Skip(under contract.Contract) string {
	for _, missing := range c.needs {
		if reason := missing(under); reason != "" {
			return reason
		}
	}
	return ""
}

// leastWhole is the least bound of requests, in bytes, at which a check fills 4 GiB.
const leastWhole = 64 << 20

// Excluded says why a scope leaves nothing of the check to judge; "" if it does.
func (c Check) Excluded(s scope.Scope) string {
	switch {
	case c.Foreign && s.OwnGrowth:
		return "growth by others is excluded"
	case c.Whole && s.Bounded() && s.MaxRequest < leastWhole:
		return fmt.Sprintf("requests up to %d bytes do not fill 4 GiB", s.MaxRequest)
	case c.Large && s.Bounded():
		return "sizes that large are excluded"
	}
	return ""
}

// All returns all checks in the order in which they run.
func All() []Check {
	return slices.Clone(table)
}

// Find returns the check of that name; one with no promise if there is none.
func Find(name string) Check {
	for _, c := range All() {
		if c.Name == name {
			return c
		}
	}
	return Check{Name: name}
}

// ABIs returns the ABIs that make blocks and of which the module has a function. Each of
// them is judged on its own: the blocks of one are not the other's to free.
func ABIs(c contract.Contract) []contract.ABI {
	makers, _ := c.ABI.Split()
	list := slices.DeleteFunc(slices.Clone(makers), func(abi contract.ABI) bool {
		return !slices.ContainsFunc(c.Signatures(), func(f contract.Function) bool { return f.ABI == abi })
	})
	if len(list) == 0 {
		return makers[:1]
	}
	return list
}

// Under returns the contract by which one of these ABIs is judged: its own functions,
// and those that stand beside any ABI.
func Under(c contract.Contract, abi contract.ABI) contract.Contract {
	_, beside := c.ABI.Split()
	return c.Only(abi, beside...)
}
