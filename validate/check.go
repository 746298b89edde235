// SPDX-License-Identifier: MIT OR Apache-2.0

package validate

import (
	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/validate/script"
	"github.com/genalloc/genalloc/wasm"
)

// A Check judges one sentence of the promise.
type Check struct {
	Name    string
	Promise string // the sentence

	whole bool // needs a memory of exactly 4 GiB
	// skip says why the check has nothing to judge under a contract; "" if it has.
	skip func(contract.Contract) string
	// static judges the decoded module, run its behaviour. A check has one of
	// them, but for the one that compares what the others did.
	static func(*wasm.Module, contract.Contract) *Failure
	run    func(*trial)
}

// Checks returns all checks in the order in which they run.
func Checks() []Check {
	var all []Check
	for _, group := range [][]Check{
		moduleChecks, placeChecks, contentChecks, abiChecks, limitChecks, hostChecks, sequenceChecks,
	} {
		all = append(all, group...)
	}
	return all
}

// A trial is one check on one engine: as many sessions as it likes.
type trial struct {
	contract contract.Contract // one set of functions
	set      contract.ABI      // its name, where the module has several
	module   compiled
	level    Level
	ops      int
	seed     uint64
	stop     func() bool // the user gave up

	sessions []*session
	err      error // an instance could not be had
}

// each runs f in every world that the contract leaves open: one for a base
// that is a number, several where the base is imported.
func (t *trial) each(f func(s *session)) {
	for _, setup := range worlds(t.contract) {
		t.in(setup, f)
	}
}

// in runs f in one world.
func (t *trial) in(setup script.Setup, f func(s *session)) {
	if !t.good() || t.stop() {
		return
	}
	setup.ABI = t.set
	setup.Limit = max(setup.Limit, setup.Pages)
	var s *session
	if s, t.err = open(t.module, t.contract, setup); t.err != nil {
		return
	}
	t.sessions = append(t.sessions, s)
	f(s)
	s.close()
}

// good reports whether nothing has gone wrong yet.
func (t *trial) good() bool {
	return t.err == nil && (len(t.sessions) == 0 || t.sessions[len(t.sessions)-1].ok())
}

// worlds returns the setups that the contract allows a host to choose from,
// the plainest first.
func worlds(c contract.Contract) []script.Setup {
	first := script.DefaultSetup(c)
	list := []script.Setup{first}
	if !c.HeapBase.Imported() {
		return list
	}
	initial := first.Pages * contract.PageSize
	for _, base := range []uint64{1, 65535, 65536, 65537, initial - 1, initial} {
		if base > initial || base == initial && !c.CanGrow() {
			continue
		}
		s := first
		s.Base = base
		list = append(list, s)
	}
	if c.Memory == contract.ImportMemory && c.PageLimit() > c.InitialPages+2 {
		// The base in a page that the module does not know of.
		s := first
		s.Pages += 2
		s.Base = initial + contract.PageSize + 1000
		list = append(list, s)
	}
	return list
}
