// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import (
	"fmt"
	"slices"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/internal/plain"
)

// nothing is the part that an axis has where nothing needs saying.
const nothing = "nothing"

// pick returns yes where the condition holds, and no otherwise.
func pick(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}

// choose picks the part of each axis.
func choose(c contract.Contract) Axes {
	trap, imported, aligned := c.OOM == contract.OOMTrap, c.HeapBase.Imported(), keepsAligned(c)
	a := Axes{
		Round:   pick(c.FixedAlign != 0 && c.FixedAlign <= contract.PageSize, "round.kept", "round.param"),
		Next:    pick(aligned, "next.aligned", "next.any"),
		OldSize: pick(aligned, "oldsize.aligned", nothing),
		BaseTop: pick(aligned, "basetop.aligned", "basetop.any"),
		Window:  pick(c.Optimize == contract.Size, "window.none", "window.test"),
		Stay:    pick(c.Optimize == contract.Size, "stay.none", "stay.window"),
		Start:   pick(imported, "start.import", nothing),
		Initial: initial(c),
		// Only where the memory may reach 2^32 can a block end there.
		EndPage: pick(c.PageLimit() == contract.MaxPages, "endpage.guarded", "endpage.plain"),
		Others:  pick(c.Target == contract.MVP, "others.mask", "others.extend"),
		Added:   pick(trap, "added.trap", "added.null"),
		Move:    pick(trap, "move.trap", "move.null"),
		Fail:    pick(trap, "fail.trap", "fail.null"),
		// Where running out of memory traps, what comes back is a block.
		CheckBlock: pick(trap, nothing, "checkblock.null"),
		NoMemory:   pick(trap, nothing, "nomemory.null"),
		Must:       pick(trap, nothing, "must.null"),
		Length:     pick(c.Dirty, "length.store", nothing),
		ZeroBlock:  pick(c.Dirty, "zeroblock.fill", nothing),
		Fill:       pick(c.Target.BulkMemory(), "fill.bulk", "fill.loop"),
		Copy:       pick(c.Target.BulkMemory(), "copy.bulk", "copy.loop"),
	}
	switch oursIn(c) {
	case fixed:
		a.Locals, a.Slow, a.Extend = "locals.never", "slow.never", "extend.never"
		a.Ours = pick(imported, "ours.global", "ours.const")
	case derived:
		a.Locals = "locals.grow"
		a.Slow = map[contract.Optimize]string{
			contract.Balanced: "slow.page", contract.Gas: "slow.page-test",
		}[c.Optimize]
		a.Extend = map[contract.Optimize]string{
			contract.Balanced: "extend.page", contract.Gas: "extend.grow", contract.Size: "extend.small",
		}[c.Optimize]
		a.Behind = pick(trap, "behind.place", "behind.call")
		a.Backup = pick(a.Round == "round.kept", nothing, "backup.top")
	case kept:
		a.Locals, a.Slow, a.Extend = "locals.grow", "slow.kept", "extend.kept"
		a.Grow = "grow.exact"
		if c.Grow.Policy != contract.GrowExact {
			a.Grow, a.More = "grow.more", "more."+string(c.Grow.Policy)
		}
	}
	return a
}

// initial picks what makes ours end with the initial pages at the first request. It
// has to say nothing where they are one page, which is the least that a base is in.
func initial(c contract.Contract) string {
	switch {
	case c.HeapBase.Linker:
		return "initial.linker"
	case c.InitialPages == 1:
		return nothing
	}
	return "initial.number"
}

// An ours is where a module finds the end of what is the allocator's.
type ours int

const (
	fixed   ours = iota // it never moves
	derived             // it is the end of the page that top lies in
	kept                // a global holds it
)

// oursIn decides where ours is found. It can be derived where growth is exact,
// so that the last page always has a block, and where it is true at the start.
func oursIn(c contract.Contract) ours {
	lastPage := (uint64(c.HeapBase.Address) + contract.PageSize - 1) / contract.PageSize
	switch {
	case !c.CanGrow():
		return fixed
	case c.Grow.Policy == contract.GrowExact && !c.HeapBase.Imported() && lastPage == uint64(c.InitialPages):
		return derived
	}
	return kept
}

// small reports whether the functions that were written for size alone fit.
func small(c contract.Contract) bool {
	return c.Optimize == contract.Size && oursIn(c) == derived
}

// fields lists the parts that are fields of the module: imports first, as the
// text format wants them, then the memory, the state, the functions.
func fields(c contract.Contract) []string {
	var parts []string
	for _, imp := range c.Imports() {
		part := map[string]string{"memory": "import.memory", "global": "import.base", "func": "import.stylus"}[imp.Kind]
		parts = append(parts, pick(c.HeapBase.Linker && imp.Name == contract.LinkerEnd, "import.end", part))
	}
	if c.Memory == contract.ExportMemory {
		parts = append(parts, "memory.export")
	}
	if allocates(c) {
		parts = append(parts, state(c)...)
		parts = append(parts, pick(small(c), "alloc.small", "alloc"))
		if c.Align() > contract.PageSize {
			parts = append(parts, pick(c.FixedAlign != 0, "aligned.fixed", "aligned.min"))
		}
	}
	core := c.ABI.Includes(contract.Core)
	if core && c.Dirty && c.Has("alloc_zeroed") {
		parts = append(parts, "zeroed.fill")
	}
	if core && c.Has("dealloc") {
		parts = append(parts, "dealloc")
	}
	if core && c.Has("realloc") || has(c, "cabi_realloc", "__wbindgen_realloc") || c.ABI.Includes(contract.C) && c.Has("realloc") {
		parts = append(parts, pick(small(c), "realloc.small", "realloc"))
	}
	return append(parts, adapters(c)...)
}

// adapters lists the functions of other ABIs than core, each after those that it
// calls.
func adapters(c contract.Contract) []string {
	calls := map[string]string{"calloc": "malloc", "realloc": "malloc", "posix_memalign": "aligned_alloc"}
	var parts []string
	add := func(name string) {
		if !slices.Contains(parts, "abi."+name) {
			parts = append(parts, "abi."+name)
		}
	}
	for _, f := range c.Signatures() {
		if f.ABI == contract.Core {
			continue
		}
		if callee, ok := calls[f.Name]; ok {
			add(callee)
		}
		add(f.Name)
	}
	return parts
}

// state lists the globals.
func state(c contract.Contract) []string {
	imported := c.HeapBase.Imported()
	parts := []string{pick(imported, "top.import", "top.number")}
	if imported || oursIn(c) == kept {
		parts = append(parts, pick(imported, "ours.import", "ours.number"))
	}
	return parts
}

// allocates reports whether any of the functions hands out blocks.
func allocates(c contract.Contract) bool {
	return slices.ContainsFunc(c.Functions, func(f string) bool {
		return !slices.Contains([]string{"dealloc", "free", "malloc_usable_size", "__wbindgen_free", "deallocate"}, f)
	})
}

// has reports whether the contract includes any of the functions.
func has(c contract.Contract, functions ...string) bool {
	return slices.ContainsFunc(functions, c.Has)
}

// exports names the functions. Fresh bytes are 0, so that alloc_zeroed is alloc
// under a second name, unless the contract says that they may not be.
func exports(c contract.Contract) []Export {
	var es []Export
	for _, f := range c.Signatures() {
		id := "$" + f.Name
		if f.ABI == contract.C && f.Name == "realloc" {
			id = "$c_realloc"
		}
		if f.Name == "alloc_zeroed" && !c.Dirty {
			id = "$alloc"
		}
		if id == "$alloc" && c.Align() > contract.PageSize {
			id = "$alloc_aligned"
		}
		es = append(es, Export{quote(f.Export), id})
	}
	return es
}

// describe words the contract for the header's reader.
func (m *Model) describe(c contract.Contract) {
	m.BaseText = fmt.Sprintf("%d, the lowest address handed out", c.HeapBase.Address)
	if c.HeapBase.Imported() {
		m.BaseText = fmt.Sprintf("the imported global %s, the lowest address handed out", plain.ASCII(c.HeapBase.Module+"."+c.HeapBase.Name))
	}
	m.describeBlocks(c)
	m.AlignName = "$align"
	switch {
	case c.FixedAlign != 0:
		m.AlignName = fmt.Sprint(c.FixedAlign)
	case c.MinAlign > 1:
		m.AlignName = fmt.Sprintf("$align and of %d", c.MinAlign)
	}
	m.OOMText = pick(c.OOM == contract.OOMTrap, "a trap (unreachable)", "the null address, 0, and nothing has changed")
	m.WindowText = "page"
	if w := window(c); w != contract.PageSize {
		m.WindowText = fmt.Sprintf("%d bytes", w)
	}
	m.ZeroText = pick(c.Dirty, "", " that are 0")
	m.LengthText = pick(c.Dirty, "", ", as fresh memory is")
	switch {
	case !c.CanGrow():
		m.GrowText = "none"
	case c.Grow.Policy == contract.GrowExact:
		m.GrowText = "by the pages that a block needs"
	case c.Grow.Policy == contract.GrowChunk:
		m.MoreText = fmt.Sprintf("Ask for a multiple of %d pages", c.Grow.Chunk)
		m.GrowText = fmt.Sprintf("by multiples of %d pages, or by what a block needs where that is refused", c.Grow.Chunk)
	case c.Grow.Policy == contract.GrowDouble:
		m.MoreText = "Ask for as many pages as there are, or more where more are lacking"
		m.GrowText = "by as many pages as there are, or by what a block needs where that is more or the first is refused"
	}
}
