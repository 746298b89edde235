// SPDX-License-Identifier: MIT OR Apache-2.0

// Package mutate tests the judge and the prover. It makes every variant of the
// emitter's modules that differs in a single instruction, and has package
// validate judge it or package prove prove it. A mutant that passes is either the
// same function written differently, or a hole in the judge or the prover.
//
// [Mutants] lists the mutants of a decoded module. [Run] examines those of one
// [Configuration] by an [Examiner]: [Judge] or [Prover]. The mutants that no
// caller can tell from the original stand in testdata/equivalent.txt with the
// reason; see [Table].
//
// # What is a mutant
//
// One instruction is replaced by what a slip would have put there: another operator
// of the same signature, another constant, another index, nothing at all, the same
// twice, its operands the wrong way round, its condition inverted. Mutants that
// are the original by definition, such as the swapped operands of an addition, are
// not made. Those that do not validate are counted and dropped.
package mutate
