// SPDX-License-Identifier: MIT OR Apache-2.0

// Package prove shows for all inputs that the functions of a module keep the
// contract, or finds a call that does not.
//
//	bytes ─► wasm ─► sym: paths ─► obligations ─► bv: clauses ─► sat: proof, checked
//	                                                              └─► model: a counterexample, replayed
//
// An obligation is a statement such as "whatever the state and the arguments, a
// block that alloc returns ends within the memory". Each is split into cases, one
// for each path through the function, and each case into a formula that is
// satisfiable exactly when the statement is wrong. The solver looks for a model;
// where there is none it has to hand over a proof, which sat.Check goes through
// step by step.
//
// # What is proved
//
// The state is the module's globals g and the memory's size p in pages, M =
// 65536·p bytes. Three functions of it, the hints, say what it means: the top T,
// below which every block lies, and the end O of what is the allocator's. The
// invariant is
//
//	0 < base ≤ T ≤ O ≤ M,  pmin ≤ p ≤ pmax,  every live block lies in [base, T),
//	every byte from T up to O is 0
//
// (the last one without --dirty). It is shown to hold at the start, to survive a
// memory.grow by anybody else, and to survive every call. Every call is looked at
// from *any* state in which it holds, with any arguments that the contract allows;
// so what is shown of a call holds after every sequence of calls. Live blocks,
// bytes and others' pages are each represented by one that is not known: what
// holds for it holds for all. A false hint cannot make a false claim: the
// obligations fail.
//
// # What has to be trusted
//
// The decoder (package wasm), the executor (sym), the translation to clauses
// (bv), the proof checker (sat: check.go, and solve.go, which asks it), the text
// of the obligations in this package (spec.go, state.go, obligation.go, always.go,
// any.go, alloc.go, realloc.go, start.go, hints.go), what puts them together
// (prove.go, decide.go),
// and their reading of the WebAssembly specification. Where a certificate is
// checked (recheck.go, certificate.go), the proof checker is sat's chain.go. Not
// trusted: templates, emitter, assembler, solver, what the hints say.
// docs/proof.md has the list of the files; a test holds each to 300 lines.
//
// A refutation is reported only if the call, made in wasmtime from the state in
// question, does what the executor says (counterexample.go, witness.go).
//
// Assumed of the program around: it writes only inside live blocks, it hands
// realloc and dealloc live blocks with their own sizes and alignments, nobody
// else writes the module's globals (an exported or imported mutable global is
// refused), and alignments are powers of two.
package prove
