// SPDX-License-Identifier: MIT OR Apache-2.0

// Package contract says what an allocator module promises: which functions it
// exports under which names and signatures, where its heap starts, how its
// memory may grow, how blocks are aligned, and what running out of memory does.
//
// An [Order] is what somebody said, flag by flag. [Order.Settle] fills in the rest
// and returns a [Contract], the one value that every stage of genalloc reads: the
// emitter writes a module that keeps it, the judge and the prover hold any module
// against it, and the module itself carries it. [Contract.String] is the text of the
// custom section named "genalloc", and [Parse] reads it back. A Contract is valid
// because it exists; nobody checks it again, and nobody changes it.
//
// A [Function] has a [Role], and so has each parameter. The stages go by those, so
// that the functions' names stand in the table of this package alone. What the
// package knows of a strategy is its row of [Strategies].
//
// # The promise
//
// All arithmetic is on unbounded integers. base is the heap base, mem the
// memory's size in bytes at the time of the call.
//
//   - alloc(size, align), align a power of two from 1 to 2^31, size any i32 read
//     as unsigned: on success ptr is a multiple of align, ptr != 0, ptr >= base,
//     ptr + size <= mem, and [ptr, ptr+size) shares no byte with a live block,
//     with anything below base, or with pages that somebody else grew. On
//     failure it returns 0, or traps where OOM says so, and nothing has changed:
//     whatever fitted before still fits.
//   - It fails only where it must: when the pages it exactly needs cannot be
//     had. A policy that grows by more falls back to the exact need.
//   - A block of size 0 has an aligned address that is not 0 and uses no byte.
//   - alloc_zeroed: as alloc, and every byte of the block is 0.
//   - realloc(ptr, old, align, new): as alloc, with the first min(old, new)
//     bytes kept. align is the one the block was allocated with. Shrinking
//     returns ptr. The newest block, the one that ends where the next would
//     start, grows in place. On failure the old block is intact.
//   - dealloc(ptr, size, align) is harmless for every live block.
//   - Others may call memory.grow at any moment between calls, and before the
//     first. What is below InitialPages is the allocator's, what others add is not.
//   - No import, export, start function or data segment beyond the contract.
package contract
