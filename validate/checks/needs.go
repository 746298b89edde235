// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/ledger"
	"github.com/genalloc/genalloc/validate/script"
)

// A need is what a check has to find in a contract. It says why the check has nothing to
// judge; "" if it has.
type need func(contract.Contract) string

// when is the need that a condition holds, and gives the reason where it does not.
func when(reason string, holds func(contract.Contract) bool) need {
	return func(c contract.Contract) string {
		if holds(c) {
			return ""
		}
		return reason
	}
}

// NeedsBlocks: a function makes a block.
func NeedsBlocks(c contract.Contract) string {
	return when("no function makes a block", judge.CanMake)(c)
}

// needs: the operations are there, and blocks can be made.
func needs(ops ...script.Op) need {
	return func(c contract.Contract) string {
		for _, op := range ops {
			if !judge.Can(c, op) {
				return "no " + judge.Called(c.ABI, op)
			}
		}
		return NeedsBlocks(c)
	}
}

// needsOurs: only this project's modules promise what is judged.
func needsOurs(reason string) need {
	return when(reason, func(c contract.Contract) bool { return c.Strategy.Row().Generated })
}

// needsRewind: memory can be taken back in one of the two ways.
func needsRewind(c contract.Contract) string {
	if judge.Can(c, script.OpReset) {
		return NeedsBlocks(c)
	}
	return needs(script.OpMark, script.OpRelease)(c)
}

var (
	needsC    = when("applies to --abi c only", func(c contract.Contract) bool { return c.ABI == contract.C })
	needsNull = when("no function takes null", func(c contract.Contract) bool {
		return c.ABI == contract.C && c.HasRole(contract.Frees, contract.Resizes)
	})
	needsAlign   = when("no function takes an alignment", func(c contract.Contract) bool { return judge.Can(c, script.OpMemalign) || aligns(c) })
	needsErrno   = when("applies to objects of --abi c that return null", contract.Contract.SetsErrno)
	needsRegions = when("blocks have no regions", func(c contract.Contract) bool { return c.ABI == contract.CosmWasmABI })
	needsStale   = when("a later mark means nothing once an older one is released", func(c contract.Contract) bool { return c.ABI != contract.OPA })
	needsDirt    = when("the memory is clean", func(c contract.Contract) bool { return c.Dirty })
	needsEnds    = when("no function gives memory back", func(c contract.Contract) bool { return c.HasRole(contract.Frees, contract.Resizes) })
	needsReuse   = when("memory is never reused", func(c contract.Contract) bool { return c.Reuse() != contract.ReusesNothing })
	needsClasses = when("sizes have no classes", func(c contract.Contract) bool { return c.Owes() && c.ListUnit() != 0 && !c.Threads })
	needsJoins   = when("free neighbours stay apart", contract.Contract.Joins)
	needsSplits  = when("free blocks stay whole", func(c contract.Contract) bool { return !c.NoSplit })
	needsMaximum = when("no maximum is declared", func(c contract.Contract) bool { return c.MaxPages != 0 })
	needsTrap    = when("the functions return null", func(c contract.Contract) bool { return c.OOM == contract.OOMTrap })
	needsRoom    = when("others cannot grow the memory", func(c contract.Contract) bool { return judgedPages(c) >= uint64(c.InitialPages)+4 })
	needsWhole   = when("the memory never has every address", func(c contract.Contract) bool { return c.CanGrow() && c.PageLimit() == contract.MaxPages })
	needsWide    = when("addresses have 32 bits", func(c contract.Contract) bool { return c.Memory64 })
	needsBefore  = when("every page present at the first call is the allocator's", func(c contract.Contract) bool { return !ledger.TermsOf(c).Statics })
	needsCounts  = when("nothing is counted", func(c contract.Contract) bool { return c.Stats })
	needsLayer   = when("misuse is not looked for", func(c contract.Contract) bool { return c.Debug != contract.DebugOff })
	needsOwed    = when("what is handed out again is not promised", func(c contract.Contract) bool {
		return c.Debug == contract.DebugOff && !(c.Threads && c.ListUnit() != 0)
	})
	needsThreads = when("one instance has the memory", func(c contract.Contract) bool { return c.Threads && c.Memory == contract.ImportMemory })
	needsMaker   = when("no function returns a block", func(c contract.Contract) bool { _, ok := judge.Maker(c); return ok })
	needsTold    = when("nobody is told of growth", func(c contract.Contract) bool { return c.OnGrow != "" })
	needsMore    = when("growth is exact", func(c contract.Contract) bool {
		return c.Grow.Policy == contract.GrowChunk || c.Grow.Policy == contract.GrowDouble
	})
)

// judgedPages is the largest memory that checks in general make, in pages: one of 4 GiB,
// beyond which engines copy a memory that grows.
func judgedPages(c contract.Contract) uint64 { return min(c.PageLimit(), contract.MaxPages) }

// aligns reports whether a function of C takes an alignment and returns a block.
func aligns(c contract.Contract) bool {
	return slices.ContainsFunc(c.Signatures(), func(f contract.Function) bool {
		return f.Result == contract.BlockResult && f.Param(contract.AlignParam) >= 0
	})
}

// needsEdgeCases: the workload is that of consecutive blocks in a memory like mini-alloc's.
func needsEdgeCases(c contract.Contract) string {
	switch {
	case c.ABI != contract.Core || !ledger.TermsOf(c).Consecutive:
		return "its addresses are those of consecutive blocks"
	case c.InitialPages != 1 || c.Align() != 1:
		return "it starts with one page at alignment 1"
	case c.Grow.Policy != contract.GrowExact || c.PageLimit() < 52416:
		return "it needs 52416 pages by exact growth"
	case c.Dirty && !c.HasRole(contract.Allocates):
		return "3.4 GB would have to be cleared"
	}
	return ""
}
