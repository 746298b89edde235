// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import "github.com/genalloc/genalloc/contract"

// Hosts ask for memory with functions that take no alignment. Those of proxy-wasm write
// words of up to 8 bytes into it, and never give it back. Those of CosmWasm get a region,
// three words {offset, capacity, length}, with the bytes behind it, and the region's
// address stands for both. The offset and the capacity of a region that is given back are
// those that it was made with.

const (
	hostAlign   = 8
	regionAlign = 4
	regionSize  = 12
)

// forHosts are the usages of proxy-wasm's function.
func forHosts(f contract.Function) []usage {
	settle := func(k *call) {
		k.ask()
		k.multiple = k.atLeast(k.num(hostAlign))
	}
	return []usage{{label: f.Name, settle: settle, duties: duties[f.Role]}}
}

// inRegions are the usages of CosmWasm's functions.
func inRegions(f contract.Function) []usage {
	if f.Role == contract.Frees {
		return []usage{{label: f.Name, settle: (*call).regionGiven, duties: duties[f.Role]}}
	}
	return []usage{{label: f.Name, settle: (*call).regionWanted, duties: (*call).makesRegion}}
}

func (k *call) regionWanted() {
	k.ask()
	k.size = k.Add(k.oneAtLeast(k.bytes), k.num(regionSize))
	k.multiple = k.atLeast(k.num(regionAlign))
}

func (k *call) regionGiven() {
	k.ask()
	at, n := k.arg(contract.BlockParam), k.some("old.size")
	k.old, k.kept = block{at, k.Add(k.oneAtLeast(n), k.num(regionSize))}, n
	k.assume = append(k.assume, k.live(k.pre, k.old), k.divides(k.num(regionAlign), at))
	always := k.Bool(true)
	k.reads = []word{{at, k.Add(at, k.num(regionSize)), always}, {k.Add(at, k.num(4)), n, always}}
}

// makesRegion returns the obligations of a function that returns a new region.
func (k *call) makesRegion() []Obligation {
	return append(k.allocates(), k.regionSays()...)
}

// regionSays returns the obligations about what a new region says.
func (k *call) regionSays() []Obligation {
	return []Obligation{k.forAll("region", "the region says where its bytes are, and how many there is room for", func(o outcome) term {
		offset, _ := k.left(o, o.ret, k.Add(o.ret, k.num(regionSize)))
		capacity, _ := k.left(o, k.Add(o.ret, k.num(4)), k.bytes)
		return k.Implies(o.ok, k.And(offset, capacity))
	}), k.zeroes("length", "the region's length is 0", func(o outcome) block {
		return block{k.Add(o.ret, k.num(8)), k.num(4)}
	})}
}
