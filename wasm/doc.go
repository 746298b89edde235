// SPDX-License-Identifier: MIT OR Apache-2.0

// Package wasm reads and writes the WebAssembly binary format: the core
// specification 2.0, plus tail calls, threads, memory64 and
// multiple memories.
//
// Decode turns bytes into a Module whose fields mirror the sections, and
// Module.Encode turns it back. A module written with minimal LEBs and no empty
// sections, which is what assemblers write, comes back byte for byte.
//
// The package decodes; it does not validate. Types may not match and indices
// may point nowhere, so the queries on Module return errors and an engine has
// the last word. One table of opcodes (Opcode.Info) carries text name, kind of
// immediate and stack signature for everybody who works on instructions.
//
// Input is not trusted. Decode never panics, and what it allocates is bounded
// by a constant times the length of its input.
package wasm
