// SPDX-License-Identifier: MIT OR Apache-2.0

// Package bindings writes source files by which a program calls a module or an object:
// declarations and, where the language has an allocator interface, its
// implementation. The functions, their parameters and their comments come from
// the contract.
//
// An object is linked, so its binding declares functions of the program. A module
// is another instance or is merged, so its binding imports them from [Module].
package bindings
