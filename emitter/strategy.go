// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import "github.com/genalloc/genalloc/contract"

// A strategy is what the emitter knows of one. It stands in a file of the
// strategy's name, and its blocks in templates of that name.
type strategy struct {
	// block is what the header says of a block that $alloc returns.
	block statistic
	// own is what it says under an ABI whose functions are the strategy's own.
	own map[contract.ABI]statistic
	// frees is the choice for each function that frees a block: what adapters do
	// with it is the strategy's to say.
	frees string
	// fresh reports whether every byte of a block that $alloc returns is 0. Where it is
	// not, calloc and its like have to fill, and alloc_zeroed is a function of its own.
	fresh func(contract.Contract) bool
	// derive adds the strategy's numbers, globals and functions to a model that
	// has the rest, and may choose other blocks than all strategies share.
	derive func(*Model, contract.Contract)
}

// strategies has a row for each strategy that modules can be made with.
var strategies = map[contract.Strategy]strategy{
	contract.Bump:  bump,
	contract.Stack: stack,
	contract.Lists: lists,
}
