// SPDX-License-Identifier: MIT OR Apache-2.0

// Package mutate asks the judge whether it would notice. It takes the modules
// that the emitter writes, makes every mutant of them that differs in a single
// instruction, and has package validate judge each: a mutant that no check
// refuses is either the same function written differently, or a hole in the
// judge.
//
// [Mutants] lists the mutants of a decoded module. [Run] judges those of one
// [Configuration]. What survives has to be in testdata/equivalent.txt, with the
// reason why no caller can tell it from the original; see [Table].
//
// # What is a mutant
//
// One instruction is replaced by another or by a few that do what a slip of the
// pen would have done: another operator of the same signature, another constant,
// another index, nothing at all, the same twice, its operands the wrong way
// round, its condition inverted. Mutants that are the original by definition,
// such as the swapped operands of an addition, are not made. Those that do not
// validate are counted and dropped.
package mutate
