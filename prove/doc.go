// SPDX-License-Identifier: MIT OR Apache-2.0

// Package prove shows for all inputs that the functions of a module keep the
// contract, or finds a call that does not.
//
//	bytes ─► wasm ─► sym: paths ─► obligations ─► bv: clauses ─► sat: proof, checked
//	                                                              └─► model: a counterexample, replayed
//
// An obligation is a statement such as "whatever the state and the arguments, a
// block that alloc returns ends within the memory". Each has one case for each path
// through the function, and each case becomes a formula that is satisfiable exactly
// when the statement is wrong. The solver looks for a model; if there is none, it
// has to give a proof, which sat.Check goes through step by step.
//
// # What is proved
//
// The state is the module's globals and the memory's size of p pages, M = 65536·p
// bytes. The hints say what the globals mean: the top T, below which every block
// lies; the end O of the memory that the allocator owns; and, if blocks can be given
// back, the dirty mark, so that C, the larger one of it and T, is where the bytes
// begin that no block ever had. The invariant is
//
//	0 < base ≤ T ≤ C ≤ O ≤ M,  pmin ≤ p ≤ pmax,  every live block lies in [base, T),
//	every byte in [C, O) is 0
//
// (the last one not under --dirty). It holds after instantiation, survives a
// memory.grow by anybody else, and survives every call. Every call is made from
// *any* state in which it holds, with any arguments that the contract allows, so
// what is shown of one call holds after every sequence of calls. Live blocks, bytes
// and foreign pages are each represented by an unknown one: what holds for it holds
// for all. The hints need not be trusted: if they are wrong, obligations fail.
//
// Safety is the same for all strategies (safety.go). What a strategy adds is in a
// file of its name, behind the interface in strategy.go: what the state means, the
// invariant, where blocks have to lie, and what is given back.
//
// # What has to be trusted
//
// The decoder (package wasm), the executor (sym), the translation to clauses (bv), the
// proof checker (sat: check.go, and solve.go, which calls it), the text of the
// obligations in this package (spec.go, state.go, strategy.go, bump.go, stack.go,
// arena.go, threads.go, delegated.go, lists.go, heap.go, claims.go, wrapped.go, trail.go,
// reuse.go, handout.go, serve.go, loosen.go, call.go, obligation.go, soundness.go,
// implication.go, placement.go, safety.go, start.go, hints.go, cell.go, program.go,
// usage.go, c.go, sized.go, hosts.go), the code that puts them together (prove.go,
// decide.go, schedule.go, for certificates recheck.go, certificate.go, and for the sweep
// known.go), and their reading of the WebAssembly specification. Templates, emitter,
// assembler, solver and hints are not trusted. docs/proof.md lists the files; a test
// holds each to 300 lines.
//
// A refutation is reported only if the call, made in wasmtime from that state, does
// what the executor predicts (counterexample.go, witness.go).
//
// The prover assumes that the program writes only inside live blocks, that it passes
// to realloc and dealloc live blocks with their own sizes and alignments, that
// nobody else writes the module's globals (an exported or imported mutable global
// is an error), that the function of --on-grow returns and neither calls the module nor
// writes its memory, and that alignments are powers of two.
package prove
