// SPDX-License-Identifier: MIT OR Apache-2.0

package checks

import (
	"cmp"
	"fmt"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/judge"
	"github.com/genalloc/genalloc/validate/ledger"
)

// These checks run long sequences.

// edgeCases is the workload of mini-alloc's test of that name.
func edgeCases(s *judge.Session) {
	if s.Setup.Pages != 1 || s.Setup.Base >= contract.PageSize {
		return
	}
	next := func(n uint64) uint64 {
		if b := s.Alloc(n, 1); b != nil {
			return b.From
		}
		return 0
	}
	expect := func(what string, got, want uint64) {
		if got != want {
			s.Fail("edge-cases", fmt.Sprintf("%s %d", what, want), "%d", got)
		}
	}
	first := next(0)
	expect("size 0 again at", next(0), first)
	expect("the rest of the page at", next(s.Mem()-first), first)
	expect("one byte at", next(1), 65536)
	next(s.Mem() - 65537)
	expect("four pages at", next(4*contract.PageSize), 131072)

	rng := uint32(0)
	for s.OK() && s.Pages() < 32768 {
		rng = rng*1664525 + 1013904223
		rest := ledger.AddressSpace - next(0)
		var n uint64
		switch rng % 4 {
		case 0:
			n = uint64(rng % 1024)
		case 1:
			n = uint64(rng % 65536)
		case 2:
			n = next(s.Mem() - next(0))
		case 3:
			n = uint64(rng % 13_107_200)
		}
		next(min(n, rest))
	}
	expect("memory of pages", s.Pages(), 52416)
	expect("calls", uint64(len(s.Log)), 82)
}

// The number of calls in the random check, and in one of its sequences.
const (
	quickOps    = 1_000
	fullOps     = 40_000
	sequenceOps = 100
	largeEvery  = 16 // one sequence in so many has large sizes
)

func runRandom(t *Trial) {
	ops := cmp.Or(t.Ops, t.level(quickOps, fullOps))
	list := worlds(t.Contract)
	for i := 0; i*sequenceOps < ops && t.good(); i++ {
		r := choices{&random{t.Seed ^ uint64(i)*0xd1342543de82ef95}}
		setup, n := list[i%len(list)], min(sequenceOps, ops-i*sequenceOps)
		if i%largeEvery == largeEvery-1 {
			t.in(setup, func(s *judge.Session) { generateLarge(s, r, n) })
			continue
		}
		if room := min(setup.Limit, t.Contract.PageLimit()) - setup.Pages; i%3 == 1 && !t.Scope.OwnGrowth {
			setup.Pages += r.upTo(min(room, 3))
		}
		setup.Limit = min(setup.Limit, setup.Pages+r.upTo(1<<r.upTo(8)))
		t.in(setup, func(s *judge.Session) { generate(s, r, n) })
	}
}
