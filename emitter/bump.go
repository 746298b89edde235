// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import (
	"fmt"
	"math/bits"

	"github.com/genalloc/genalloc/contract"
)

// bump hands out memory upwards and takes none back.
var bump = strategy{
	block: statistic{
		overhead: "none: blocks have no header",
		smallest: "0 bytes: such a block has an address and uses no memory",
	},
	frees:  "nothing",
	fresh:  func(c contract.Contract) bool { return !c.Dirty && !topFalls(c) },
	derive: deriveBump,
}

// bumpNumbers are what bump's blocks mention as .Own.
type bumpNumbers struct {
	TopAtStart         int64  // minus the base in bytes, modulo 2^32; a multiple of Align where top is kept aligned
	OursAtStart        uint64 // Pages - InitialPages
	WindowMask         uint32 // see window
	WindowText         string // what the window is called
	Chunk, ChunkMinus1 uint32 // pages
	MoreText           string // what is asked for before the pages that are lacking
}

func deriveBump(m *Model, c contract.Contract) {
	b := &bumpNumbers{
		TopAtStart:  -int64(c.HeapBase.Address),
		OursAtStart: m.Pages - uint64(c.InitialPages),
		WindowMask:  window(c) - 1,
		WindowText:  "page",
		Chunk:       c.Grow.Chunk,
		ChunkMinus1: c.Grow.Chunk - 1,
	}
	if keepsAligned(c) && !c.HeapBase.Imported() {
		b.TopAtStart &^= int64(m.AlignMinus1) // which rounds the base up
	}
	if !m.wide {
		b.TopAtStart = int64(int32(b.TopAtStart))
	}
	if w := window(c); w != contract.PageSize {
		b.WindowText = fmt.Sprintf("%d-byte window", w)
	}
	switch c.Grow.Policy {
	case contract.GrowChunk:
		b.MoreText = fmt.Sprintf("Ask for a multiple of %d pages", c.Grow.Chunk)
	case contract.GrowDouble:
		b.MoreText = "Ask for as many pages as there are, or for all that are lacking if those are more"
	}
	m.Own = b
	chooseBump(m, c)
	m.State, m.Functions = bumpFields(m, c)
	if c.Threads {
		deriveThreads(m, c)
	}
	if topFalls(c) {
		deriveArena(m, c)
	}
}

// bumpFields lists the globals and the functions that the contract needs.
func bumpFields(m *Model, c contract.Contract) (state, functions []string) {
	core := c.Only(contract.Core)
	form := pick(small(c), ".small", pick(c.Threads, ".threads", ""))
	state, functions = upwards(c, form)
	if core.HasRole(contract.AllocatesZeroed) && !m.fresh {
		functions = append(functions, pick(topFalls(c) && tellsFresh(c), "zeroed.high", "zeroed.fill"))
	}
	if f, ok := core.Function(contract.Frees); ok {
		functions = append(functions, blockOf(f))
	}
	if c.HasRole(contract.Resizes) {
		functions = append(functions, "bump.realloc"+form)
	}
	return state, functions
}

// upwards lists what hands out memory upwards, with $alloc in the given form.
func upwards(c contract.Contract, form string) (state, functions []string) {
	imported := c.HeapBase.Imported()
	switch {
	case c.Threads:
		state = append(state, threadState(c))
	case imported || oursIn(c) == kept:
		state = append(state, pick(imported, "top.import", "top.number"), pick(imported, "ours.import", "ours.number"))
	default:
		state = append(state, "top.number")
	}
	functions = append(functions, "bump.alloc"+form)
	if c.Align() > contract.PageSize {
		functions = append(functions, "aligned")
	}
	return state, functions
}

// chooseBump chooses on the axes of bump's functions.
func chooseBump(m *Model, c contract.Contract) {
	trap, imported, aligned := c.OOM == contract.OOMTrap, c.HeapBase.Imported(), keepsAligned(c)
	set := func(axis, choice string) { m.Choices[axis] = choice }
	set("picture", pick(topFalls(c), "arena", "bump"))
	set("invariant", pick(topFalls(c), "high", "bump"))
	set("round", pick(c.FixedAlign != 0 && c.FixedAlign <= contract.PageSize, "kept", "param"))
	set("next", pick(aligned, "aligned", "any"))
	set("oldsize", pick(aligned, "aligned", ""))
	set("basetop", pick(aligned, "aligned", "any"))
	set("window", pick(c.Optimize == contract.Size, "none", "test"))
	set("stay", pick(c.Optimize == contract.Size && !(c.Memory64 && oursIn(c) == derived), "none", "window"))
	set("start", pick(imported, "import", ""))
	set("initial", initial(c))
	// Only where the memory may reach 2^32 can a block end there.
	set("endpage", pick(c.Memory64, "wide", pick(c.PageLimit() == c.AddressPages(), "guarded", "plain")))
	set("wraps", pick(c.Memory64, "wide", ""))
	set("lastpage", pick(c.Memory64, "", "narrow"))
	set("oldpages", pick(c.Memory64, "", "narrow"))
	set("others", pick(c.Memory64, "shift", pick(c.Target == contract.MVP, "mask", "extend")))
	set("shrink", "stays")
	set("zeroblock", pick(topFalls(c) && tellsFresh(c), "high", m.Choices["zeroblock"]))
	set("added", pick(trap, "trap", "null"))
	set("move", pick(trap, "trap", "null"))
	set("locals", "grow")
	set("moved", "")
	set("firstfloor", "")
	switch oursIn(c) {
	case fixed:
		set("locals", "never")
		set("slow", "never")
		set("extend", "never")
		set("end", pick(imported, "global", "const"))
	case derived:
		set("slow", pick(c.Memory64 || c.Optimize == contract.Gas, "page-test", "page"))
		set("extend", extend(c))
		set("behind", pick(trap, "place", "call"))
		set("locals", pick(trap, "grow", "call"))
		set("backup", pick(m.Choices["round"] == "kept", "", "top"))
	case kept:
		set("slow", "kept")
		set("extend", "kept")
		set("end", "global")
		set("behind", "place")
		set("grow", pick(c.Grow.Policy == contract.GrowExact, "exact", "more"))
		set("more", pick(c.Grow.Policy == contract.GrowExact, "", string(c.Grow.Policy)))
	}
}

// extend chooses how the newest block grows in place where ours is derived. The forms
// for gas and for size count on 64 bits to be wider than addresses.
func extend(c contract.Contract) string {
	switch {
	case !c.Memory64 && c.Optimize == contract.Gas:
		return "grow"
	case small(c):
		return "small"
	}
	return "page"
}

// initial chooses what makes the owned pages end with the initial ones at the first
// request. Nothing is needed if there is one, the least that the base's page is.
func initial(c contract.Contract) string {
	switch {
	case c.HeapBase.Linker:
		return "linker"
	case c.InitialPages == 1:
		return ""
	}
	return "number"
}

// An ours says where a module finds the end of the owned pages.
type ours int

const (
	fixed   ours = iota // it never moves
	derived             // it is the end of the page that top lies in
	kept                // a global holds it
)

// oursIn decides where the end of the owned pages is found. It can be derived if
// growth is exact, so that the last page always has a block, if it is the end of
// top's page at the start, and if no mark takes top back to a lower page.
func oursIn(c contract.Contract) ours {
	lastPage := (uint64(c.HeapBase.Address) + contract.PageSize - 1) / contract.PageSize
	switch {
	case !c.CanGrow():
		return fixed
	case c.Grow.Policy == contract.GrowExact && !c.HeapBase.Imported() && lastPage == uint64(c.InitialPages) && !topFalls(c):
		return derived
	}
	return kept
}

// small reports whether the functions that are written for size alone can be used.
func small(c contract.Contract) bool {
	return c.Optimize == contract.Size && !c.Memory64 && !c.Threads && oursIn(c) == derived
}

// keepsAligned reports whether top is kept a multiple of the contract's alignment,
// by rounding each block's end up. This is impossible for an alignment of more than
// a page: rounding could move top beyond the owned pages.
func keepsAligned(c contract.Contract) bool {
	return c.Align() > 1 && c.Align() <= contract.PageSize
}

// window returns the size in bytes of the aligned windows in which the fast path
// may place a block without asking: the window that top lies in never ends beyond
// the owned pages. They end at a page, so a page always qualifies; where they never
// change, so does the largest power of two that divides their end.
func window(c contract.Contract) uint32 {
	if c.CanGrow() || c.HeapBase.Imported() {
		return contract.PageSize
	}
	end := uint64(c.InitialPages) * contract.PageSize
	return uint32(min(uint64(1)<<bits.TrailingZeros64(end), 1<<31))
}
