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
	Op   string `json:"op"`  // what figures are given for one of: call, pair, phase, chain, run

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
	work("fixed", "call", "16 bytes aligned to 8", amount{10_000, 10_000}, amount{200_000, 200_000}, contract.Allocates),
	work("mixed", "call", "1 to 256 bytes, aligned to 1, 2, 4, 8, 16 in turn", amount{10_000, 10_000}, amount{100_000, 100_000}, contract.Allocates),
	work("zeroed", "call", "the same, zeroed", amount{10_000, 10_000}, amount{100_000, 100_000}, contract.AllocatesZeroed),
	work("pairs", "pair", "the same, each given back at once", amount{10_000, 10_000}, amount{100_000, 100_000}, contract.Allocates, contract.Frees),
	work("lifo", "pair", "64 blocks of 1 to 256 bytes, given back in the opposite order", amount{150, 150 * 64}, amount{1500, 1500 * 64}, contract.Allocates, contract.Frees),
	work("vec", "chain", "a vector of bytes that doubles from 1 B to 1 MiB", amount{1, 1}, amount{4, 4}, contract.Allocates, contract.Resizes),
	work("mebibyte", "call", "1 MiB zeroed", amount{1, 1}, amount{16, 16}, contract.AllocatesZeroed),
	work(edgeCases, "run", "mini-alloc's test: 82 calls that end near 3.4 GB", amount{1, 1}, amount{1, 1}, contract.Allocates),
	work("phases", "phase", "64 blocks of 1 to 256 bytes between a mark and its release", amount{150, 150}, amount{1500, 1500}, contract.Marks, contract.Allocates, contract.Releases),
}

// work makes a workload of the driver's function of that name.
func work(name, op, doc string, metered, timed amount, needs ...contract.Role) Workload {
	return Workload{Name: name, Doc: doc, Op: op, function: name, needs: needs, metered: metered, timed: timed}
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
		args = append(args, uint64(w.script.blockTable()), uint64(w.script.markTable()))
	}
	return args
}
