// SPDX-License-Identifier: MIT OR Apache-2.0

package contract

import (
	"fmt"
	"strconv"
)

// Debug says what a module does with the misuse that it finds.
type Debug string

// A module does not look for misuse, executes unreachable, or calls a function of its
// host and goes on.
const (
	DebugOff  Debug = ""
	DebugTrap Debug = "trap"
	DebugCall Debug = "call"
)

// debugFlag is --debug, which alone means trap.
var debugFlag = Flag{
	Name: "debug", Bool: true,
	set: func(o *Order, s string) error {
		on, err := strconv.ParseBool(s)
		switch {
		case err == nil && on, s == string(DebugTrap):
			o.Debug = DebugTrap
		case err == nil:
			o.Debug = DebugOff
		case s == string(DebugCall):
			o.Debug = DebugCall
		default:
			return fmt.Errorf("%q is not one of %s, %s, false", s, DebugTrap, DebugCall)
		}
		return nil
	},
	get: func(o *Order) []string {
		return []string{map[Debug]string{DebugOff: "false", DebugTrap: "true", DebugCall: string(DebugCall)}[o.Debug]}
	},
}

// The function that a module with --debug=call imports and calls with a fault's kind, an
// address and a size. In an object its symbol is FaultSymbol.
const (
	FaultModule = "genalloc"
	FaultName   = "fault"
	FaultSymbol = linkedPrefix + FaultName
)

// A Fault is a kind of misuse that a module with --debug finds.
type Fault struct {
	Kind int    // the first argument of the host's function; the second is the block's address
	Name string // a few words
	Doc  string // what is wrong
	Size string // what the third argument is. It is 0 where nothing is known of the block
}

// The kinds of faults.
const (
	Overrun = iota + 1
	Underrun
	DoubleFree
	WildFree
	WrongSize
	WrongAlign
	UseAfterFree
	Leak
)

// Faults lists every kind.
var Faults = []Fault{
	{Overrun, "overrun", "bytes behind the block were written", "size"},
	{Underrun, "underrun", "bytes in front of the block were written", "size"},
	{DoubleFree, "double free", "the block was given back before", "size"},
	{WildFree, "wild free", "no block was given out there", "size"},
	{WrongSize, "wrong size", "the block has another size", "size given"},
	{WrongAlign, "wrong alignment", "the block has another alignment", "alignment given"},
	{UseAfterFree, "use after free", "the block was written after it was given back", "size"},
	{Leak, "leak", "the block is live", "size"},
}

// The layer that finds misuse keeps these bytes around a block, holds back the blocks that
// were given back last, and looks at so many bytes of each.
const (
	DebugFront      = 48
	DebugBack       = 16
	DebugQuarantine = 64
	DebugPoisoned   = 1 << 16
)

// Beneath returns the contract of what lies beneath the layer that finds misuse: the same
// strategy in the same memory, with functions that allocate and free.
func (c Contract) Beneath() Contract {
	o := c.Order
	o.ABI, o.Functions, o.Export = Core, nil, nil
	for _, f := range Core.Functions() {
		if f.Role == Allocates || f.Role == Frees {
			o.Functions = append(o.Functions, f.Name)
		}
	}
	o.MinAlign, o.FixedAlign, o.OOM = defaults.MinAlign, 0, OOMNull
	o.Debug, o.Stats, o.OnGrow = DebugOff, false, ""
	return Contract{Order: o, functions: o.signatures()}
}

// Owes reports whether a module owes what its strategy says of where blocks lie, of what
// is handed out again and of growth. One that finds misuse owes what every allocator does,
// and so does one that something else made.
func (c Contract) Owes() bool { return c.Strategy.Row().Generated && c.Debug == DebugOff }

// checkDebug refuses a layer over what is not made here.
func checkDebug(c *Contract) error {
	switch {
	case c.Debug == DebugOff:
	case c.ABI == OPA:
		return refuse("debug", "%s contradicts --abi opa, whose host moves the first free address: drop either", c.Debug)
	case !c.Strategy.Row().Generated:
		return refuse("debug", "--strategy %s is made by something else: say --strategy %s", c.Strategy, defaults.Strategy)
	case c.Debug == DebugCall && (c.Target == Stylus || c.Target == CosmWasm):
		return refuse("debug", "%s contradicts --target %s, whose hosts supply functions of their own only: say --debug", c.Debug, c.Target)
	}
	return nil
}
