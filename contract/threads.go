// SPDX-License-Identifier: MIT OR Apache-2.0

package contract

import "strings"

// chunkShare is the part of a chunk above which a block has pages of its own.
const chunkShare = 4

// fillThreads gives an order with threads its defaults. An instance per thread imports the
// memory. It takes any maximum unless one is said, and needs no heap base where it hands
// out pages alone that it has claimed; see SharesStart.
func (o *Order) fillThreads() {
	if !o.Threads {
		return
	}
	fill(&o.Chunk, o.Strategy.Row().Chunk)
	fill(&o.Memory, ImportMemory)
	if o.Memory == ImportMemory && !o.HeapBase.Linker {
		fill(&o.MaxPages, MaxPages)
		if o.startsEmpty() {
			fill(&o.HeapBase, defaults.HeapBase)
		}
	}
}

// startsEmpty reports whether threads hand out pages alone that they have claimed, so that
// no heap base has to be named.
func (o *Order) startsEmpty() bool { return o.Threads && o.InitialPages <= 1 && o.Strategy != Lists }

// SharesStart reports whether the threads share out pages that the memory has at the
// start: those behind the heap base's page, unless they are known to be none. They count in
// a word of the memory, atomically.
func (c Contract) SharesStart() bool {
	return c.Threads && c.Strategy != Lists && c.Memory == ImportMemory && (c.HeapBase.Imported() || c.StartPages() > 0)
}

// TakenWord returns the address of that word, where the heap base is a number.
func (c Contract) TakenWord() uint32 { return (c.HeapBase.Address + 3) &^ 3 }

// StartPages returns how many whole pages the memory has at the start behind the word,
// where the heap base is a number.
func (c Contract) StartPages() int64 {
	return int64(c.InitialPages) - (int64(c.TakenWord())+4+PageSize-1)/PageSize
}

// LargeBlock returns the pages above which a block has pages of its own.
func (c Contract) LargeBlock() uint32 { return c.Chunk / chunkShare }

// checkThreads refuses what has no meaning where threads share a memory.
func checkThreads(c *Contract) error {
	if !c.Threads {
		if c.Chunk != 0 {
			return refuse("chunk", "%d is what each thread claims at once: say --threads, or --grow chunk=%[1]d", c.Chunk)
		}
		return nil
	}
	for _, abi := range c.ABI.List() {
		switch abi {
		case Core, C:
		case Arena:
			return refuse("threads", "it contradicts --abi arena, as a thread's blocks lie in chunks in no order that a mark could stand for: drop either")
		default:
			return refuse("threads", "it contradicts --abi %s, whose hosts run one thread: say --abi core or c", abi)
		}
	}
	switch {
	case c.Strategy.Row().Chunk == 0:
		return refuse("threads", "--strategy %s takes one thread: say --strategy %s", c.Strategy, threaded())
	case c.Target != Wasm2 && c.Target != Wasm3:
		return refuse("threads", "it contradicts --target %s, which has no shared memories: drop either", c.Target)
	case c.Memory64:
		return refuse("threads", "it contradicts --memory64, since shared memories have 32-bit addresses here: drop either")
	case c.Debug != DebugOff:
		return refuse("threads", "it contradicts --debug, which knows the blocks of one instance: drop either")
	case c.Stats:
		return refuse("threads", "it contradicts --stats, which counts in one instance: drop either")
	case c.Grow.Policy != GrowExact:
		return refuse("grow", "%s contradicts --threads, where each thread claims a chunk of pages: say --chunk N", c.Grow)
	case c.Memory == ExportMemory && c.MaxPages == 0:
		return refuse("max-pages", "a shared memory has a maximum: name one")
	case c.Dirty && c.SharesStart() && !c.HeapBase.Linker:
		return refuse("dirty", "it contradicts --threads with pages that the memory has at the start, which are counted in a word that is 0 at first: drop it, or --initial-pages")
	case c.Memory == ImportMemory && !c.SharesStart() && c.MaxPages == c.InitialPages:
		return refuse("max-pages", "%d leaves no page to claim: raise it", c.MaxPages)
	}
	return nil
}

// threaded lists the strategies that take several threads.
func threaded() string {
	var names []string
	for _, row := range Strategies {
		if row.Chunk != 0 {
			names = append(names, string(row.Name))
		}
	}
	return strings.Join(names, " or ")
}
