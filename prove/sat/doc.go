// SPDX-License-Identifier: MIT OR Apache-2.0

// Package sat decides whether a formula in conjunctive normal form has a model, and
// checks the answer.
//
// Solve searches by conflict-driven clause learning (CDCL): watched literals, a heap
// of variables by activity, restarts, saved phases. The search is not trusted. A
// Model is evaluated on every clause. A Proof, the learned clauses that matter, is
// checked by reverse unit propagation in Check, which shares no code with the
// search; an answer that does not pass is an error.
//
// Elaborate turns a Proof into Chains, in which each step names the clauses that it
// is resolved from. CheckChains goes through them without any search, so that is
// what certificates store.
//
// Trusted: cnf.go, solve.go and check.go, and for certificates chain.go in place of
// check.go. The same formula always takes the same search and gives the same proof.
package sat
