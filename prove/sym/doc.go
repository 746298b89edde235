// SPDX-License-Identifier: MIT OR Apache-2.0

// Package sym executes WebAssembly functions on bit-vector terms (package bv)
// instead of numbers.
//
// Call starts a function from a State, the globals and the size of memory 0, and
// returns its paths: each way through the code with the conditions under which it
// is taken, the State and results it ends with, its Effects on memory in order,
// and how it ends. The bytes of memory are not modelled: a load gives a value that
// is not known. memory.grow fails above the limits, and within them when the host
// says so, which is a variable.
//
// A loop that only counts and moves bytes is cut at its header: the rounds become
// one effect, or one that stands for any round. What the executor assumes in doing
// so, and when it simplifies a product, it returns as the path's Lemmas; a path is
// right only if they are proved. With Executor.Headers, paths are cut at the
// headers of others; see Header. Other loops, and recursion, are unrolled
// Executor.Unroll times. A path on which that is not enough ends as Unwound.
//
// With Executor.Shared, other threads may have grown the memory wherever its size is looked
// at. Floating point, vectors, tables, atomic accesses and a second memory are not
// supported: Call returns an Unsupported with the position of the instruction.
//
// The executor is trusted. The tests run it against wasmtime from random states:
// for each, the conditions of exactly one path hold, and that path predicts the
// outcome.
package sym
