// SPDX-License-Identifier: MIT OR Apache-2.0

package contract

// Symbols in an object of its state. Addresses are stored negated.
const (
	StateTop   = "genalloc.top"   // the first free byte; under lists, of the region
	StateLimit = "genalloc.limit" // lists: the end of the region
	StateHigh  = "genalloc.high"  // the highest top there was, as of the last time that it fell
)

// CheckInline refuses a contract whose fast paths cannot be code in the caller: such code
// works on the state of an object, and knows core's functions.
func (c Contract) CheckInline() error {
	core := c.Only(Core)
	switch {
	case !c.HeapBase.Linker:
		return refuse("inline", "only an object has state that a program's own code can work on: say --emit obj, or name the output x.o")
	case len(c.Strategy.Row().State) == 0:
		return refuse("inline", "--strategy %s has no inline form: drop it, or say --strategy %s", c.Strategy, defaults.Strategy)
	case !core.HasRole(Allocates):
		return refuse("inline", "only functions of --abi %s have an inline form, and alloc is not among those included: drop it, or include that function", Core)
	case c.Threads:
		return refuse("inline", "--threads keeps its state in globals, which no language reads: drop either")
	case c.Debug != DebugOff:
		return refuse("inline", "--debug %s has to see each call: drop either", c.Debug)
	case c.Memory64:
		return refuse("inline", "the code for callers has 32-bit addresses only: drop it or --memory64")
	case c.Stats:
		return refuse("inline", "--stats has to count each call: drop either")
	}
	return nil
}
