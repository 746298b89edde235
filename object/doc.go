// SPDX-License-Identifier: MIT OR Apache-2.0

// Package object turns a module into a relocatable object for wasm-ld, by the
// WebAssembly tool-conventions (Linking.md, version 2 of the linking metadata).
//
// Each part of a module becomes what the linker knows it by:
//
//	module                                 object
//	an export of a function                a hidden symbol of that name
//	malloc, free and calloc of the c ABI   and the symbol by which wasi-libc calls it
//	an import of a function                an undefined function symbol
//	an immutable global imported as NAME   the address of the data symbol NAME
//	a global of its own                    a word of a data segment, or a local global symbol
//	the memory                             env.__linear_memory, which the linker makes
//
// A module that imports __heap_base, __heap_end and errno thus becomes an allocator whose
// heap is where the linker puts it, and the same module can be run and judged before
// it is linked. [FromModule] re-encodes the module and knows nothing of allocators
// but the aliases that a libc expects. [Archive] wraps objects for -l. [Inspect]
// reads symbols and relocations from any object.
package object
