// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import "github.com/genalloc/genalloc/contract"

// newest is the choice for what frees or shrinks a block: the newest one is taken back.
const newest = "newest"

// stack is bump that takes the newest block back.
var stack = strategy{
	block:  bump.block,
	frees:  newest,
	fresh:  func(contract.Contract) bool { return false },
	derive: deriveStack,
}

func deriveStack(m *Model, c contract.Contract) {
	deriveBump(m, c)
	set := func(axis, choice string) { m.Choices[axis] = choice }
	set("picture", "stack")
	set("invariant", "high")
	set("legend", "")
	set("core.dealloc", newest) // others' functions call it
	set("size", pick(keepsAligned(c), "aligned", ""))
	set("kept", pick(keepsAligned(c), "aligned", "whole"))
	set("shrink", newest)
	if f, ok := c.Only(contract.C).Function(contract.Resizes); ok {
		set(blockOf(f), newest)
	}
	set("raise", pick(keepsHigh(c), pick(c.Optimize == contract.Gas, "mul", "select"), ""))
	set("now", pick(m.Choices["raise"] == "mul", "local", "global"))
	if tellsFresh(c) {
		set("zeroblock", "high")
	}
	if oursIn(c) == derived { // by the highest top, as top alone can be in a lower page
		set("slow", "kept")
		set("extend", "kept")
		set("end", "high")
		set("grow", "high")
	}
	m.State, m.Functions = stackFields(c)
	if topFalls(c) {
		deriveArena(m, c)
	}
}

// stackFields lists the globals and the functions that the contract needs.
func stackFields(c contract.Contract) (state, functions []string) {
	state, functions = upwards(c, "")
	if keepsHigh(c) {
		state = append(state, "high.number")
	}
	if c.Only(contract.Core).HasRole(contract.AllocatesZeroed) {
		functions = append(functions, pick(tellsFresh(c), "zeroed.high", "zeroed.fill"))
	}
	if c.HasRole(contract.Frees, contract.Resizes) {
		functions = append(functions, "core.dealloc")
	}
	if c.HasRole(contract.Resizes) {
		functions = append(functions, pick(c.OOM == contract.OOMTrap, "bump.realloc", "stack.realloc"))
	}
	return state, functions
}

// keepsHigh reports whether a global holds the highest top there ever was: to tell
// fresh bytes from used ones, or to find the end of the owned pages.
func keepsHigh(c contract.Contract) bool { return oursIn(c) == derived || tellsFresh(c) }
