// SPDX-License-Identifier: MIT OR Apache-2.0

// Package scaling measures what allocators give when two threads use them at once. A
// loop inside of WebAssembly allocates, so no host stands between; each thread has an
// instance in a goroutine of its own, and all have one shared memory. A loop that only
// computes runs beside them as a control, since two threads of a busy machine do not have
// twice the power of one.
package scaling
