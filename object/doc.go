// SPDX-License-Identifier: MIT OR Apache-2.0

// Package object turns a module into a relocatable object for wasm-ld, by the
// WebAssembly tool-conventions (Linking.md, version 2 of the linking metadata).
//
// What a module says in its own terms, an object says in the linker's:
//
//	module                                 object
//	an export of a function                a hidden symbol of that name
//	malloc, free and calloc of the c ABI   and the symbol by which wasi-libc calls it
//	an import of a function                an undefined function symbol
//	an immutable global imported as NAME   the address of the data symbol NAME
//	a global of its own                    a word of a data segment, or a local global symbol
//	the memory                             env.__linear_memory, which the linker makes
//
// So a module that imports __heap_base and __heap_end becomes an allocator that
// finds its heap where the linker put it, and the same module can be run and
// judged before it is linked. [FromModule] does this by re-encoding: beyond the
// names that a libc expects, it knows nothing of allocators. [Archive] wraps
// objects for -l, and [Inspect] reads symbols and relocations back from anybody's
// object.
package object
