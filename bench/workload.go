// SPDX-License-Identifier: MIT OR Apache-2.0

package bench

import (
	"slices"

	"github.com/genalloc/genalloc/contract"
)

// A Workload is work that every allocator is given.
type Workload struct {
	Name string `json:"name"`
	Doc  string `json:"doc"` // one line
	Op   string `json:"op"`  // what figures are given for one of: call, pair, chain, run

	function string          // the driver's
	needs    []contract.Role // that functions of the module have to have
	metered  amount
	timed    amount
	script   *script // what is replayed; nil for the others
}

// An amount is how often the driver's function repeats its work, and the
// number of Ops that come of it.
type amount struct{ n, ops uint32 }

// metered and timed amounts. The metered ones are large enough for the growth
// of the memory to have its share, and small enough for a call through the host
// each; the timed ones are some milliseconds of work.
var standard = []Workload{
	{
		Name: "fixed", Doc: "16 bytes aligned to 8", Op: "call",
		function: "fixed", needs: []contract.Role{contract.Allocates}, metered: amount{10_000, 10_000}, timed: amount{200_000, 200_000},
	},
	{
		Name: "mixed", Doc: "1 to 256 bytes, aligned to 1, 2, 4, 8, 16 in turn", Op: "call",
		function: "mixed", needs: []contract.Role{contract.Allocates}, metered: amount{10_000, 10_000}, timed: amount{100_000, 100_000},
	},
	{
		Name: "zeroed", Doc: "the same, zeroed", Op: "call",
		function: "zeroed", needs: []contract.Role{contract.AllocatesZeroed}, metered: amount{10_000, 10_000}, timed: amount{100_000, 100_000},
	},
	{
		Name: "pairs", Doc: "the same, each given back at once", Op: "pair",
		function: "pairs", needs: []contract.Role{contract.Allocates, contract.Frees}, metered: amount{10_000, 10_000}, timed: amount{100_000, 100_000},
	},
	{
		Name: "lifo", Doc: "64 blocks of 1 to 256 bytes, given back in the opposite order", Op: "pair",
		function: "lifo", needs: []contract.Role{contract.Allocates, contract.Frees}, metered: amount{150, 150 * 64}, timed: amount{1500, 1500 * 64},
	},
	{
		Name: "vec", Doc: "a vector of bytes that doubles from 1 B to 1 MiB", Op: "chain",
		function: "vec", needs: []contract.Role{contract.Allocates, contract.Resizes}, metered: amount{1, 1}, timed: amount{4, 4},
	},
	{
		Name: "mebibyte", Doc: "1 MiB zeroed", Op: "call",
		function: "mebibyte", needs: []contract.Role{contract.AllocatesZeroed}, metered: amount{1, 1}, timed: amount{16, 16},
	},
	{
		Name: edgeCases, Doc: "mini-alloc's test: 82 calls that end near 3.4 GB", Op: "run",
		function: edgeCases, needs: []contract.Role{contract.Allocates}, metered: amount{1, 1}, timed: amount{1, 1},
	},
}

const edgeCases = "edge_cases"

// Workloads returns the workloads that need no files.
func Workloads() []Workload { return slices.Clone(standard) }

// args are the operands of the driver's function.
func (w *Workload) args(a amount, touch bool) []uint64 {
	args := []uint64{uint64(a.n), 0}
	if touch {
		args[1] = 1
	}
	if w.script != nil {
		args = append(args, uint64(w.script.align), uint64(w.script.table()))
	}
	return args
}
