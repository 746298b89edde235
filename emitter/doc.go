// SPDX-License-Identifier: MIT OR Apache-2.0

// Package emitter writes the module that a contract orders.
//
// The stages are values that can be looked at on the way:
//
//	contract.Contract -> Model -> WAT -> wasm
//
// [NewModel] does all the thinking: it derives every number and chooses one part
// for each axis. [Model.WAT] says it: the templates have no condition. [Assemble]
// turns the text into bytes, and [Emit] is the three of them together.
package emitter
