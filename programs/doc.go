// SPDX-License-Identifier: MIT OR Apache-2.0

// Package programs builds real programs with several allocators, runs them, and compares
// what they need. Their sources are not here: the script fetch gets them.
package programs
