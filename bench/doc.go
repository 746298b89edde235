// SPDX-License-Identifier: MIT OR Apache-2.0

// Package bench compares allocators on the same work. The work is done by a
// driver, a WebAssembly module that is generated for each allocator: it imports
// the allocator's functions and memory and calls them in loops.
//
// Every workload is run in two ways. Metered, each of the driver's calls goes
// through package cost, which sees the callee alone; what the driver does
// between its calls is not counted, and the figures are the same on every
// machine. Timed, the driver calls the allocator directly, in an engine that
// counts nothing; loop and call instruction are part of the time then.
package bench
