// SPDX-License-Identifier: MIT OR Apache-2.0

package contract

// Watch is the set of functions that watch the others. It is no value of --abi: a flag
// adds each function to the functions of any ABI.
const Watch ABI = "watch"

// StatsName is the function that --stats adds.
const StatsName = linkedPrefix + "stats"

// watching lists the functions of Watch, and whether an order has them.
var watching = []struct {
	Function
	in func(Order) bool
}{
	{fn(Counts, NoResult, StatsName, "out", "stores the counters at out, which has room for them"), func(o Order) bool { return o.Stats }},
	{fn(Examines, CountResult, linkedPrefix+"check", "", "looks at every block, live or given back lately, and returns how many were written where they should not be"), Order.debugs},
	{fn(Enumerates, CountResult, linkedPrefix+"leaks", "", "returns the number of live blocks, and reports each"), Order.debugs},
	{fn(Numbers, CountResult, linkedPrefix+"history", "ptr", "returns the number of the allocation that gave the block out, from 0 on as in a recorded trace; -1 if none did"), Order.debugs},
}

func (o Order) debugs() bool { return o.Debug != DebugOff }

// watchers returns the functions that watch in a module of the order.
func (o Order) watchers() []Function {
	var fs []Function
	for _, w := range watching {
		if w.in(o) {
			w.ABI, w.Export = Watch, w.Name
			fs = append(fs, w.Function)
		}
	}
	return fs
}

// A Counter is a number that a module with --stats keeps.
type Counter struct{ Name, Doc string }

// CounterSize is the size in bytes of a counter where they are stored, one behind the
// other: a little-endian number at a multiple of as many bytes.
const CounterSize = 8

// Counters lists the counters in the order in which they are stored. A block of size 0
// counts as a block where it has an address of its own.
var Counters = []Counter{
	{"live_bytes", "bytes of the live blocks: as asked for; under --abi c, as malloc_usable_size says"},
	{"live_blocks", "live blocks"},
	{"peak_bytes", "the most that live_bytes was after a call"},
	{"calls", "calls of functions that allocate, resize or free"},
	{"growths", "growths of the memory that the module made"},
	{"refused", "requests that got no block"},
}

// CountersSize is the size in bytes of all of them.
var CountersSize = uint32(CounterSize * len(Counters))

// checkStats refuses to count where the module is not told which blocks end.
func checkStats(c *Contract) error {
	if c.Stats && (c.ABI.Includes(Arena) || c.ABI == OPA) {
		return refuse("stats", "it contradicts --abi %s: a release ends the life of blocks that it does not look at, so nobody can count them: drop either", c.ABI)
	}
	return nil
}
