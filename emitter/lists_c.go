// SPDX-License-Identifier: MIT OR Apache-2.0

package emitter

import (
	"math/bits"
	"slices"

	"github.com/genalloc/genalloc/contract"
)

// deriveListsC changes a model of lists to one of the c ABI, whose blocks know their
// class. See lists_c.wat.tmpl.
func deriveListsC(m *Model, c contract.Contract) {
	set := func(axis, choice string) { m.Choices[axis] = choice }
	limited := c.LimitsBlocks()
	set("invariant", "lists_c")
	set("round", "kept")
	set("units", "c")
	set("find", "here")
	set("findlocals", pick(c.Classes > 1, "many", pick(limited, "units", "")))
	set("miss", "c")
	set("fits", pick(limited, "climited", "c"))
	set("bytes", pick(c.Optimize == contract.Size, "class", pick(c.Classes > 1, "here", "one")))
	set("another", pick(c.NoSplit, "new", "larger"))
	set("largestin", pick(c.Classes > 1, "many", "one"))
	for axis, choice := range map[string]string{"at": "flat", "atlocal": "", "place": "", "present": ""} {
		set(axis, choice)
	}
	set("behind", "flat")
	set("skipped", "")
	set("leave", "whole")
	set("clearnew", pick(c.Dirty, "always", "reused"))
	m.Functions = []string{"lists.refill", "lists_c.give"}
	if c.Joins() {
		deriveJoin(m, c)
	}
	if c.HasStart() {
		m.Functions = append(m.Functions, "lists.start")
	}
	m.Adapters = nil
	if c.SetsErrno() {
		m.Adapters = append(m.Adapters, "error")
	}
	aligns := slices.ContainsFunc(c.Signatures(), func(f contract.Function) bool { return f.Param(contract.AlignParam) >= 0 })
	set("freed", pick(aligns, "aligned", "plain"))
	set("measured", pick(aligns, "aligned", "plain"))
	need := map[contract.Role]bool{contract.Allocates: true, contract.Frees: true, contract.Measures: c.Stats}
	for _, f := range c.Signatures() {
		need[f.Role] = true
		if f.Role == contract.Resizes {
			need[contract.Measures] = true
		}
	}
	stores := func(f contract.Function) bool { return f.Result == contract.ErrnoResult }
	for _, f := range contract.C.Functions() {
		aligned := f.Role == contract.Allocates && f.Param(contract.AlignParam) >= 0
		wanted := func(g contract.Function) bool { return g.Name == f.Name || aligned && stores(g) }
		if !need[f.Role] || aligned && !slices.ContainsFunc(c.Signatures(), wanted) {
			continue
		}
		if !stores(f) {
			set(blockOf(f), string(c.Strategy))
		}
		m.Adapters = append(m.Adapters, blockOf(f))
	}
}

// deriveJoin changes a model of the c ABI to one that joins free blocks.
func deriveJoin(m *Model, c contract.Contract) {
	n := m.Own.(*listsNumbers)
	steps := uint32(bits.Len32(contract.JoinedFrom/c.ListUnit()) - 1)
	n.JoinNumber = n.LastNumber - 4*c.Classes*steps
	for axis, choice := range map[string]string{
		"classsize": m.Choices["classbytes"], "classbytes": "call",
		"largestin":  pick(c.LimitsBlocks(), "max", pick(c.Classes > 1, "half", "one")),
		"joinlocals": "here", "another": "join", "refused": "join",
		"stop": pick(c.Dirty, "dirty", ""),
	} {
		m.Choices[axis] = choice
	}
	n.LargeBits = contract.JoiningBits
	m.Functions = append([]string{"lists_c.bytes"}, append(m.Functions, "lists_c.join")...)
}
