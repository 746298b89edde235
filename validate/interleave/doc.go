// SPDX-License-Identifier: MIT OR Apache-2.0

// Package interleave explores in which orders threads can reach a shared memory, and
// judges every one.
//
// A program is a few calls for each of two or three threads. Each thread is an instance of
// the module over one shared memory, and one thread runs at a time. It stops before each
// access of what another thread may access meanwhile: a word of the memory, or the
// memory's size. A scheduler chooses who goes on, and runs the program again for every
// other choice.
//
// # What is left out
//
// Two accesses need a choice only if the order between them is open: they are of the same
// word, one of them writes, and no atomic access or hand-over of a block puts one before
// the other. Words that have such accesses are found by running; when another one is
// found, the exploration starts again with it. All other accesses give the same result in
// any order.
//
// Two schedules that lead to the same state go on in the same way, so that one of them is
// followed. A state is what each thread has read so far, which decides what it does next,
// and what the words with open accesses contain. A count of interleavings is the number of
// ways through the graph of these states.
//
// The accesses are in one order for all threads, as the atomic ones are in WebAssembly. A
// plain access whose order to another thread's is open has no such promise: it is reported
// as a race, whatever it reads here. One thing is allowed: an atomic read of what another
// thread writes plainly, if a compare-and-swap that fails then throws it away. So a thread may
// look for the next batch in a block that is somebody's by now.
//
// # What is judged
//
// Blocks are aligned, within the memory, and apart from live blocks and from pages that
// others added. Their contents stay. A request is refused only when there are not enough
// pages left. At the end of each schedule all memory is used up: a thread that was
// interrupted must not have lost more than one that was not.
package interleave
