// SPDX-License-Identifier: MIT OR Apache-2.0

// Package scope says what a judgement of a third-party module leaves out, and how its
// refusals count.
package scope

import (
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/unit"
)

// A Scope is how a third-party module is judged. The zero value leaves nothing out.
// Modules that this project makes are always judged by the zero value.
type Scope struct {
	// MaxRequest is the largest size in bytes, rounded up to its alignment, that is
	// asked for; 0 for no bound.
	MaxRequest uint64
	// OwnGrowth: nobody but the allocator grows the memory.
	OwnGrowth bool
	// Strict: a request that would fit must not be refused.
	Strict bool
}

// layoutMax is the largest size in bytes that Rust's Layout can have, isize::MAX,
// rounded up to its alignment.
const layoutMax = 1<<31 - 1

// Filled returns the scope with the bound that a contract implies, unless it has one:
// callers of core functions are mostly written in Rust.
func (s Scope) Filled(c contract.Contract) Scope {
	makers, _ := c.ABI.Split()
	if s.MaxRequest == 0 && !c.Strategy.Row().Generated && slices.Contains(makers, contract.Core) {
		s.MaxRequest = layoutMax
	}
	return s
}

// The bounds of requests in bytes: checks need blocks of a page, and no size is larger
// than the last.
const (
	leastRequest = contract.PageSize
	mostRequest  = 1<<32 - 1
)

// Check refuses a bound that leaves nothing to judge, and to leave out what a contract
// promises.
func (s Scope) Check(c contract.Contract) error {
	refuse := func(flag, format string, args ...any) error {
		return &contract.FlagError{Flag: flag, Err: fmt.Errorf(format, args...)}
	}
	const third = "it is for third-party modules, and --strategy is %s: drop it"
	switch generated := c.Strategy.Row().Generated; {
	case s.MaxRequest != 0 && s.MaxRequest < leastRequest:
		return refuse("max-request", "%d is too little to judge by: give %d at least", s.MaxRequest, leastRequest)
	case s.MaxRequest > mostRequest:
		return refuse("max-request", "%d is no size: the largest is %d", s.MaxRequest, mostRequest)
	case generated && s.MaxRequest != 0:
		return refuse("max-request", third, c.Strategy)
	case generated && s.OwnGrowth:
		return refuse("foreign-growth", third, c.Strategy)
	case generated && s.Strict:
		return refuse("strict", third, c.Strategy)
	}
	return nil
}

// Bounded reports whether sizes are left out.
func (s Scope) Bounded() bool { return s.MaxRequest != 0 && s.MaxRequest < mostRequest }

// Bound returns the largest size up to size that may be asked for at an alignment.
func (s Scope) Bound(size, align uint64) uint64 {
	if !s.Bounded() {
		return size
	}
	if align == 0 || align&(align-1) != 0 {
		align = 1
	}
	return min(size, s.MaxRequest&^(align-1))
}

// An Exclusion is something that is left out.
type Exclusion struct {
	What     string `json:"what"`     // with the flag that left it out
	Unjudged string `json:"unjudged"` // what nobody knows for that reason
}

// Exclusions lists what is left out under a contract.
func (s Scope) Exclusions(c contract.Contract) []Exclusion {
	var list []Exclusion
	if s.Bounded() {
		list = append(list, Exclusion{
			fmt.Sprintf("requests above %s (--max-request)", unit.Bytes(s.MaxRequest)),
			"whether larger ones are served or refused correctly",
		})
	}
	if s.OwnGrowth {
		list = append(list, Exclusion{
			"growth by others (--foreign-growth=false)",
			"whether pages that other code adds stay its own",
		})
	}
	if least := uint64(c.MinAlign); !c.Strategy.Row().Generated && c.ABI.Includes(contract.C) && least < contract.CAlign {
		list = append(list, Exclusion{
			fmt.Sprintf("alignment of malloc above %s (--min-align)", unit.Bytes(least)),
			fmt.Sprintf("whether blocks suit types aligned to %d, such as long double", contract.CAlign),
		})
	}
	return list
}
