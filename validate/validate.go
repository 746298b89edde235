// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/checks"
	"github.com/genalloc/genalloc/validate/report"
	"github.com/genalloc/genalloc/validate/scope"
	"github.com/genalloc/genalloc/validate/script"
)

// What a report says, and the sequences of calls that it shows.
type (
	Report  = report.Report
	Result  = report.Result
	Verdict = report.Verdict
	Failure = report.Failure
	Check   = checks.Check
	Script  = script.Script
	Setup   = script.Setup
	Call    = script.Call
	Scope   = scope.Scope
)

// The verdicts.
const (
	Pass = report.Pass
	Fail = report.Fail
	Skip = report.Skip
)

// Checks returns all checks in the order in which they run.
func Checks() []Check { return checks.All() }

// ParseScript reads a script, as [script.Parse] does.
func ParseScript(text string, c contract.Contract) (Script, error) { return script.Parse(text, c) }

// ParseTrace reads a recorded trace, as [script.ParseTrace] does.
func ParseTrace(r io.Reader) ([]Call, error) { return script.ParseTrace(r) }

// Level says how much is judged.
type Level int

// The levels: what a build can afford every time, and everything.
const (
	Quick Level = iota
	Full
)

// String returns the level's name.
func (l Level) String() string {
	if l == Full {
		return "full"
	}
	return "quick"
}

// Options are the judge's own parameters. The zero value judges quickly, on
// wasmtime alone.
type Options struct {
	Level   Level
	Engines []string // nil: wasmtime for Quick, all for Full
	Ops     int      // calls of the random check, not negative; 0 for the level's own number
	Seed    uint64   // of the random check
	Checks  []string // names of the checks to run, in this order; nil: all
	Scope   Scope    // of a third-party module
	First   bool     // stop at the first failure, with the script as it was found

	// Progress, if set, is called before each check.
	Progress func(done, total int, check string)
}

// Run judges a module in the binary format by a contract. The error says that there is
// nothing to judge, because the bytes are no module, an option is wrong or ctx has
// ended. A module that breaks its promise gets a report whose OK is false.
func Run(ctx context.Context, module []byte, c contract.Contract, opts Options) (*Report, error) {
	chosen := Checks()
	if opts.Checks != nil {
		chosen = nil
	}
	for _, name := range opts.Checks {
		check := checks.Find(name)
		if check.Promise == "" {
			return nil, fmt.Errorf("check %q is not known: choose from those of Checks", name)
		}
		chosen = append(chosen, check)
	}
	opts.Scope = opts.Scope.Filled(c)
	return run(ctx, module, c, opts, chosen)
}

// Replay runs a script on a module, as [Run] runs its checks, and reports the verdict
// on it under the name "replay". Of the promises that no call is needed to break, only
// the signatures are judged.
func Replay(ctx context.Context, module []byte, c contract.Contract, calls Script, opts Options) (*Report, error) {
	abi := calls.Setup.ABI
	switch makers, _ := c.ABI.Split(); {
	case abi == "":
		abi = checks.ABIs(c)[0]
	case !slices.Contains(makers, abi):
		return nil, fmt.Errorf("script for abi %s: the module has %s", abi, c.ABI)
	}
	return run(ctx, module, c, opts, around(checks.Replay(calls)), abi)
}

// Trace runs a recorded trace on a module and reports the verdict under the name "trace".
// A trace that leaves alignments out runs with 8 bytes for these and again with 16, under
// the names "trace-8" and "trace-16".
func Trace(ctx context.Context, module []byte, c contract.Contract, calls []Call, opts Options) (*Report, error) {
	return run(ctx, module, c, opts, around(checks.Trace(calls)...))
}

// around returns the given checks between the one that they need and the one that
// compares them on all engines.
func around(middle ...Check) []Check {
	return slices.Concat([]Check{checks.Find(checks.Callable)}, middle, []Check{checks.Find("engines")})
}
