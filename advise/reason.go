// SPDX-License-Identifier: MIT OR Apache-2.0

package advise

import (
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
)

// explain gives each configuration its reason: the first what speaks for it, the others
// where they fall behind.
func (a *Advice) explain() {
	best := a.Configurations[0]
	best.Reason = a.recommend(best)
	for _, r := range a.Configurations[1:] {
		r.Reason = "the same figures as the first"
		for _, s := range append(slices.Clone(a.Target.steps()), step{"ink", 0, inkOf}, step{"pages", 0, pagesOf}) {
			if x, least := s.figure(r), s.figure(best); x > least {
				r.Reason = fmt.Sprintf("%s %s, the first has %s", group(x), s.name, group(least))
				break
			}
		}
	}
}

// recommend says in a sentence why the best configuration is the best.
func (a *Advice) recommend(best *Result) string {
	p, c := a.Trace, best.configuration
	name := c.contract.Strategy
	row := name.Row()
	other := a.rival(best)
	switch {
	case p.Frees+p.Released == 0:
		return fmt.Sprintf("nothing is freed before the end: %s is enough", name)
	case !a.reuses && row.Reuse == contract.ReusesNothing:
		return fmt.Sprintf("nothing is freed before the last allocation: %s is enough", name)
	case other == nil:
		return fmt.Sprintf("no strategy but %s can run it", name)
	case c.phases > 0:
		return fmt.Sprintf("%d phases free all that they make: call mark where such a phase begins and release where it ends, and free nothing else of it; %s", c.phases, a.against(best, other))
	case c.contract.ABI.Includes(contract.Arena):
		return fmt.Sprintf("the trace has marks, and %s releases what was made since one at once; %s", name, a.against(best, other))
	case row.Reuse != contract.ReusesNothing && row.Marks && p.LIFO*10 >= p.Frees*9:
		return fmt.Sprintf("%s of the frees are of the newest live block: %s %s", percent(p.LIFO, p.Frees), name, a.against(best, other))
	case row.Reuse == contract.ReusesNothing && best.Pages >= other.Pages:
		return fmt.Sprintf("reuse saves no page: %s needs %s and costs the least", name, pageCount(best.Pages))
	}
	return fmt.Sprintf("%s %s", name, a.against(best, other))
}

// rival is the best configuration of another strategy.
func (a *Advice) rival(best *Result) *Result {
	for _, r := range a.Configurations {
		if r.configuration.contract.Strategy != best.configuration.contract.Strategy {
			return r
		}
	}
	return nil // where no other fits the target's memory
}

// against compares the figures with those of another strategy: the pages, and what the
// target charges for.
func (a *Advice) against(best, other *Result) string {
	price := step{"ink", 0, inkOf}
	for _, s := range a.Target.steps() {
		if s.name == "gas" || s.name == "fuel" {
			price = s
		}
	}
	ratio := price.figure(best) / price.figure(other)
	cost := fmt.Sprintf("costs %.2g times its %s", ratio, price.name)
	if ratio > 0.99 && ratio < 1.01 {
		cost = "costs the same " + price.name
	}
	name := other.configuration.contract.Strategy
	if best.Pages == other.Pages {
		return fmt.Sprintf("needs the %s that %s needs, and %s", pageCount(best.Pages), name, cost)
	}
	return fmt.Sprintf("needs %s where %s needs %s, and %s", pageCount(best.Pages), name, group(float64(other.Pages)), cost)
}

func pageCount(n uint64) string {
	if n == 1 {
		return "1 page"
	}
	return group(float64(n)) + " pages"
}

func percent(part, all int) string { return fmt.Sprintf("%d %%", part*100/all) }

// group writes a whole number with commas between thousands.
func group(v float64) string {
	digits := fmt.Sprintf("%.0f", v)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
