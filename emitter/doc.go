// SPDX-License-Identifier: MIT OR Apache-2.0

// Package emitter writes the module that a contract orders.
//
// Each stage is a value that can be looked at:
//
//	contract.Contract -> Model -> WAT -> wasm
//
// [NewModel] does all the thinking: it derives every number and chooses one block
// for each axis. What depends on the strategy is in the file of the strategy's name.
// [Model.WAT] says it: the templates have no condition. [Assemble] turns the text
// into bytes, and [Emit] does all three.
package emitter
