// SPDX-License-Identifier: MIT OR Apache-2.0

// Package bv is the logic of quantifier-free fixed-width bit-vectors: terms,
// their values, their text in SMT-LIB 2 and their translation to clauses.
//
// A Bool is a term of width 1. Operations follow the theory FixedSizeBitVectors
// of SMT-LIB: arithmetic wraps, a shift by the width or more gives 0 (or copies
// of the sign), comparisons are unsigned unless they say otherwise.
//
// What has to be trusted, and why it may be:
//
//   - value.go computes on constants. Its oracle is math/big.
//   - term.go builds terms. A constructor may return a simpler term than the one
//     asked for; each rule is an identity of modular arithmetic on its own line.
//     The tests build random terms through the constructors and compare the
//     value of what came back with the operation applied to the arguments'
//     values: exhaustively at 4 and 5 bits, at random at 32, 36, 64 and 68.
//   - blast.go and gates.go translate a term to clauses. Each gate introduces one
//     variable and the clauses of its full truth table (Tseitin), and a division
//     by a constant a quotient and a rest that are determined; further clauses of
//     a gate, or of two, follow from these. So an
//     assignment of the inputs extends to exactly one model of the clauses, the
//     one in which every bit has the value that Eval computes. A formula is
//     therefore satisfiable exactly when its clauses are. The tests check the
//     extension (no gate is over-constrained) and its uniqueness (none is
//     under-constrained) against Eval.
//
// Eval and SMT2 serve reports. No verdict of "proved" rests on them, but that the
// values in a certificate make a case possible is seen by Eval.
package bv
