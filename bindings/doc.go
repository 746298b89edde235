// SPDX-License-Identifier: MIT OR Apache-2.0

// Package bindings writes what a language needs beside a module or an object to
// call it: declarations, and where the language has an allocator interface, its
// implementation. The functions, their parameters and their comments come from
// the contract, so that a binding cannot disagree with what it is for.
//
// An object is linked, so its binding declares functions of the program. A module
// is another instance, or is merged: its binding imports them from [Module].
package bindings
