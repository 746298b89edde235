// SPDX-License-Identifier: MIT OR Apache-2.0

// Package record rewrites a finished program so that its allocator's functions report
// what they are asked for, runs it, and writes a trace.
package record
