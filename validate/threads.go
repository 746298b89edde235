// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"cmp"
	"time"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/checks"
	"github.com/genalloc/genalloc/validate/report"
)

// threads runs one check of threads with the functions of one ABI.
func (r *runner) threads(check Check, abi contract.ABI) {
	c := checks.Under(r.contract, abi)
	x := Result{Check: check.Name, Promise: check.Promise, ABI: r.mark(abi), Verdict: Pass}
	if reason := cmp.Or(r.closed, check.Skip(c)); reason != "" {
		x.Verdict, x.Figure = Skip, reason
		r.add(x)
		return
	}
	start := time.Now()
	found := check.Threads(r.ctx, checks.Shared{File: r.shared, Contract: c, Full: r.opts.Level == Full, Seed: r.opts.Seed})
	x.Engine, x.Figure, x.Calls, x.Failure, x.Duration = found.Engine, found.Figure, found.Calls, found.Failure, time.Since(start)
	if found.Err != nil && r.ctx.Err() == nil {
		x.Failure = &Failure{Rule: report.Instance, Expected: "instances that share a memory", Got: found.Err.Error()}
	}
	if x.Failure != nil {
		x.Verdict = Fail
	}
	r.add(x)
}
