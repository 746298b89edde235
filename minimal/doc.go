// SPDX-License-Identifier: MIT OR Apache-2.0

// Package minimal looks for cheaper code than the generator's, by trying all there is.
//
// A question is the part of a module that runs most: the fast path of a bump allocator,
// or the way to a list's head. An answer is straight code of i32 operations with one
// branch, which computes the question's goals from the arguments and the state. A search
// visits every answer of up to so many operations that costs less than the module's own
// code. Three things keep it small:
//
//   - The meter. What is chosen so far has a price, and what the goals still lack has a
//     least price: an operation for each, an argument that has to be read, a value that
//     two goals share. A value that is used twice goes through a local, or is computed
//     twice.
//   - States to try. A value that is in all of them what another one is adds nothing, and
//     a goal has to be right in all of them.
//   - The prover. An answer that is right in the states so far is decided for every
//     state by the solver, and its proof is checked. A counterexample is one more state,
//     and the search begins again.
//
// Each goal is what an operation of its own gives, or an input: an answer in which a
// condition is a by-product on the way to another goal is left out. So if nothing is found,
// there is nothing else, of so many operations, with the constants and
// the forms of the state that the question lists. An answer that costs no less than
// another, and differs from it in no state that is tried, may be passed over: replacing
// one by the other gives an answer that is as cheap and passes, too.
package minimal
