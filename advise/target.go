// SPDX-License-Identifier: MIT OR Apache-2.0

package advise

import (
	"fmt"
	"slices"
	"strings"

	"github.com/genalloc/genalloc/contract"
)

// Target says where the program runs, and with that what is weighed.
type Target string

// The targets.
const (
	NoTarget Target = ""
	Stylus   Target = "stylus"
	CosmWasm Target = "cosmwasm"
	Browser  Target = "browser"
	Embedded Target = "embedded"
)

// A step of a rule keeps the configurations whose figure is within a share of the least.
type step struct {
	name   string
	share  float64
	figure func(*Result) float64
}

// The figures that rules weigh.
func pagesOf(r *Result) float64       { return float64(r.Pages) }
func bytesOf(r *Result) float64       { return float64(r.Bytes) }
func fuelOf(r *Result) float64        { return float64(r.Fuel) }
func stylusGasOf(r *Result) float64   { return float64(r.StylusGas) }
func cosmWasmGasOf(r *Result) float64 { return float64(r.CosmWasmGas) }

func inkOf(r *Result) float64 {
	if r.Ink == nil {
		return float64(r.Fuel) // of no module that is generated
	}
	return float64(*r.Ink)
}

// rules has the rule of each target.
var rules = []struct {
	target Target
	steps  []step
	pages  uint64   // the most
	flags  []string // of a module for it
}{
	{NoTarget, []step{{"pages", 0.1, pagesOf}, {"ink", 0.1, inkOf}, {"bytes", 0, bytesOf}}, contract.MaxPages, nil},
	{Stylus, []step{{"gas", 0.01, stylusGasOf}, {"bytes", 0, bytesOf}}, contract.StylusMaxPages, []string{"--target=stylus"}},
	{CosmWasm, []step{{"gas", 0.01, cosmWasmGasOf}, {"pages", 0, pagesOf}, {"bytes", 0, bytesOf}}, contract.CosmWasmMaxPages, []string{"--target=cosmwasm"}},
	{Browser, []step{{"pages", 0.25, pagesOf}, {"fuel", 0.05, fuelOf}, {"bytes", 0, bytesOf}}, contract.MaxPages, nil},
	{Embedded, []step{{"pages", 0, pagesOf}, {"bytes", 0, bytesOf}}, contract.MaxPages, nil},
}

// Targets lists the names of all targets.
func Targets() (names []string) {
	for _, r := range rules[1:] {
		names = append(names, string(r.target))
	}
	return names
}

// UnmarshalText accepts a known target.
func (t *Target) UnmarshalText(b []byte) error {
	names := Targets()
	if !slices.Contains(names, string(b)) {
		return fmt.Errorf("%q is not one of %s", b, strings.Join(names, ", "))
	}
	*t = Target(b)
	return nil
}

func (t Target) index() int {
	for i := range rules {
		if rules[i].target == t {
			return i
		}
	}
	return 0
}

func (t Target) steps() []step    { return rules[t.index()].steps }
func (t Target) maxPages() uint64 { return rules[t.index()].pages }

func (t Target) flags() []string {
	if flags := rules[t.index()].flags; flags != nil {
		return flags
	}
	return []string{""}
}

// Rule describes the target's rule in words.
func (t Target) Rule() string {
	var parts []string
	for i, s := range t.steps() {
		part := "the least " + s.name
		if s.share > 0 {
			part = fmt.Sprintf("%s within %g %% of the least", s.name, 100*s.share)
		}
		if i > 0 {
			part = "of these " + part
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// rank sorts the results, the best first: each is the best by the steps of those that are
// left.
func (t Target) rank(results []*Result) []*Result {
	left := slices.Clone(results)
	var ranked []*Result
	for len(left) > 0 {
		best := t.best(left)
		ranked = append(ranked, best)
		left = slices.DeleteFunc(left, func(r *Result) bool { return r == best })
	}
	return ranked
}

// best applies the steps. Of what is equal in the last one, the figures decide in their
// order, then time, then the shorter command.
func (t Target) best(results []*Result) *Result {
	for _, s := range t.steps() {
		least := s.figure(results[0])
		for _, r := range results {
			least = min(least, s.figure(r))
		}
		var kept []*Result
		for _, r := range results {
			if s.figure(r) <= least*(1+s.share) {
				kept = append(kept, r)
			}
		}
		results = kept
	}
	return slices.MinFunc(results, t.compare)
}

func (t Target) compare(a, b *Result) int {
	order := append(slices.Clone(t.steps()), step{figure: pagesOf}, step{figure: inkOf}, step{figure: fuelOf}, step{figure: bytesOf},
		step{figure: func(r *Result) float64 { return r.Footprint }},
		step{figure: func(r *Result) float64 { return r.wall() }},
		step{figure: func(r *Result) float64 { return float64(len(r.Command)) }})
	for _, s := range order {
		if x, y := s.figure(a), s.figure(b); x != y {
			if x < y {
				return -1
			}
			return 1
		}
	}
	return strings.Compare(a.Command, b.Command)
}

// setFront marks the results that no other beats: one that is no worse in any figure and
// better in one, or the same with a shorter command.
func setFront(ranked []*Result) {
	for i, r := range ranked {
		r.Front = true
		for j, other := range ranked {
			if i != j && r.Front {
				better, worse := other.against(r)
				r.Front = worse || !better && (len(r.Command) < len(other.Command) || len(r.Command) == len(other.Command) && i < j)
			}
		}
	}
}

// against reports whether r is better than another in some figure, and worse in some.
func (r *Result) against(other *Result) (better, worse bool) {
	for _, figure := range []func(*Result) float64{bytesOf, inkOf, fuelOf, pagesOf, func(r *Result) float64 { return r.Footprint }} {
		x, y := figure(r), figure(other)
		better, worse = better || x < y, worse || x > y
	}
	return better, worse
}
