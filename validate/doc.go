// SPDX-License-Identifier: MIT OR Apache-2.0

// Package validate is the judge: it holds the bytes of an allocator module
// against a contract and says which promises they keep.
//
// [Run] makes the calls of every [Check] on one or two engines. Checks only
// choose calls. Whether an answer is right is decided call by call, from three
// sides that know nothing of each other:
//
//   - an oracle of intervals knows whom each byte belongs to: a live block, a
//     host that grew the memory, or nobody above the heap base;
//   - patterns that it writes into all of these show who wrote where;
//   - for a bump allocator, a ledger of what has been handed out says when null
//     is right, and how high an address may be.
//
// All address arithmetic is 64 bits wide. The package shares no code with the
// one that writes the modules and does not import it.
//
// # Who owns the memory
//
// At instantiation the allocator owns what lies above the heap base in the
// pages that its contract declares, and the rest of the page in which an
// imported base lies. Any other page of the memory before the first call, and
// every page that the host adds later, is somebody else's.
//
// # What a failure comes with
//
// A [Failure] names the broken rule, the call with its values, what was
// expected and what came, and a [Script]: the shortest sequence of calls found
// that shows it, which [Replay] runs again.
package validate
