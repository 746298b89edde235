// SPDX-License-Identifier: MIT OR Apache-2.0

// Package cost says what calls into a module cost, by two meters and by the
// number of instructions executed. All are deterministic: the same module and
// the same calls give the same figures on every machine. [Measure] meters the
// paths through an allocator.
//
// Fuel is wasmtime's: the difference of Store.GetFuel around a call. An
// instruction costs one unit and entering a function one more; nop, drop, block,
// loop, else, end, return and unreachable cost nothing. memory.fill,
// memory.copy and memory.grow are flat whatever the length, so fuel says
// nothing about the work of zeroing and copying.
//
// Ink is what an Arbitrum Stylus chain charges, at versions 1 to 3, whose prices
// are the same (Nitro, crates/prover/src/programs/{meter,dynamic,config}.rs).
// Every instruction has a price, a basic block adds a header, memory.fill and
// memory.copy a price per byte. A module is instrumented as Nitro instruments it
// and run in the same engine, with two differences: the ink is counted up and
// never runs out, and pages are not paid for, since their price depends on what
// else a transaction does.
//
// Either figure is that of the callee alone: a call instruction, 3800 ink and
// one unit of fuel, is its caller's.
package cost
