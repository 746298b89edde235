// SPDX-License-Identifier: MIT OR Apache-2.0

// Package parallel runs threads over one shared memory at the same time, and judges what
// each of them got.
//
// A thread is a goroutine with an instance of the module in a store of its own. It makes
// calls at random, hands blocks to the next thread, and may meet somebody else who adds
// pages. Blocks are filled and looked at by code in the same memory, since a host cannot
// read a shared memory in every engine.
//
// While the threads run nothing is locked or compared, so that they can meet anywhere. Two
// blocks that overlap show by their contents, or by their addresses when all threads have
// ended. What was found is not found again for certain: package interleave is for that.
package parallel
