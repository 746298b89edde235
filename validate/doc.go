// SPDX-License-Identifier: MIT OR Apache-2.0

// Package validate is the judge: it runs the bytes of an allocator module and says
// which promises of a contract they keep.
//
// [Run] makes the calls of every [Check] on one or two engines. Its rooms are:
//
//   - checks choose the calls;
//   - judge makes each call and judges the answer. A model tracks every byte's owner:
//     a live block, a host that grew the memory, or nobody. A pattern is written over
//     all of these bytes, which shows who wrote where;
//   - ledger says what the module's strategy owes beyond that: when null is allowed,
//     how high an address may be, and by how much the memory may grow;
//   - scope says what a third-party module is not judged by, which the report names;
//   - report writes what was found, and script reads and writes sequences of calls.
//
// Address arithmetic is 64 bits wide, so it cannot wrap. The package neither imports
// nor shares code with the one that writes the modules.
//
// # Who owns the memory
//
// At instantiation the allocator owns what is above the heap base in the pages that
// its contract declares, and the rest of the page that an imported base is in. All
// other pages, whether they are there before the first call or added by the host
// later, belong to somebody else. Third-party modules own every page that is there
// before the first call.
//
// # What a failure contains
//
// A [Failure] names the broken rule, the call with its arguments, what was expected
// and what happened instead, and a [Script]: the shortest sequence of calls found that
// shows it. [Replay] runs a script again. A check that has found one broken rule looks
// for others, each on a fresh instance. [Report.Causes] has one failure for each rule.
//
// # What a third-party module may do
//
// It may refuse a request that would fit, as malloc and Rust's GlobalAlloc may:
// [report.Refusals] counts these. [Scope] excludes large requests, and growth by others,
// for allocators that exclude them in writing. A WASI reactor's _initialize is called
// first; a command, whose exports run the constructors in every call, is refused.
package validate
