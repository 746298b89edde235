// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import "github.com/genalloc/genalloc/validate/script"

// table has the checks in the order in which they run.
var table = []Check{
	// Of the module itself.
	{Name: Callable, Static: checkSignatures,
		Promise: "The module exports every function of the contract with its type, and has the memory and the imports that it names."},
	{Name: "leftover", Static: checkLeftover, needs: []need{needsOurs("a third-party module may hold more than the contract says")},
		Promise: "The module has no import, export, start function, data segment or table that the contract does not name."},
	{Name: "limits", Static: checkLimits, needs: []need{needsOurs("a third-party module declares its memory as it likes")},
		Promise: "The memory declares the contract's initial size and its maximum."},
	{Name: "features", Static: checkFeatures,
		Promise: "The module uses no instruction that the target lacks."},

	// Of where blocks are.
	{Name: "alignment", Run: runAlignment, needs: []need{NeedsBlocks},
		Promise: "A block's address is a multiple of its alignment, for every power of two from 1 to 2^31."},
	{Name: "sizes", Run: runSizes, needs: []need{NeedsBlocks},
		Promise: "Every size from 0 to 2^32 - 1 gives a whole block, or null if it cannot fit."},
	{Name: "overlap", Run: runOverlap, needs: []need{NeedsBlocks},
		Promise: "No two live blocks share a byte."},
	{Name: "bounds", Run: runBounds, needs: []need{NeedsBlocks},
		Promise: "A block ends within the memory: the sum of address and size never wraps."},
	{Name: "wide", Run: runWide, needs: []need{needsWide, NeedsBlocks},
		Promise: "With 64-bit addresses, sizes up to 2^64 - 1 and alignments up to 2^63 are met or refused, and a block may lie beyond 4 GiB."},
	{Name: "below-base", Run: runBelowBase, needs: []need{NeedsBlocks},
		Promise: "No block begins, and no byte is written, below the heap base."},
	{Name: "zero-size", Run: runZeroSize, needs: []need{NeedsBlocks},
		Promise: "A block of size 0 has an aligned address that is not null, and uses no more memory than the smallest block."},

	// Of what blocks contain.
	{Name: "zeroing", Run: runZeroing, needs: []need{needs(script.OpAllocZeroed)},
		Promise: "Every byte of a block from alloc_zeroed is 0, even if the memory was used before."},
	{Name: "dirty", Run: runDirty, needs: []need{needsDirt, needs(script.OpAllocZeroed)},
		Promise: "alloc_zeroed clears bytes that a host wrote before the first call."},
	{Name: "realloc", Run: runRealloc, needs: []need{needs(script.OpRealloc)},
		Promise: "realloc keeps the first min(old, new) bytes, and the address where the strategy says that the block stays."},
	{Name: "in-place", Run: runInPlace, needs: []need{needs(script.OpRealloc)},
		Promise: "A block grows in place where the strategy says so: the newest one, or any within its class."},
	{Name: "dealloc", Run: runDealloc, needs: []need{needs(script.OpFree)},
		Promise: "dealloc accepts every live block, in any order, and leaves the others alone."},
	{Name: "reuse", Run: runReuse, needs: []need{needsOurs("what a third-party module hands out again is not known"), needsOwed, needsEnds, NeedsBlocks},
		Promise: "Memory that the strategy takes back is handed out again, and no other."},

	// Of what one ABI promises and the others do not.
	{Name: "null-block", Run: runNullBlock, needs: []need{needsNull},
		Promise: "free of null does nothing, and realloc of null is malloc."},
	{Name: "product", Run: runProduct, Large: true, needs: []need{needsC, needs(script.OpAllocZeroed)},
		Promise: "calloc fails where the product of its arguments is 2^32 or more."},
	{Name: "errors", Run: runErrors, needs: []need{needsC, needsAlign, NeedsBlocks},
		Promise: "posix_memalign returns 0, EINVAL or ENOMEM, and stores an address only with 0; aligned_alloc refuses an alignment that is not a power of two."},
	{Name: "errno", Run: runErrno, needs: []need{needsErrno},
		Promise: "In an object, a function of C that returns null sets libc's errno to ENOMEM, or to EINVAL for a wrong alignment; one that returns a block leaves it alone."},
	{Name: "usable-size", Run: runUsable, needs: []need{needsC, needs(script.OpUsable)},
		Promise: "malloc_usable_size returns the block's size or more, and none of those bytes belong to another block."},
	{Name: "region", Run: runRegion, needs: []need{needsRegions, NeedsBlocks},
		Promise: "allocate returns a region with the capacity asked for and length 0, and the region does not change."},

	// Of marks, with the functions of each ABI that makes blocks.
	{Name: "release", Run: runRelease, needs: []need{needs(script.OpMark, script.OpRelease)},
		Promise: "release ends the life of every block made since the mark, their memory is handed out again, and older blocks stay."},
	{Name: "reset", Run: runReset, needs: []need{needs(script.OpReset)},
		Promise: "reset ends the life of every block, and their memory is handed out again."},
	{Name: "stale-mark", Run: runStaleMark, needs: []need{needsStale, needs(script.OpMark, script.OpRelease)},
		Promise: "The release of a mark above what is in use changes nothing."},
	{Name: "mark-zeroing", Run: runMarkZeroing, needs: []need{needsRewind, needs(script.OpAllocZeroed)},
		Promise: "Every byte of a block from alloc_zeroed is 0, even if a mark's release took it back."},
	{Name: "mark-foreign", Run: runMarkForeign, needs: []need{needsRoom, needsRewind},
		Promise: "Others may grow the memory between a mark and its release, and those pages stay theirs."},
	{Name: "mark-refusal", Run: runMarkRefusal, needs: []need{needsRewind},
		Promise: "A refusal between a mark and its release changes nothing: every byte taken back can be handed out again."},
	{Name: "mark-heap-end", Run: runMarkHeapEnd, Whole: true, needs: []need{needsWhole, needsRewind},
		Promise: "Marks are right where the heap ends at 2^32."},

	// Of the end of memory, and of growth.
	{Name: "exhaustion", Run: runExhaustion, needs: []need{NeedsBlocks},
		Promise: "It fails only where it must: every byte up to the host's limit can be handed out, and more once the limit is raised."},
	{Name: "maximum", Run: func(t *Trial) { t.each(exhaust) }, needs: []need{needsMaximum, NeedsBlocks},
		Promise: "It fails only where it must: every byte up to the declared maximum can be handed out."},
	{Name: "refusal", Run: runRefusal, needs: []need{NeedsBlocks},
		Promise: "A call that fails changes nothing: whatever fitted before still fits."},
	{Name: "growth", Run: runGrowth, needs: []need{NeedsBlocks},
		Promise: "The memory grows only when a block needs it, and by what the policy says."},
	{Name: "fallback", Run: runFallback, needs: []need{needsMore, NeedsBlocks},
		Promise: "If the host refuses growth by more than needed, the allocator asks for exactly what it needs."},
	{Name: "oom-trap", Run: runTrap, needs: []need{needsTrap, NeedsBlocks},
		Promise: "A call that finds no memory traps, and the allocator continues as if it had not been made."},

	// With growth by others, and at the end of the address space.
	{Name: "foreign-before", Run: runForeignBefore, needs: []need{needsBefore, needsRoom, NeedsBlocks},
		Promise: "Pages that others added before the first call stay theirs."},
	{Name: "foreign-growth", Run: runForeignGrowth, Foreign: true, needs: []need{needsRoom, NeedsBlocks},
		Promise: "Others may grow the memory between any two calls, and those pages stay theirs."},
	{Name: "heap-end", Run: runHeapEnd, Whole: true, needs: []need{needsWhole, NeedsBlocks},
		Promise: "The last byte below 2^32 can be handed out, and the allocator is correct afterwards."},

	// Of neighbours, and of lists of free blocks.
	{Name: "neighbours", Run: runNeighbours, needs: []need{needs(script.OpFree)},
		Promise: "Neighbours of every size can be given back in any order, and their memory is handed out at most once again."},
	{Name: "classes", Run: runClasses, needs: []need{needsClasses, needs(script.OpFree)},
		Promise: "A block that was freed serves the next request of its class, and no fresh memory is used."},
	{Name: "split", Run: runSplit, needs: []need{needsSplits, needsClasses, needs(script.OpFree)},
		Promise: "A larger free block is split before the memory grows, and before a request is refused."},
	{Name: "join", Run: runJoin, needs: []need{needsJoins, needsClasses, needs(script.OpFree)},
		Promise: "Free neighbours are joined before the memory grows for a large block, and before a request is refused."},
	{Name: "links", Run: runLinks, needs: []need{needsReuse, needs(script.OpFree)},
		Promise: "Whatever a program writes into its blocks, the allocator is correct afterwards."},
	{Name: "pieces", Run: runPieces, needs: []need{needsReuse, needs(script.OpFree)},
		Promise: "What is left over around blocks serves later requests, and each byte of it once."},
	{Name: "bounded", Run: runBounded, needs: []need{needsClasses, needs(script.OpFree)},
		Promise: "A program that runs on needs at most twice the memory that its blocks took, class by class, while the most were live."},

	// Of builds that watch.
	{Name: "on-grow", Run: runOnGrow, needs: []need{needsTold, NeedsBlocks},
		Promise: "The function of --on-grow is called after each growth that the allocator makes, with the memory's index, and at no other time."},
	{Name: "stats", Run: runStats, needs: []need{needsCounts, NeedsBlocks},
		Promise: "The counters tell, after each call, what is live, what the most was, and how often functions were called, requests refused, and the memory grown."},
	{Name: "misuse", Run: runMisuse, needs: []need{needsLayer, NeedsBlocks},
		Promise: "Each kind of misuse is found and named, at the block's address, and no other; live blocks are told with their numbers."},

	// Of threads: several instances over one memory.
	{Name: "interleavings", Threads: runInterleavings, needs: []need{needsThreads, needsMaker},
		Promise: "In whichever order threads reach the memory, blocks are apart and keep their contents, requests that fit are not refused, and no memory is lost."},
	{Name: "parallel", Threads: runParallel, needs: []need{needsThreads, needsMaker},
		Promise: "Threads that run at the same time get blocks that are apart and keep their contents, until all memory is used."},

	// By long sequences.
	{Name: "edge-cases", Run: func(t *Trial) { t.each(edgeCases) }, needs: []need{needsEdgeCases, NeedsBlocks},
		Promise: "82 calls up to 3.4 GB, with sizes computed from returned addresses, end at 52,416 pages."},
	{Name: "random", Run: runRandom, needs: []need{NeedsBlocks},
		Promise: "All of the above, for random sequences of calls."},
	{Name: "engines",
		Promise: "Every call gives the same result on every engine."},
}
