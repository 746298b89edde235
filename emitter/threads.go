// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import "github.com/genalloc/genalloc/contract"

// threadNumbers are what the blocks of modules with threads mention as .Threads.
type threadNumbers struct {
	EndAtStart   int32  // minus the end of the memory at the start
	Chunk, Large uint32 // pages: of a chunk, and above which a block has pages of its own
	Word         uint32 // the address of the word that counts the initial pages taken
	StartPage    uint32 // the first whole page behind it
	StartPages   int64  // how many initial pages there are from there
}

// deriveThreads makes a model of bump one of a thread's instance.
func deriveThreads(m *Model, c contract.Contract) {
	n := &threadNumbers{Chunk: c.Chunk, Large: c.LargeBlock(), Word: c.TakenWord(), StartPages: c.StartPages()}
	n.EndAtStart = -int32(c.InitialPages * contract.PageSize)
	n.StartPage = c.InitialPages - uint32(n.StartPages)
	m.Threads = n
	set := func(axis, choice string) { m.Choices[axis] = choice }
	from := pick(c.HeapBase.Linker, "linker", pick(c.HeapBase.Imported(), "import", "number"))
	shares := c.SharesStart()
	set("picture", "threads")
	set("invariant", "threads")
	set("slack", m.Choices["round"])
	set("claims", pick(shares, "start", "grow"))
	set("ask", pick(shares, "known", "claim"))
	set("claimstart", pick(shares, "share", ""))
	set("startlocals", pick(shares, pick(from == "number", from, "import"), ""))
	set("wordlocal", pick(from == "import", from, ""))
	set("all", pick(from == "number", from, "import"))
	set("startpage", m.Choices["all"])
	set("word", from)
	set("findstart", pick(from == "number", "", from))
}

// threadState lists the globals of a thread's instance. The one that makes the memory owns
// what it has at the start.
func threadState(c contract.Contract) string {
	return pick(c.Memory == contract.ExportMemory, "threads.owner", "threads.none")
}
