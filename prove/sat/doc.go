// SPDX-License-Identifier: MIT OR Apache-2.0

// Package sat decides whether a formula in conjunctive normal form has a model, and
// checks the answer.
//
// Solve searches by conflict-driven clause learning (CDCL): watched literals, a heap
// of variables by activity, restarts, saved phases. The search is not trusted. A
// Model is evaluated on every clause. A Proof names for each learned clause that
// matters the clauses that it is resolved from; Check computes the resolvents, without
// any search, and shares no code with the solver. An answer that does not pass is an
// error.
//
// Trusted: check.go and solve.go. The same formula always takes the same
// search and gives the same proof.
package sat
